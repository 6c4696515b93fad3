"""What somebody who trades asks for."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from nof1_tracker.records.history.hyperliquid import FillSide


class OrderKind(StrEnum):
    MARKET = "market"
    """Filled at the first price observed after it."""
    LIMIT = "limit"
    """Filled at its price, once that or a better one is observed."""
    STOP = "stop"
    """Closes a position once the price is as bad as this or worse."""
    TAKE_PROFIT = "take_profit"
    """Closes a position once the price is as good as this or better."""

    @property
    def closes(self) -> bool:
        """True where it can only reduce a position."""
        return self in (OrderKind.STOP, OrderKind.TAKE_PROFIT)


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it was placed.

    Attributes:
        order_id: Of one account, in order of placing.
        quantity: Units, > 0; `side` is the sign.
        price: USD per unit: the limit, or what triggers it; None for a market order.
        leverage: Notional / margin of what it opens. None: what it opens is secured by
            the account as a whole and is never liquidated, as where a model's leverage
            is not known.
        reduce_only: Closes what is held, and never opens anything.
    """

    order_id: int
    placed_at: datetime
    symbol: str
    side: FillSide
    quantity: Decimal
    kind: OrderKind = OrderKind.MARKET
    price: Decimal | None = None
    leverage: Decimal | None = None
    reduce_only: bool = False

    @property
    def direction(self) -> int:
        """1 for a purchase, -1 for a sale."""
        return 1 if self.side is FillSide.BUY else -1

    @property
    def only_reduces(self) -> bool:
        """True where it never opens anything."""
        return self.reduce_only or self.kind.closes


def side_of(units: Decimal) -> FillSide:
    """The side of a fill of so many units, negative for a sale."""
    return FillSide.BUY if units > 0 else FillSide.SELL
