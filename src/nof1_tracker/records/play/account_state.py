"""What an account holds at an instant, as its ledger says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from nof1_tracker.records.play.orders import Order

_NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class HeldPosition:
    """A position under isolated margin.

    Attributes:
        units: Negative for a short; never 0.
        entry_value: Sum of price * units over what is still held, USD; its sign is
            that of the units.
        margin: USD set aside for it; 0 where the whole account secures it.
        is_isolated: Whether it can be liquidated, and loses no more than its margin.
    """

    symbol: str
    units: Decimal
    entry_value: Decimal
    margin: Decimal
    is_isolated: bool
    opened_at: datetime

    @property
    def entry_price(self) -> Decimal:
        """USD per unit, averaged over what is held."""
        return self.entry_value / self.units

    def unrealized_pnl(self, mark: Decimal) -> Decimal:
        """USD at that price, before fees."""
        return self.units * mark - self.entry_value


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account; equity = cash + margin + unrealized PnL.

    Attributes:
        cash: USD that no position ties up.
        positions: By symbol.
        orders: Those that wait, by id.
        entries: Number of the last entry of the ledger; 0 before the first.
    """

    cash: Decimal
    positions: Mapping[str, HeldPosition]
    orders: Mapping[int, Order]
    entries: int = 0

    @property
    def margin(self) -> Decimal:
        """USD that the positions tie up."""
        return sum((each.margin for each in self.positions.values()), _NONE)

    def unrealized_pnl(self, marks: Mapping[str, Decimal]) -> Decimal:
        """USD over all positions at these prices.

        Raises:
            KeyError: A symbol that is held has no price.
        """
        positions = self.positions.values()
        return sum((p.unrealized_pnl(marks[p.symbol]) for p in positions), _NONE)

    def equity(self, marks: Mapping[str, Decimal]) -> Decimal:
        """USD at these prices.

        Raises:
            KeyError: A symbol that is held has no price.
        """
        return self.cash + self.margin + self.unrealized_pnl(marks)
