"""The coverage of a season, and contradictions, as tables on a terminal."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nof1_tracker.analyzer.coverage import totals_of
from nof1_tracker.records.history.verification import (
    Contradiction,
    CoverageRow,
    CoverageTotal,
    Verification,
)
from nof1_tracker.rendering.coverage_words import coverage_missing, equity_sentence
from nof1_tracker.rendering.terminal.console import calm_table, cell
from nof1_tracker.rendering.text import UNKNOWN


def verification_report(found: Verification, *, by_day: bool) -> RenderableType:
    """What contradicts the tables, what is held of the season, and a verdict.

    Args:
        by_day: Whether every day is listed, instead of a line per account and kind.
    """
    if found.season is None:
        return Text("Nothing is stored: there is nothing to check.")
    parts: list[RenderableType] = [Text(found.season.name, "bold")]
    parts += [Text(line, "red") for line in found.damage]
    if found.contradictions:
        parts += [_contradictions(found.contradictions), Text()]
    table = _days(found.coverage) if by_day else _totals(totals_of(found.coverage))
    unchecked = [Text(line, "dim") for line in found.unchecked]
    equities = [Text(equity_sentence(each), "dim") for each in found.equities]
    return Group(*parts, table, Text(), *equities, *unchecked, _verdict(found))


def _verdict(found: Verification) -> Text:
    if found.is_contradicted:
        return Text("Contradicted: see above.", "red")
    if found.is_complete:
        return Text("Complete: nothing is known to be missing.", "green")
    return Text(
        "Incomplete. + means that there may be more: nobody knows how many there were.",
        "yellow",
    )


def _contradictions(found: Sequence[Contradiction]) -> Table:
    table = calm_table(
        ("Contradiction", "left"),
        ("Model", "fold"),
        ("Leg", "fold"),
        ("Expected", "fold"),
        ("Found", "fold"),
    )
    for each in found:
        names = (each.account_id or UNKNOWN, each.trade_id or UNKNOWN)
        texts = (*names, each.expected, each.found)
        table.add_row(each.kind.value, *map(cell, texts))
    return table


def _totals(totals: Sequence[CoverageTotal]) -> Table:
    table = calm_table(
        ("Model", "fold"),
        ("Kind", "left"),
        ("Held", "right"),
        ("Missing", "right"),
        ("Short on", "fold"),
        ("Sources", "fold"),
    )
    for each in totals:
        is_short = each.missing or not each.is_known
        table.add_row(
            cell(each.account.name),
            each.kind.value,
            f"{each.held:,}",
            Text(coverage_missing(each), "yellow" if is_short else ""),
            ", ".join(_spans(each.short_days)),
            ", ".join(each.sources),
        )
    return table


def _days(rows: Sequence[CoverageRow]) -> Table:
    table = calm_table(
        ("Model", "fold"),
        ("Day", "left"),
        ("Kind", "left"),
        ("Held", "right"),
        ("Missing", "right"),
        ("Sources", "fold"),
    )
    for row in rows:
        table.add_row(
            cell(row.account.name),
            row.day.isoformat() if row.day else "any",
            row.kind.value,
            f"{row.held:,}",
            Text(coverage_missing(row), "" if row.is_complete else "yellow"),
            ", ".join(row.sources),
        )
    return table


def _spans(days: Sequence[date]) -> Iterator[str]:
    """Days in a row as one span: 2025-10-18 to 10-21."""
    begin = 0
    for number, day in enumerate(days):
        is_last = number + 1 == len(days)
        if is_last or days[number + 1] - day > timedelta(days=1):
            yield _span(days[begin], day)
            begin = number + 1


def _span(first: date, last: date) -> str:
    return first.isoformat() if first == last else f"{first} to {last:%m-%d}"
