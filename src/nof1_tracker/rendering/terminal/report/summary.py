"""A season at a glance: a line per model, and what is known about the ranking."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial

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
    dollars,
    interval_text,
    signed_dollars,
    since_until,
    sparkline,
)
from nof1_tracker.rendering.report_figures.figure_table import (
    FIGURES,
    Shown,
    mark_of,
    shown,
)
from nof1_tracker.rendering.sentences import (
    GAP_MARK,
    MARK,
    benchmark_sentence,
    gaps_sentence,
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
        figures: The paths of those behind the equity curve.
        curve: Width of the equity curve in characters; 0: no curve.
        is_exact: Whether USD are shown to the cent.
    """

    figures: tuple[str, ...]
    curve: int = 0
    is_exact: bool = False
    with_interval: bool = False


SUMMARY = (
    "standing.equity",
    "equity.total_return",
    "trades.net_pnl",
    "trades.total_trades",
    "trades.win_rate",
    "equity.drawdown.max_drawdown",
    "equity.sharpe_ratio",
)
"""The figures of each account; its rank and its curve stand beside them."""
_BEFORE_CURVE, _BEHIND = SUMMARY[:2], SUMMARY[2:]
_FEWER = tuple(path for path in _BEHIND if path != "trades.total_trades")
_DETAILS = (
    _Detail(_BEHIND, curve=24, is_exact=True, with_interval=True),
    _Detail(_BEHIND, curve=12, is_exact=True, with_interval=True),
    _Detail(_BEHIND, curve=8, with_interval=True),
    _Detail(_BEHIND, curve=10),
    _Detail(_FEWER, curve=8),
    _Detail((_FEWER[0], *_FEWER[2:]), curve=8),
    _Detail(_FEWER),
    _Detail((*_FEWER[:2], _FEWER[-1])),
    _Detail(_FEWER[:2]),
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
        *((FIGURES[path].label, "right") for path in _BEFORE_CURVE),
        *([("Curve", "left")] if detail.curve else []),
        *((FIGURES[path].label, "right") for path in detail.figures),
        *([(level, "left")] if detail.with_interval else []),
    )
    marked = {
        path
        for path in detail.figures
        if any(mark_of(model, path) for model in report.models)
    }
    for model in report.models:
        table.add_row(
            *_cells(model, detail, marked),
            style="dim" if model.account.is_benchmark else "",
        )
    return table


def _cells(
    model: ModelReport, detail: _Detail, marked: Collection[str]
) -> list[RenderableType]:
    """Its line; a figure without a mark is padded where others have one."""
    rank = shown(model, "standing.rank")
    equity, gained = (shown(model, path) for path in _BEFORE_CURVE)
    cells: list[RenderableType] = [
        rank.text,
        cell(model.account.name),
        Text(_rounded(equity, detail), "bold"),
        coloured(gained.value, gained.text),
    ]
    if detail.curve:
        cells.append(curve(model, detail.curve))
    for path in detail.figures:
        each = shown(model, path)
        text = f"{_rounded(each, detail)}{each.mark or ' ' * (path in marked)}"
        cells.append(coloured(each.value, text) if path == "trades.net_pnl" else text)
    if detail.with_interval:
        sharpe, form = model.uncertainty.sharpe_ratio, FIGURES["equity.sharpe_ratio"]
        cells.append(Text(interval_text(sharpe, form.form), "dim"))
    return cells


def _rounded(each: Shown, detail: _Detail) -> str:
    """In whole dollars where there is no room for cents."""
    if detail.is_exact or each.declared.unit != "USD":
        return each.text
    form = signed_dollars if each.declared.figure.signed else dollars
    return form(each.value)


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
