"""The section with everything about one account."""

from collections.abc import Iterator
from dataclasses import dataclass

from nof1_tracker.analyzer.play.whatif_report import CopiedModel
from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.rendering.html import cells
from nof1_tracker.rendering.html.cells import Cell, Fact, Table, name_of, shorten
from nof1_tracker.rendering.html.charts.copied_part import CopiedPart, copied_part
from nof1_tracker.rendering.html.charts.model_charts import (
    ModelCharts,
    model_charts,
)
from nof1_tracker.rendering.html.figure_cells import figure_facts
from nof1_tracker.rendering.html.model_tables import model_tables
from nof1_tracker.rendering.sentences import coverage_text, withheld_sentence
from nof1_tracker.rendering.text import moment

_UNREALIZED = "PnL of the open positions, USD, as last observed"
_OBSERVED = "When the newest equity was observed, UTC, and where"
_OWN_SHARPE = "As the site states it; it is not annualised"
_STORED = "Completed legs that are stored, of those that nof1 counted"
_DRAWDOWNS = ("equity.drawdown", "equity.grid_drawdown")


@dataclass(frozen=True, slots=True)
class ModelSection:
    """One account's part of the page; `key` as in Row.

    Attributes:
        equity, gained: Shown in the summary line while the section is closed.
    """

    key: int
    name: str
    about: str
    rank: Cell
    equity: Cell
    gained: Cell
    warning: str
    facts: tuple[tuple[str, tuple[Fact, ...]], ...]
    tables: tuple[Table, ...]
    charts: ModelCharts | None
    copied: CopiedPart | None


def model_section(
    key: int, model: ModelReport, copied: CopiedModel | None = None
) -> ModelSection:
    """The section of one account.

    Args:
        copied: What its copies come to; without it nothing is said of them.
    """
    standing, account = model.standing, model.account
    return ModelSection(
        key=key,
        name=name_of(account),
        about=_about(model),
        rank=cells.count(None if standing is None else standing.rank),
        equity=cells.money(None if standing is None else standing.equity),
        gained=cells.fraction(
            None if standing is None else standing.total_return, signed=True
        ),
        warning=cells.partial_warning(model),
        facts=tuple(_facts(model)),
        tables=tuple(model_tables(model)),
        charts=model_charts(model),
        copied=copied_part(copied),
    )


def _about(model: ModelReport) -> str:
    account = model.account
    words = [account.account_id]
    if not account.is_benchmark:
        words = [account.provider, account.base_model, account.account_id]
        words += [account.variant] if account.variant else []
    return " · ".join(dict.fromkeys(shorten(each) for each in words if each))


def _facts(model: ModelReport) -> Iterator[tuple[str, tuple[Fact, ...]]]:
    yield "Equity", tuple(_equity_facts(model))
    if model.equity is not None:
        yield "Drawdown", figure_facts(model, *_DRAWDOWNS)
    if model.against_benchmark is not None:
        yield "Beside the benchmark", figure_facts(model, "against_benchmark")
    if model.account.is_benchmark:
        return
    yield "Trades", tuple(_trade_facts(model))
    yield "Decisions", tuple(_decision_facts(model))
    plan = ("mind.discipline", "mind.flips", "mind.time_to_fill")
    yield "Plan", figure_facts(model, *plan)
    yield "Certainty", figure_facts(model, "uncertainty")


def _equity_facts(model: ModelReport) -> Iterator[Fact]:
    standing = model.standing
    if standing is not None:
        open_pnl = cells.money(standing.unrealized_pnl, signed=True)
        yield Fact("Unrealized $", open_pnl, _UNREALIZED)
        source = standing.source.words
        observed = Cell(moment(standing.observed_at), note=source)
        yield Fact("Observed", observed, _OBSERVED)
    if model.equity is None:
        yield Fact("Curve", _words("equity at the start is not known"))
        return
    yield from figure_facts(model, "equity", without=_DRAWDOWNS)
    why = withheld_sentence(model)
    if why:
        yield Fact("Withheld", _words(why))
    if standing is not None and standing.sharpe_ratio is not None:
        own = cells.ratio(standing.sharpe_ratio, note="not annualised")
        yield Fact("nof1's own Sharpe", own, _OWN_SHARPE)


def _trade_facts(model: ModelReport) -> Iterator[Fact]:
    yield Fact("Stored", _words(coverage_text(model.coverage)), _STORED)
    yield from figure_facts(model, "trades")


def _decision_facts(model: ModelReport) -> Iterator[Fact]:
    decisions = model.mind.decisions
    yield from figure_facts(
        model, "mind.answers", "mind.cycles", "mind.decisions", "mind.confidence"
    )
    per_day = dict(decisions.per_day or ())
    for word, number in decisions.counts:
        rate = f"{per_day[word]:,.1f} a day" if word in per_day else ""
        signal = shorten(word.replace("_", " "))
        yield Fact(signal, Cell(f"{number:,}", note=rate))
    yield from figure_facts(model, "mind.calibration")


def _words(words: str) -> Cell:
    return Cell(words)
