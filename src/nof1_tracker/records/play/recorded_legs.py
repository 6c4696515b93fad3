"""The models' own trades, with all that the record states of their two ends."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class LegEnd:
    """The order that opened a leg, or the one that closed it.

    Attributes:
        price: USD per unit, of the order's last fill.
        fee: USD, as charged for this leg; None where the record has none of its own.
        is_taker: Whether it took liquidity (`crossed`); None where that is not known.
        oid: Id of the order at the exchange; None where not served.
    """

    at: datetime
    price: Decimal
    fee: Decimal | None
    is_taker: bool | None
    oid: int | None


@dataclass(frozen=True, slots=True)
class RecordedLeg:
    """A completed leg, or what is still open of an entry.

    Attributes:
        units: Negative for a short.
        exit: None while it is open.
        net_pnl: USD as served; None while it is open.
        leverage: As the model stated it at entry; None where unknown.
    """

    trade_id: str
    symbol: str
    units: Decimal
    entry: LegEnd
    exit: LegEnd | None
    net_pnl: Decimal | None
    leverage: Decimal | None


@dataclass(frozen=True, slots=True)
class RecordedOrder:
    """An order of a model, as it was filled.

    Attributes:
        at: When its last part was filled.
        units: Negative for a sale.
        price: USD per unit, averaged over its parts.
        fee: USD as charged, or by the rates of its time.
        closes: Whether it reduced a position.
        leverage: As the model stated it; None where unknown, and where it closes.
    """

    at: datetime
    symbol: str
    units: Decimal
    price: Decimal
    fee: Decimal
    closes: bool
    is_taker: bool
    leverage: Decimal | None


@dataclass(frozen=True, slots=True)
class StatedLiquidation:
    """The liquidation price that the record states of an open position.

    Attributes:
        units: Negative for a short.
        entry_price, price: USD per unit.
    """

    account_id: str
    symbol: str
    entry_oid: int
    units: Decimal
    entry_price: Decimal
    leverage: Decimal
    price: Decimal
