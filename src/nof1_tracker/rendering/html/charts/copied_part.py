"""What copying an account a minute later would have brought, in its section."""

from collections.abc import Iterator
from dataclasses import dataclass

from nof1_tracker.analyzer.play.whatif_report import CopiedModel
from nof1_tracker.rendering.html.cells import Cell, Column, Row, Table, money
from nof1_tracker.rendering.html.charts.delay_curve import delay_lines
from nof1_tracker.rendering.play_words import (
    LIMITS,
    attribution_lines,
    scenario_words,
)
from nof1_tracker.rendering.text import UNKNOWN, span, usd

WITHHELD = (
    "Withheld where, for more than 5 % of the orders, the first price came later than"
    " the delay itself."
)
_BY_DELAY = (
    Column("Equity $", "Of the copy at the end, from $10,000 at its first order"),
    Column("To the model $", "Less what the model's own orders come to from $10,000"),
)
_PARTS = (Column("$", "Changed one after another, so that they add up"),)


@dataclass(frozen=True, slots=True)
class CopiedPart:
    """The part of a section that is about copies.

    Attributes:
        about: How the copy trades, and what is not known.
        lines: Points of the curve over delays; empty where too few are known.
    """

    about: str
    lines: tuple[str, ...]
    tables: tuple[Table, ...]


def copied_part(copied: CopiedModel | None) -> CopiedPart | None:
    """None where nothing of the account's trades is stored."""
    if copied is None:
        return None
    withheld = [WITHHELD] if None in copied.by_delay.values() else []
    how = (
        f"From $10,000, {scenario_words(copied.scenario)}; the model's own stored orders"
        f" come to ${usd(copied.model)}."
    )
    about = [how, *withheld, *LIMITS]
    return CopiedPart(
        " ".join(about),
        delay_lines(list(copied.by_delay.values())),
        tuple(_tables(copied)),
    )


def _tables(copied: CopiedModel) -> Iterator[Table]:
    rows = tuple(
        Row(
            span(delay) if delay else "at its own fills",
            (
                (money(equity), money(equity - copied.model, signed=True))
                if equity is not None
                else (Cell("withheld", tone="faint"), Cell(UNKNOWN))
            ),
        )
        for delay, equity in copied.by_delay.items()
    )
    yield Table("By how late the copy is", _BY_DELAY, rows, first="Delay")
    if copied.attribution is None:
        return
    parts = *attribution_lines(copied.attribution), (
        "Together",
        copied.attribution.total,
    )
    rows = tuple(
        Row(label, (money(round(amount, 2), signed=True),))
        for label, amount in parts
        if label != "Size and direction"  # which are the model's own
    )
    yield Table("The difference, a minute later", _PARTS, rows, first="Part")
