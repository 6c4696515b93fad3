"""The section with everything about one account."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from nof1_tracker.analyzer.equity.equity_metrics import DayReturn
from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.rendering.html import cells
from nof1_tracker.rendering.html.cells import Cell, Fact, Table, name_of, shorten
from nof1_tracker.rendering.html.charts.model_charts import (
    ModelCharts,
    model_charts,
)
from nof1_tracker.rendering.html.model_tables import model_tables
from nof1_tracker.rendering.sentences import coverage_text, withheld_sentence
from nof1_tracker.rendering.text import UNKNOWN, moment


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


def model_section(key: int, model: ModelReport) -> ModelSection:
    """The section of one account."""
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
    yield from _some("Drawdown", _drawdown_facts(model))
    yield from _some("Beside the benchmark", _benchmark_facts(model))
    if model.account.is_benchmark:
        return
    yield "Trades", tuple(_trade_facts(model))
    yield "Decisions", tuple(_decision_facts(model))
    yield "Plan", tuple(_plan_facts(model))


def _some(title: str, facts: Iterator[Fact]) -> Iterator[tuple[str, tuple[Fact, ...]]]:
    """The list under its title; nothing where the list is empty."""
    found = tuple(facts)
    if found:
        yield title, found


def _equity_facts(model: ModelReport) -> Iterator[Fact]:
    equity, standing = model.equity, model.standing
    if standing is not None:
        yield Fact("Unrealized $", cells.money(standing.unrealized_pnl, signed=True))
        source = standing.source.words
        yield Fact("Observed", Cell(moment(standing.observed_at), note=source))
    if equity is None:
        yield Fact("Curve", _words("equity at the start is not known"))
        return
    if equity.annualised_return is not None:
        annual = cells.fraction(equity.annualised_return, signed=True)
        yield Fact("Return per year", annual)
        yield Fact("Calmar", cells.ratio(equity.calmar_ratio))
    yield Fact("Return / drawdown", cells.ratio(equity.return_over_drawdown))
    yield Fact("Sharpe · Sortino", _both(equity.sharpe_ratio, equity.sortino_ratio))
    why = withheld_sentence(model)
    if why:
        yield Fact("Withheld", _words(why))
    if standing is not None and standing.sharpe_ratio is not None:
        own = cells.ratio(standing.sharpe_ratio, note="not annualised")
        yield Fact("nof1's own Sharpe", own)
    yield Fact("Best day", _day(equity.best_day))
    yield Fact("Worst day", _day(equity.worst_day))
    leverage = _both(equity.avg_gross_leverage, equity.max_gross_leverage)
    yield Fact("Gross leverage, mean · most", leverage)
    yield Fact("Net leverage, mean", cells.ratio(equity.avg_net_leverage))
    yield Fact("Snapshots", cells.count(equity.observations))
    silent = cells.duration(equity.gap_seconds).text if equity.gaps else ""
    yield Fact("Gaps", Cell(f"{equity.gaps:,}", note=silent))


def _drawdown_facts(model: ModelReport) -> Iterator[Fact]:
    equity = model.equity
    if equity is None or equity.drawdown is None:
        return
    fall, on_grid = equity.drawdown, equity.grid_drawdown
    least = "at least" if equity.gaps else ""
    yield Fact("Deepest", cells.fraction(fall.max_drawdown, note=least))
    if fall.peak_at is None:
        return
    yield Fact("From peak", _time(fall.peak_at))
    yield Fact("To trough", _time(fall.trough_at))
    back = "not yet" if fall.recovered_at is None else moment(fall.recovered_at)
    yield Fact("Regained", _words(back))
    if on_grid is not None:
        yield Fact("On common hours", cells.fraction(on_grid.max_drawdown))
        under = cells.fraction(on_grid.underwater_share, digits=0)
        yield Fact("Under water", under)
    yield Fact("Longest", cells.duration(fall.longest_underwater_seconds))


def _benchmark_facts(model: ModelReport) -> Iterator[Fact]:
    beside = model.against_benchmark
    if beside is None:
        return
    yield Fact("Excess return", cells.fraction(beside.excess_return, signed=True))
    yield Fact("Beta · correlation", _both(beside.beta, beside.correlation))
    yield Fact("Information ratio", cells.ratio(beside.information_ratio))
    yield Fact("Tracking error", cells.fraction(beside.tracking_error))


def _trade_facts(model: ModelReport) -> Iterator[Fact]:
    trades = model.trades
    yield Fact("Stored", _words(coverage_text(model.coverage)))
    outcomes = f"{trades.wins:,} · {trades.losses:,} · {trades.breakevens:,}"
    yield Fact("Won · lost · even", Cell(outcomes))
    streaks = f"{trades.longest_winning_streak:,} · {trades.longest_losing_streak:,}"
    yield Fact("Longest streaks, won · lost", Cell(streaks))
    yield Fact("Deviation of net $", cells.money(trades.std_net_pnl))
    fees = cells.fraction(trades.fees_share_of_gross_profit)
    yield Fact("Fees of gross profit", fees)
    yield Fact("Notional $, median", cells.money(trades.median_notional))
    yield Fact("Turnover $", cells.money(trades.turnover))
    yield Fact("Leverage, stated", cells.ratio(trades.avg_leverage, digits=1))
    realized = _both(trades.realized_leverage, trades.max_realized_leverage)
    yield Fact("Leverage, realized mean · most", realized)
    yield Fact("Liquidations", cells.count(trades.liquidations))


def _decision_facts(model: ModelReport) -> Iterator[Fact]:
    mind = model.mind
    answers, cycles, calibration = mind.answers, mind.cycles, mind.calibration
    yield Fact("Conversations", cells.count(answers.conversations))
    missed = "" if cycles.share is None else cells.fraction(cycles.share).text
    yield Fact("Missed", Cell(f"{cycles.missed:,}", note=missed))
    yield Fact("Failed answers", cells.count(answers.failed))
    per_day = dict(mind.decisions.per_day or ())
    for word, number in mind.decisions.counts:
        rate = f"{per_day[word]:,.1f} a day" if word in per_day else ""
        signal = shorten(word.replace("_", " "))
        yield Fact(signal, Cell(f"{number:,}", note=rate))
    yield Fact("Confidence", cells.fraction(mind.confidence.mean, digits=0))
    yield Fact("Bets", cells.count(calibration.bets))
    scores = _both(calibration.brier_score, calibration.skill)
    yield Fact("Brier · skill", scores)
    yield Fact("Calibration error", cells.fraction(calibration.calibration_error))


def _plan_facts(model: ModelReport) -> Iterator[Fact]:
    plan, flips, fill = (
        model.mind.discipline,
        model.mind.flips,
        model.mind.time_to_fill,
    )
    yield Fact("Took profit", cells.count(plan.took_profit))
    yield Fact("Closed within plan", cells.count(plan.within_plan))
    yield Fact("Stopped", cells.count(plan.stopped))
    yield Fact("Beyond the stop", cells.count(plan.beyond_stop))
    yield Fact("No plan known", cells.count(plan.unknown))
    yield Fact("Plan kept", cells.fraction(plan.respected_share, digits=0))
    flipped = cells.fraction(flips.share).text if flips.entries else ""
    yield Fact("Flips", Cell(f"{flips.flips:,}", note=flipped))
    waited = cells.duration(fill.median).text
    yield Fact(
        "Decision to fill",
        Cell(waited, note=f"{fill.matched:,} of {fill.entries:,} entries"),
    )


def _words(words: str) -> Cell:
    return Cell(words)


def _time(time: datetime | None) -> Cell:
    return Cell(moment(time))


def _both(first: float | None, second: float | None) -> Cell:
    if first is None and second is None:
        return Cell(UNKNOWN)
    return Cell(f"{cells.ratio(first).text} · {cells.ratio(second).text}")


def _day(day: DayReturn | None) -> Cell:
    if day is None:
        return Cell(UNKNOWN)
    cell = cells.fraction(day.total_return, signed=True)
    return Cell(cell.text, cell.value, cell.tone, f"{day.day:%b} {day.day.day}")
