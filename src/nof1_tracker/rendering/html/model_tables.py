"""Tables of one account: by side and symbol, by outcome, by stated confidence."""

from collections.abc import Iterator

from nof1_tracker.analyzer.decisions.calibration import Calibration
from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.analyzer.trades.trade_metrics import (
    GroupMetrics,
    SliceMetrics,
    TradeMetrics,
)
from nof1_tracker.rendering.html import cells
from nof1_tracker.rendering.html.cells import Cell, Column, Row, Table, shorten
from nof1_tracker.rendering.html.reported_table import reported_table

_SLICES = (
    Column("Trades", "Completed legs"),
    Column("Wins", "Share of legs with net PnL above 0"),
    Column("Net $", "Sum of net PnL"),
    Column("Gross $", "Sum of gross PnL"),
    Column("Fees $", "Sum of fees"),
    Column("Mean net $", "Expectancy"),
    Column("Profit factor", "Sum of gains / sum of losses"),
    Column("Turnover $", "Entry and exit notional"),
    Column("Mean held", "Mean time from entry to exit"),
)
_GROUPS = (
    Column("Trades", "Completed legs"),
    Column("Mean net $", "USD"),
    Column("Deviation $", "Sample deviation of net PnL"),
    Column("Mean notional $", "At entry"),
    Column("Mean held", "Mean time from entry to exit"),
)
_RELIABILITY = (
    Column("Bets", "Entries whose confidence and outcome are both known"),
    Column("Said", "Mean stated confidence"),
    Column("Won", "Share of these bets that won"),
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
    sides = tuple(_slice_row(each) for each in (*trades.by_side, *trades.by_symbol))
    yield Table("By side and by symbol", _SLICES, sides, first="")
    groups = {
        "Winners": trades.winners,
        "Losers": trades.losers,
        "Longs": trades.longs,
        "Shorts": trades.shorts,
    }
    rows = tuple(Row(name, _group(group)) for name, group in groups.items())
    yield Table("Winners and losers, longs and shorts", _GROUPS, rows, first="")


def _slice_row(part: SliceMetrics) -> Row:
    return Row(
        shorten(part.name),
        (
            cells.count(part.total_trades),
            cells.fraction(part.win_rate),
            cells.money(part.net_pnl, signed=True),
            cells.money(part.gross_pnl, signed=True),
            cells.money(part.fees),
            cells.money(part.expectancy, signed=True),
            cells.ratio(part.profit_factor),
            cells.money(part.turnover),
            cells.duration(part.avg_holding_seconds),
        ),
    )


def _group(group: GroupMetrics) -> tuple[Cell, ...]:
    return (
        cells.count(group.count),
        cells.money(group.avg_net_pnl, signed=True),
        cells.money(group.std_net_pnl),
        cells.money(group.avg_notional),
        cells.duration(group.avg_holding_seconds),
    )


def _reliability(calibration: Calibration) -> Table:
    """The bins of stated confidence that contain a bet."""
    rows = tuple(
        Row(
            f"{each.low * 100:g} to {each.high * 100:g} %",
            (
                cells.count(each.count),
                cells.fraction(each.mean_confidence, digits=0),
                cells.fraction(each.win_rate, digits=0),
            ),
        )
        for each in calibration.bins
        if each.count
    )
    return Table("Calibration", _RELIABILITY, rows, first="Confidence")
