"""What the exchange has on record, as frozen records.

Conventions as in `records.parsed`. Wallets are addresses in lower case.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.parsed import JsonObject

SIZE_NOISE = Decimal("1e-6")
"""Fraction of a size that is float noise of the site."""


PORTFOLIO = "portfolio"
"""The exchange's own history of what an account was worth, thinned out with age."""


class FillSide(StrEnum):
    BUY = "buy"
    SELL = "sell"


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution of an order.

    Attributes:
        quantity: Units, > 0; `side` is the sign.
        price: USD per unit.
        start_position: Units held before it; negative for a short.
        direction: In the exchange's words, e.g. Open Long.
        closed_pnl: USD against the averaged entry of the position, before fees.
        fee: USD; negative for a rebate.
        raw: The fill as served.
    """

    symbol: str
    side: FillSide
    quantity: Decimal
    price: Decimal
    filled_at: datetime
    oid: int
    tid: int
    start_position: Decimal
    direction: str
    closed_pnl: Decimal
    fee: Decimal
    is_taker: bool
    is_liquidation: bool
    raw: JsonObject

    @property
    def signed(self) -> Decimal:
        """Units, negative for a sale."""
        return self.quantity if self.side is FillSide.BUY else -self.quantity


@dataclass(frozen=True, slots=True)
class FundingPayment:
    """What an account paid (`amount` < 0, USD) or got for an hour.

    Attributes:
        position: Units held; negative for a short.
        rate: Per hour, as a fraction.
    """

    symbol: str
    paid_at: datetime
    amount: Decimal
    position: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class LedgerUpdate:
    """A deposit, withdrawal or transfer.

    Attributes:
        kind: In the exchange's words.
        amount: USD that the equity changed by; None for kinds that are not known.
        raw: The update as served.
    """

    happened_at: datetime
    hash: str
    kind: str
    amount: Decimal | None
    raw: JsonObject


@dataclass(frozen=True, slots=True)
class Candle:
    """Prices (USD per unit) over an interval, and the units traded in it."""

    symbol: str
    interval: str
    opened_at: datetime
    closed_at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    trades: int


@dataclass(frozen=True, slots=True)
class ReconstructedLeg:
    """A completed leg cut out of fills, as the site cuts it.

    Attributes:
        quantity: Units, > 0.
        entry_price, exit_price: USD per unit, of the last fill of each order.
        opened_at, closed_at: Times of those fills.
        net_pnl: USD: closed PnL less the exit fee less this leg's share of the entry's.
    """

    symbol: str
    side: TradeSide
    quantity: Decimal
    entry_price: Decimal
    exit_price: Decimal
    opened_at: datetime
    closed_at: datetime
    entry_oid: int
    entry_tid: int
    exit_oid: int
    exit_tid: int
    gross_pnl: Decimal
    fees: Decimal
    net_pnl: Decimal
    is_liquidated: bool


@dataclass(frozen=True, slots=True)
class EquityPoint:
    """An account's equity, USD, at a time."""

    observed_at: datetime
    equity: Decimal


@dataclass(frozen=True, slots=True)
class ExchangeCurve:
    """An account's equity out of the exchange's record; the site did not state it.

    Attributes:
        interval: Length of the candles at whose ends it was computed: 1h, 4h, ...; or
            PORTFOLIO, where the exchange itself states it.
        points: Oldest first.
    """

    interval: str
    points: tuple[EquityPoint, ...]
