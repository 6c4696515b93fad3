"""The conventions that an account is traded by; every result states them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from nof1_tracker.game.engine.fees import CHANGED_AT, rates_at
from nof1_tracker.game.engine.margin import fraction_at, liquidation_of, most_leverage
from nof1_tracker.records.play.account_state import HeldPosition
from nof1_tracker.records.play.orders import Order

START = Decimal(10_000)
"""USD that every account begins with, as the models did."""
GAP = timedelta(minutes=15)
"""A symbol without a price for longer than this has a gap."""
MOST_SLIPPAGE = Decimal("0.01")
"""More than this, as a fraction of the price, is not slippage but another market."""

FeeRate = Callable[[Order, datetime, bool], Decimal]
"""The rate of an order that is filled at that time, as taker or not."""


def measured_rate(_: Order, at: datetime, is_taker: bool) -> Decimal:
    """What the models paid at that time."""
    return rates_at(at).of(is_taker=is_taker)


def latest_rate(_: Order, __: datetime, is_taker: bool) -> Decimal:
    """What the models paid since the rates last changed, whenever it is."""
    return rates_at(CHANGED_AT).of(is_taker=is_taker)


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingRules:
    """How orders are filled.

    Attributes:
        slippage: Fraction of the price that a taker pays on top of the
            observed price; between 0 and MOST_SLIPPAGE.
        season_leverage: The season's maximum; None where only the coin's counts.
        common_leverage: The maximum of all coins alike, from which their maintenance
            margins follow too; None where each has its own. Blind, a coin's own would
            name it.
        requires_margin: Whether an order is refused that the free cash cannot secure.
            A copy of a model is not: whether the model could pay is not ours to say.
        fee_rate: What is charged.
    """

    slippage: Decimal = Decimal(0)
    season_leverage: Decimal | None = None
    common_leverage: Decimal | None = None
    requires_margin: bool = True
    fee_rate: FeeRate = measured_rate

    def __post_init__(self) -> None:
        """Raises ValueError for a slippage that is not possible."""
        if not 0 <= self.slippage <= MOST_SLIPPAGE:
            raise ValueError(f"slippage must lie between 0 and {MOST_SLIPPAGE}")

    def most_leverage(self, symbol: str) -> Decimal:
        """The lower of the season's and the coin's maximum."""
        of_coin = self.common_leverage or most_leverage(symbol)
        if self.season_leverage is None:
            return of_coin
        return min(of_coin, self.season_leverage)

    def liquidation_of(self, position: HeldPosition) -> Decimal | None:
        """USD per unit at which it is liquidated; None where no price is low enough."""
        common = self.common_leverage
        return liquidation_of(position, None if common is None else fraction_at(common))

    def slipped(self, price: Decimal, direction: int) -> Decimal:
        """What a taker pays (direction 1) or gets (-1) where this price is observed."""
        return price * (1 + self.slippage * direction)
