"""What somebody asks about a copy of a model, and what came of it."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

MOST_LATE = 0.05
"""The share of orders that may be late before a figure is withheld."""


class FeeChoice(StrEnum):
    """Which fees a copy pays."""

    OWN = "own"
    """What the model paid: the rate of each of its orders."""
    TAKER = "taker"
    """The rate of orders that take liquidity."""
    MAKER = "maker"
    """The rate of orders that wait in the book."""
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """How a model is copied.

    Attributes:
        delay: From a fill of the model to the copy's order. 0: at the model's own fills.
        slippage: Fraction of the price that the copy pays on top of what is observed.
        size: Units of the copy / units of the model.
        inverse: Whether the copy sells where the model buys.
    """

    delay: timedelta = timedelta()
    fees: FeeChoice = FeeChoice.OWN
    slippage: Decimal = Decimal(0)
    size: Decimal = Decimal(1)
    inverse: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Where the difference between a copy and its model comes from, USD of equity.

    The parts are changed one after another, so that they add up exactly.

    Attributes:
        sizing: Size and direction, at the model's own prices and fees.
        delay: Later prices, what could not be filled, and liquidations of the copy.
        slippage: What a taker pays on top.
        fees: The rates that were chosen, instead of the model's own.
    """

    sizing: Decimal
    delay: Decimal
    slippage: Decimal
    fees: Decimal

    @property
    def total(self) -> Decimal:
        """Equity of the copy less equity of the model."""
        return self.sizing + self.delay + self.slippage + self.fees


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedOrders:
    """What became of the orders of a copy.

    Attributes:
        placed: Orders whose time came before the end.
        late: Those whose first price came later than the delay itself, or never.
        unfilled: Those for which no later price was observed at all.
        unsecured: Those that left less than no cash: an exchange would have refused
            them.
        liquidations: Positions of the copy that its margin no longer secured.
    """

    placed: int
    late: int
    unfilled: int
    unsecured: int
    liquidations: int

    @property
    def is_withheld(self) -> bool:
        """Whether prices were observed too rarely for this delay."""
        return self.placed > 0 and self.late > MOST_LATE * self.placed


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayPoint:
    """What a copy with this delay would have come to.

    Attributes:
        equity: USD at the end; None where it is withheld.
    """

    delay: timedelta
    equity: Decimal | None
    orders: CopiedOrders
