"""The ledger of an account: whatever it holds follows from these entries."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from nof1_tracker.records.play.orders import Order

_NONE = Decimal(0)


class EntryKind(StrEnum):
    DEPOSIT = "deposit"
    PLACED = "placed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    FILL = "fill"
    FUNDING = "funding"
    LIQUIDATION = "liquidation"

    @property
    def trades(self) -> bool:
        """True where units changed hands."""
        return self in (EntryKind.FILL, EntryKind.LIQUIDATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """Something that happened to an account. Amounts are USD.

    Attributes:
        number: 1 for the first of an account.
        symbol: Empty where it concerns none.
        order: What was placed, refused, cancelled or filled.
        units: Change of the position; negative for a sale.
        held_before: Units of the position before it; negative for a short.
        price: USD per unit.
        fee: >= 0.
        pnl: Closed against the averaged entry of the position, before the fee; what a
            funding payment brought, negative where the account paid.
        cash, margin: Changes of the free cash and of the position's margin.
        entry_value: Change of the position's sum of price * units.
        over_gap: Whether no price had been observed for a while before it.
        reason: Why it was refused or cancelled, for a person; else empty.
    """

    number: int
    at: datetime
    kind: EntryKind
    symbol: str = ""
    order: Order | None = None
    units: Decimal = _NONE
    held_before: Decimal = _NONE
    price: Decimal = _NONE
    fee: Decimal = _NONE
    pnl: Decimal = _NONE
    cash: Decimal = _NONE
    margin: Decimal = _NONE
    entry_value: Decimal = _NONE
    is_taker: bool = True
    over_gap: bool = False
    reason: str = ""
