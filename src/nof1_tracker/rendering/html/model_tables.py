"""Tables of one account: by side and symbol, by outcome, by stated confidence."""

from collections.abc import Iterator
from typing import Any

from nof1_tracker.analyzer.decisions.calibration import Calibration
from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.analyzer.trades.trade_metrics import TradeMetrics
from nof1_tracker.rendering.html.cells import Cell, Column, Row, Table, shorten
from nof1_tracker.rendering.html.figure_cells import figure_column, value_cell
from nof1_tracker.rendering.html.reported_table import reported_table
from nof1_tracker.rendering.report_figures.decision_figures import BinFigures
from nof1_tracker.rendering.report_figures.figure_table import GROUPS, cells_of
from nof1_tracker.rendering.report_figures.trade_figures import (
    GroupFigures,
    SliceFigures,
)


def model_tables(model: ModelReport) -> Iterator[Table]:
    """The tables that have rows for this account."""
    beside = reported_table(model)
    if beside is not None:
        yield beside
    if model.trades.total_trades:
        yield from _trade_tables(model.trades)
    if model.mind.calibration.bets:
        yield _reliability(model.mind.calibration)


def _trade_tables(trades: TradeMetrics) -> Iterator[Table]:
    sides = tuple(
        Row(shorten(each.name), _cells(SliceFigures, each))
        for each in (*trades.by_side, *trades.by_symbol)
    )
    yield Table("By side and by symbol", _columns(SliceFigures), sides, first="")
    rows = tuple(
        Row(label, _cells(GroupFigures, getattr(trades, name)))
        for name, label in GROUPS.items()
    )
    caption = "Winners and losers, longs and shorts"
    yield Table(caption, _columns(GroupFigures), rows, first="")


def _columns(shape: type) -> tuple[Column, ...]:
    return tuple(map(figure_column, cells_of(shape).values()))


def _cells(shape: type, row: Any) -> tuple[Cell, ...]:
    return tuple(
        value_cell(each, getattr(row, name)) for name, each in cells_of(shape).items()
    )


def _reliability(calibration: Calibration) -> Table:
    """The bins of stated confidence that contain a bet."""
    rows = tuple(
        Row(
            f"{each.low * 100:g} to {each.high * 100:g} %",
            _cells(BinFigures, each),
        )
        for each in calibration.bins
        if each.count
    )
    return Table("Calibration", _columns(BinFigures), rows, first="Confidence")
