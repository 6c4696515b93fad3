"""A season at a glance: a line per model, and what is known about the ranking."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nof1_tracker.analyzer.report.season_report import ModelReport, SeasonReport
from nof1_tracker.records.sanitize import clean
from nof1_tracker.rendering.caveats import (
    close_sentence,
    cut_text,
    glitches_sentence,
    implausible_sentence,
)
from nof1_tracker.rendering.coverage_words import (
    EXPLAINED,
    KINDS,
    held_models,
    held_of,
)
from nof1_tracker.rendering.figures import (
    count,
    dollars,
    fraction,
    interval_text,
    money,
    ratio,
    signed_dollars,
    signed_fraction,
    signed_money,
    since_until,
    sparkline,
)
from nof1_tracker.rendering.sentences import (
    GAP_MARK,
    MARK,
    benchmark_sentence,
    gaps_sentence,
    lacks_equity,
    missed_sentence,
    pairs_sentence,
    partial_sentence,
    power_sentence,
    probability_asked,
    rules_sentence,
    verdict_sentence,
)
from nof1_tracker.rendering.terminal.console import calm_table, cell, first_fitting
from nof1_tracker.rendering.terminal.report.layout import notes
from nof1_tracker.rendering.text import UNKNOWN


@dataclass(frozen=True, slots=True)
class _Detail:
    """What fits on a line.

    Attributes:
        curve: Width of the equity curve in characters; 0: no curve.
        is_exact: Whether USD are shown to the cent.
    """

    curve: int = 0
    is_exact: bool = False
    with_drawdown: bool = True
    with_sharpe: bool = True
    with_trades: bool = True
    with_interval: bool = False


_DETAILS = (
    _Detail(curve=24, is_exact=True, with_interval=True),
    _Detail(curve=12, is_exact=True, with_interval=True),
    _Detail(curve=8, with_interval=True),
    _Detail(curve=10),
    _Detail(curve=8, with_trades=False),
    _Detail(with_trades=False),
    _Detail(with_trades=False, with_drawdown=False),
    _Detail(with_trades=False, with_drawdown=False, with_sharpe=False),
)


def summary(report: SeasonReport, width: int) -> RenderableType:
    """The models by rank, then the verdict, the benchmark and any missing data."""
    tables = (partial(_table, report, detail) for detail in _DETAILS)
    return Group(
        Text(season_title(report), "bold"),
        Text(),
        first_fitting(width, *tables),
        Text(),
        *_held(report),
        season_notes(report, width),
    )


def _held(report: SeasonReport) -> Iterator[RenderableType]:
    """What is held of each account, a line each."""
    known = held_models(report.models)
    if not known:
        return
    titles = [(title, "right") for title in KINDS.values()]
    table = calm_table(("Held", "fold"), *titles)
    for model in known:
        figures = (held_of(model, kind) for kind in KINDS)
        is_benchmark = model.account.is_benchmark
        table.add_row(
            cell(model.account.name), *figures, style="dim" if is_benchmark else ""
        )
    yield table
    yield Text()


def season_title(report: SeasonReport) -> str:
    """The season, and the time that the figures cover."""
    name = "No season" if report.season is None else clean(report.season.name)
    return f"{name} · {since_until(report.start, report.end)} UTC{cut_text(report)}"


def season_notes(report: SeasonReport, width: int) -> Table:
    """What is known about the ranking, and what is not."""
    return notes(
        [
            ("Leader", verdict_sentence(report), ""),
            ("", power_sentence(report), ""),
            ("Pairs", pairs_sentence(report.ranking), ""),
            ("Benchmark", benchmark_sentence(report), ""),
            (f"Partial {MARK}", partial_sentence(report.models), "yellow"),
            (f"Gaps {GAP_MARK}", gaps_sentence(report.models), ""),
            ("Close", close_sentence(report), ""),
            ("Glitches", glitches_sentence(report.models), "yellow"),
            ("Implausible", implausible_sentence(report.models), "yellow"),
            ("Held", EXPLAINED if held_models(report.models) else None, "dim"),
            ("ModelChat", missed_sentence(report.models), ""),
            ("Rules", rules_sentence(report.rules), "dim"),
        ],
        width,
    )


def _table(report: SeasonReport, detail: _Detail) -> Table:
    level = probability_asked(report.rules.level)
    table = calm_table(
        ("#", "right"),
        ("Model", "fold"),
        ("Equity $", "right"),
        ("Return", "right"),
        *([("Curve", "left")] if detail.curve else []),
        ("Net $", "right"),
        *([("Trades", "right")] if detail.with_trades else []),
        ("Wins", "right"),
        *([("Drawdown", "right")] if detail.with_drawdown else []),
        *([("Sharpe", "right")] if detail.with_sharpe else []),
        *([(level, "left")] if detail.with_interval else []),
    )
    marks = _Marks(
        trades=" " * bool(report.partial),
        equity=" " * any(map(lacks_equity, report.models)),
    )
    for model in report.models:
        table.add_row(
            *_cells(model, detail, marks),
            style="dim" if model.account.is_benchmark else "",
        )
    return table


class _Marks(NamedTuple):
    """The padding after figures without a mark, so that digits line up."""

    trades: str
    equity: str


def _cells(model: ModelReport, detail: _Detail, marks: _Marks) -> list[RenderableType]:
    standing, equity, trades = model.standing, model.equity, model.trades
    mark = MARK if model.coverage.is_partial else marks.trades
    gap = GAP_MARK if lacks_equity(model) else marks.equity
    signed = signed_money if detail.is_exact else signed_dollars
    unsigned = money if detail.is_exact else dollars
    gained = equity.total_return if equity else None
    net = trades.net_pnl if trades.total_trades else None
    depth = equity.drawdown.max_drawdown if equity and equity.drawdown else None
    cells: list[RenderableType] = [
        UNKNOWN if standing is None or standing.rank is None else str(standing.rank),
        cell(model.account.name),
        Text(unsigned(_equity(model)), "bold"),
        coloured(gained, _tight(signed_fraction(gained))),
    ]
    if detail.curve:
        cells.append(curve(model, detail.curve))
    cells.append(coloured(net, f"{signed(net)}{mark}"))
    if detail.with_trades:
        cells.append(f"{count(trades.total_trades)}{mark}")
    cells.append(f"{_tight(fraction(trades.win_rate))}{mark}")
    if detail.with_drawdown:
        cells.append(f"{_tight(fraction(depth))}{gap}")
    if detail.with_sharpe:
        cells.append(f"{ratio(equity.sharpe_ratio if equity else None)}{gap}")
    if detail.with_interval:
        returns = model.uncertainty.returns
        sharpe = returns.sharpe_ratio if returns else None
        cells.append(Text(interval_text(sharpe, lambda end: f"{end:.1f}"), "dim"))
    return cells


def _equity(model: ModelReport) -> float | None:
    return None if model.standing is None else float(model.standing.equity)


def curve(model: ModelReport, width: int) -> Text:
    """Its equity curve as a sparkline; green for a gain, red for a loss."""
    if model.curve is None or not model.curve.observations:
        return Text(UNKNOWN, "dim")
    gained = model.equity.total_return if model.equity else None
    # The newest equity is rarely on the grid, but belongs to the curve.
    levels = np.append(model.curve.equity, model.curve.observed.values[-1])
    return coloured(gained, sparkline(levels, width))


def coloured(amount: float | None, text: str) -> Text:
    """Green above 0, red below."""
    if not amount or text.startswith(UNKNOWN):
        return Text(text)
    return Text(text, "green" if amount > 0 else "red")


def _tight(text: str) -> str:
    return text.replace(" %", "%")
