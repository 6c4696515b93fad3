"""Trades as a table on a terminal."""

from enum import IntEnum
from functools import partial

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nof1_tracker.analyzer.performance import TradeList
from nof1_tracker.records.enums import TradeSide, TradeStatus
from nof1_tracker.records.sanitize import clean
from nof1_tracker.records.stored import StoredTrade
from nof1_tracker.rendering.terminal.console import (
    calm_table,
    cell,
    first_fitting,
    signed_style,
)
from nof1_tracker.rendering.terminal.empty_answer import empty_answer
from nof1_tracker.rendering.text import (
    UNKNOWN,
    moment,
    price,
    quantity,
    shown_of,
    usd,
    whole,
)
from nof1_tracker.rendering.trade_words import held, opening


def trades_table(report: TradeList, width: int) -> RenderableType:
    """The trades, newest first, and how many there are."""
    if not report.rows:
        scrape = "nof1-tracker scrape --trades"
        return Text(empty_answer("trades", report.emptiness, scrape=scrape))
    table = first_fitting(
        width,
        *(partial(_table, report, detail) for detail in reversed(_Detail)),
    )
    remarks = _remarks(report)
    return Group(
        table,
        *([Text(), *remarks] if remarks else []),
        Text(),
        Text(shown_of(len(report.rows), report.total), "dim"),
    )


_UNOBSERVED = (
    "unobserved: the position was gone when its account was seen next, and no leg of it"
    " is stored, so that its exit is not known."
)
MARK = "!"
"""Follows the exit of a leg with implausible figures."""
_REMARKS = 12
_ID_SIGNS = 8
"""How much of the end of an id is shown: enough to tell a season's trades apart."""


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
        ("ID", "left"),
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
            held(trade),
            *(_terms(trade) if with_terms else ()),
            cell((trade.trade_id or UNKNOWN)[-_ID_SIGNS:], "dim"),
        )
    return table


def _ending(trade: StoredTrade) -> Text:
    """When it closed, or why no time is known."""
    if trade.status is TradeStatus.OPEN:
        return Text("open", "cyan")
    if _is_unobserved(trade):
        return Text("unobserved", "yellow")
    if trade.implausible:
        return Text(f"{moment(trade.closed_at)} {MARK}", "yellow")
    if trade.status is TradeStatus.CLOSED:
        return Text(moment(trade.closed_at))
    return Text(f"{moment(trade.closed_at)} {trade.status.value}", "red")


def _is_unobserved(trade: StoredTrade) -> bool:
    return trade.closed_at is None and trade.status is not TradeStatus.OPEN


def _side(side: TradeSide) -> Text:
    return Text(side.value, "green" if side is TradeSide.LONG else "red")


def _remarks(report: TradeList) -> list[Text]:
    """What is implausible, and which openings are not known, a line each."""
    lines = []
    if any(_is_unobserved(trade) for trade in report.rows):
        lines.append(Text(_UNOBSERVED, "dim"))
    for trade in report.rows:
        if trade.implausible:
            lines.append(Text(f"{MARK} {_named(trade)}: {trade.implausible}", "yellow"))
        if not trade.opened_at_known:
            lines.append(Text(f"{_named(trade)}: opened {opening(trade)}", "dim"))
    if len(lines) > _REMARKS:
        more = whole(len(lines) - _REMARKS)
        lines = [*lines[:_REMARKS], Text(f"and {more} more (--format json)", "dim")]
    return lines


def _named(trade: StoredTrade) -> str:
    return clean(f"{trade.name}, {trade.side.value} {trade.symbol}")


def _terms(trade: StoredTrade) -> tuple[str, str]:
    confidence = trade.confidence
    return (
        UNKNOWN if trade.leverage is None else f"{quantity(trade.leverage)}x",
        UNKNOWN if confidence is None else f"{quantity(confidence)} %",
    )
