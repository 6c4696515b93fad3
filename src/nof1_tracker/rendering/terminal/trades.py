"""Trades as a table for people and as rows for programs."""

from datetime import timedelta
from enum import IntEnum
from functools import partial

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nof1_tracker.analyzer.performance import TradeList
from nof1_tracker.records.enums import TradeSide, TradeStatus
from nof1_tracker.records.stored import StoredTrade
from nof1_tracker.rendering.terminal.console import (
    calm_table,
    cell,
    first_fitting,
    signed_style,
)
from nof1_tracker.rendering.text import (
    UNKNOWN,
    moment,
    price,
    quantity,
    shown_of,
    span,
    usd,
)


def trades_table(report: TradeList, width: int) -> RenderableType:
    """The trades, newest first, and how many there are."""
    if not report.rows:
        return Text("No such trades are stored. Run `nof1-tracker scrape --trades`.")
    table = first_fitting(
        width,
        *(partial(_table, report, detail) for detail in reversed(_Detail)),
    )
    return Group(table, Text(), Text(shown_of(len(report.rows), report.total), "dim"))


class _Detail(IntEnum):
    """How much of each trade a line has room for."""

    OUTCOME = 0
    PRICES = 1
    QUANTITY = 2
    TERMS = 3


def _table(report: TradeList, detail: _Detail) -> Table:
    with_prices, with_quantity, with_terms = (
        detail >= each for each in (_Detail.PRICES, _Detail.QUANTITY, _Detail.TERMS)
    )
    table = calm_table(
        ("Closed (UTC)", "left"),
        ("Model", "fold"),
        ("Side", "left"),
        ("Symbol", "left"),
        *([("Quantity", "right")] if with_quantity else []),
        *([("Entry", "right"), ("Exit", "right")] if with_prices else []),
        ("Net $", "right"),
        *([("Fees $", "right")] if with_terms else []),
        ("Held", "right"),
        *([("Lev.", "right"), ("Conf.", "right")] if with_terms else []),
    )
    for trade in report.rows:
        prices = (price(trade.entry_price), price(trade.exit_price))
        table.add_row(
            _ending(trade),
            cell(trade.name),
            _side(trade.side),
            cell(trade.symbol),
            *([quantity(trade.quantity)] if with_quantity else ()),
            *(prices if with_prices else ()),
            Text(usd(trade.net_pnl, signed=True), signed_style(trade.net_pnl)),
            *([usd(trade.fees)] if with_terms else ()),
            _held(trade),
            *(_terms(trade) if with_terms else ()),
        )
    return table


def _ending(trade: StoredTrade) -> Text:
    """When it closed, or why there is no such time."""
    if trade.status is TradeStatus.OPEN:
        return Text("open", "cyan")
    if trade.closed_at is None:
        return Text("unobserved", "yellow")
    if trade.status is TradeStatus.CLOSED:
        return Text(moment(trade.closed_at))
    return Text(f"{moment(trade.closed_at)} {trade.status.value}", "red")


def _side(side: TradeSide) -> Text:
    return Text(side.value, "green" if side is TradeSide.LONG else "red")


def _held(trade: StoredTrade) -> str:
    """Until its exit; while it is open until it was last seen, for who knows more?"""
    is_open = trade.status is TradeStatus.OPEN
    until = trade.last_observed_at if is_open else trade.closed_at
    return UNKNOWN if until is None else span(max(until - trade.opened_at, timedelta()))


def _terms(trade: StoredTrade) -> tuple[str, str]:
    confidence = trade.confidence
    return (
        UNKNOWN if trade.leverage is None else f"{quantity(trade.leverage)}x",
        UNKNOWN if confidence is None else f"{quantity(confidence)} %",
    )
