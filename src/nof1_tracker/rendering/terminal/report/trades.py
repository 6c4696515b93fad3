"""The section of a report on one model's trades."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.analyzer.trades.trade_metrics import SliceMetrics
from nof1_tracker.rendering.figures import count
from nof1_tracker.rendering.report_figures.figure_table import (
    GROUPS,
    Shown,
    cells_of,
    shown_below,
)
from nof1_tracker.rendering.report_figures.trade_figures import (
    GroupFigures,
    SliceFigures,
)
from nof1_tracker.rendering.sentences import MARK, coverage_text
from nof1_tracker.rendering.terminal.console import calm_table, cell, first_fitting
from nof1_tracker.rendering.terminal.report.layout import heading, listed_figures
from nof1_tracker.rendering.terminal.report.summary import coloured

_MOST = tuple(name for name in cells_of(SliceFigures))
_FEWER = tuple(
    name for name in _MOST if name not in {"wins", "losses", "breakevens", "turnover"}
)
_LEAST = tuple(
    name for name in _FEWER if name not in {"gross_pnl", "fees", "profit_factor"}
)
"""The figures of each side and symbol, by how many there is room for."""

_LEFT_OUT_OF_GROUPS = ((), ("std_",), ("std_", "avg_notional"))
"""Beginnings of the figures of each group that there is no room for."""


def trades_section(model: ModelReport, width: int) -> RenderableType:
    """Metrics of its completed legs: in total, by outcome and side, by symbol."""
    trades = model.trades
    if not trades.total_trades:
        return Group(_heading(model), Text("No completed trades are stored.", "dim"))
    parts: list[RenderableType] = [_heading(model)]
    figures, reported = shown_below(model, "trades"), _of_nof1(model)
    if reported:
        beside = [each for each in figures if _name(each) in reported]
        figures = [each for each in figures if _name(each) not in reported]
        parts += [_beside_nof1(model, beside, reported), Text()]
    parts.append(listed_figures(figures, width))
    parts += [Text(), _groups(model, width), Text(), _slices(model, width)]
    return Group(*parts)


def _of_nof1(model: ModelReport) -> Mapping[str, float]:
    """nof1's own figures, where ours rest on part of the trades alone."""
    if model.reported is None or not model.coverage.is_partial:
        return {}
    return model.reported.figures


def _name(each: Shown) -> str:
    return each.declared.path.partition(".")[2]


def _mark(model: ModelReport) -> str:
    return MARK if model.coverage.is_partial else ""


def _heading(model: ModelReport) -> Text:
    trades, coverage = model.trades, model.coverage
    remark = coverage_text(coverage)
    if trades.total_trades:
        remark = (
            f"{count(trades.total_trades)} legs of {count(trades.positions)} entries"
        )
        remark += f", {count(trades.wins)} won, {count(trades.losses)} lost"
        remark += f", {count(trades.breakevens)} even" if trades.breakevens else ""
        remark += f" · {coverage_text(coverage)}" if coverage.is_partial else ""
    style = "yellow" if coverage.is_partial else "dim"
    return heading(f"Trades{_mark(model)}", remark, style)


def _beside_nof1(
    model: ModelReport, figures: Sequence[Shown], reported: Mapping[str, float]
) -> Table:
    """Our figures for the stored trades, and nof1's own for all trades."""
    coverage = model.coverage
    table = calm_table(
        ("", "left"),
        (f"of {count(coverage.stored)} stored", "right"),
        (f"reported by nof1, of {count(coverage.reported)}", "right"),
    )
    for each in figures:
        theirs = each.declared.form(reported[_name(each)])
        table.add_row(each.declared.label, f"{each.text}{MARK}", theirs)
    return table


def _groups(model: ModelReport, width: int) -> Table:
    tables = (partial(_group_table, model, without) for without in _LEFT_OUT_OF_GROUPS)
    return first_fitting(width, *tables)


def _group_table(model: ModelReport, without: tuple[str, ...]) -> Table:
    chosen = {
        name: each
        for name, each in cells_of(GroupFigures).items()
        if not name.startswith(without)
    }
    mark, reported = _mark(model), _of_nof1(model)
    heads = ((f"{each.label}{mark}", "right") for each in chosen.values())
    table = calm_table(("", "left"), *heads)
    for group, label in GROUPS.items():
        ours = getattr(model.trades, group)
        table.add_row(
            label, *(each.form(getattr(ours, name)) for name, each in chosen.items())
        )
        theirs = {name: reported.get(f"{group}.{name}") for name in chosen}
        if any(each is not None for each in theirs.values()):
            cells = (each.form(theirs[name]) for name, each in chosen.items())
            table.add_row("  by nof1", *cells, style="dim")
    return table


def _slices(model: ModelReport, width: int) -> Table:
    tables = (
        partial(_slice_table, model, chosen) for chosen in (_MOST, _FEWER, _LEAST)
    )
    return first_fitting(width, *tables)


def _slice_table(model: ModelReport, chosen: Sequence[str]) -> Table:
    """The sides, then the symbols, best net first."""
    figures, trades = cells_of(SliceFigures), model.trades
    mark = _mark(model)
    table = calm_table(
        ("Symbol", "fold"),
        *((f"{figures[name].label}{mark}", "right") for name in chosen),
    )
    symbols = sorted(trades.by_symbol, key=lambda one: -(one.net_pnl or 0.0))
    for each in (*trades.by_side, *symbols):
        cells = (
            coloured(each.net_pnl if name == "net_pnl" else None, text)
            for name, text in slice_cells(each, chosen)
        )
        table.add_row(cell(each.name), *cells)
    return table


def slice_cells(
    each: SliceMetrics, chosen: Sequence[str] = _MOST
) -> Iterator[tuple[str, str]]:
    """The figures of a side or a symbol, by name, as people read them."""
    figures = cells_of(SliceFigures)
    for name in chosen:
        yield name, figures[name].form(getattr(each, name))
