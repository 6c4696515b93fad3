"""Legs and open positions, as pages list them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from nof1_tracker.records.enums import TradeStatus
from nof1_tracker.records.sanitize import clean
from nof1_tracker.records.stored import StoredTrade
from nof1_tracker.rendering.html import cells
from nof1_tracker.rendering.html.cells import Cell, Column
from nof1_tracker.rendering.html.palette import BENCHMARK, Stroke
from nof1_tracker.rendering.text import UNKNOWN, price, quantity
from nof1_tracker.rendering.trade_words import held

COLUMNS = (
    Column("Size", "Units, and leverage"),
    Column("Entry", "USD per unit"),
    Column("Exit", "USD per unit"),
    Column("Net $", "Net PnL as served, USD"),
    Column("Fees $", "USD"),
    Column("Held", ">= : nobody saw it opened"),
    Column("Sure", "Confidence at entry, as the model stated it"),
)


@dataclass(frozen=True, slots=True)
class TradeLine:
    """A leg or an open position.

    Attributes:
        at: When it closed; None while it is open, or where that is not known.
        path: Address of its story; None where it has no id.
        warning: What is implausible about it, and that it was liquidated.
    """

    at: datetime | None
    path: str | None
    account_id: str
    name: str
    stroke: Stroke
    symbol: str
    side: str
    is_open: bool
    cells: tuple[Cell, ...]
    warning: str


def trade_lines(
    trades: Iterable[StoredTrade], stroke_of: Mapping[str, Stroke]
) -> tuple[TradeLine, ...]:
    """The trades in the order given."""
    return tuple(
        _line(each, stroke_of.get(each.account_id, BENCHMARK)) for each in trades
    )


def _line(trade: StoredTrade, stroke: Stroke) -> TradeLine:
    return TradeLine(
        at=trade.closed_at,
        path=None if trade.trade_id is None else trade_path(trade.trade_id),
        account_id=trade.account_id,
        name=cells.shorten(trade.name),
        stroke=stroke,
        symbol=clean(trade.symbol),
        side=trade.side.value,
        is_open=trade.status is TradeStatus.OPEN,
        cells=(
            _size(trade),
            Cell(price(trade.entry_price), float(trade.entry_price)),
            _price(trade),
            cells.money(trade.net_pnl, signed=True),
            cells.money(trade.fees),
            _held(trade),
            _confidence(trade),
        ),
        warning=_warning(trade),
    )


def _size(trade: StoredTrade) -> Cell:
    leverage = "" if trade.leverage is None else f"{quantity(trade.leverage)}x"
    return Cell(quantity(trade.quantity), float(trade.quantity), note=leverage)


def _price(trade: StoredTrade) -> Cell:
    if trade.exit_price is None:
        return Cell(UNKNOWN)
    return Cell(price(trade.exit_price), float(trade.exit_price))


def _held(trade: StoredTrade) -> Cell:
    return Cell(held(trade), trade.held.total_seconds() if trade.held else None)


def _confidence(trade: StoredTrade) -> Cell:
    if trade.confidence is None:
        return Cell(UNKNOWN)
    return Cell(f"{trade.confidence:.0f} %", float(trade.confidence))


def _warning(trade: StoredTrade) -> str:
    parts = ["liquidated"] if trade.status is TradeStatus.LIQUIDATED else []
    parts += [trade.implausible] if trade.implausible else []
    return "; ".join(map(clean, parts))


def model_path(account_id: str) -> str:
    """The address of an account's page."""
    return f"/models/{quote(account_id, safe='')}"


def trade_path(trade_id: str) -> str:
    """The address of a trade's story."""
    return f"/trades/{quote(trade_id, safe='')}"
