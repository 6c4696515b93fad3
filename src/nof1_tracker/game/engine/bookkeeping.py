"""What a fill, a liquidation or a payment changes, as entries of the ledger. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from nof1_tracker.game.engine.fees import fee_of
from nof1_tracker.records.play.account_state import AccountState, HeldPosition
from nof1_tracker.records.play.ledger import EntryKind, LedgerEntry
from nof1_tracker.records.play.orders import Order

_NONE = Decimal(0)
_EXACT = Decimal("1e-12")
"""USD that the ledger is kept in: all amounts are multiples, so that sums are exact."""


@dataclass(frozen=True, slots=True)
class Execution:
    """A fill of an order at one price.

    Attributes:
        units: Negative for a sale.
        price: USD per unit.
        rate: Fee as a fraction of the notional.
        fee: USD as charged; None: by the rate.
    """

    order: Order
    at: datetime
    units: Decimal
    price: Decimal
    rate: Decimal
    is_taker: bool
    over_gap: bool = False
    fee: Decimal | None = None

    def fee_for(self, units: Decimal) -> Decimal:
        """USD for a part of it."""
        if self.fee is None:
            return fee_of(self.rate, abs(units) * self.price)
        return _share(self.fee, units / self.units)


def closing_units(held: HeldPosition | None, units: Decimal) -> Decimal:
    """How much of a fill closes what is held; its sign is that of the fill."""
    if held is None or held.units * units >= 0:
        return _NONE
    return -held.units if abs(units) > abs(held.units) else units


def fill_entries(state: AccountState, fill: Execution) -> Iterator[LedgerEntry]:
    """The entries of a fill: what it closes, and then what it opens."""
    held = state.positions.get(fill.order.symbol)
    closing = closing_units(held, fill.units)
    number = state.entries + 1
    if held is not None and closing:
        yield _closing(number, held, fill, closing)
        number += 1
    opening = fill.units - closing
    if opening and not fill.order.only_reduces:
        left = _NONE if held is None else held.units + closing
        yield _opening(number, fill, opening, left)


def margin_for(order: Order, notional: Decimal) -> Decimal:
    """USD that an order's leverage asks for; 0 where it states none."""
    return _NONE if order.leverage is None else _share(notional, 1 / order.leverage)


def liquidation_entry(
    state: AccountState,
    held: HeldPosition,
    at: datetime,
    price: Decimal,
    rate: Decimal,
    *,
    over_gap: bool,
) -> LedgerEntry:
    """The end of a position that its margin no longer secures.

    Over a gap the margin is lost: nobody knows at which price it could have been
    closed. Otherwise it is closed at the price, and loses no more than its margin.
    """
    fee = fee_of(rate, abs(held.units) * price)
    pnl = _booked(held.unrealized_pnl(price))
    if over_gap or held.margin + pnl - fee < 0:
        pnl = fee - held.margin
    return LedgerEntry(
        number=state.entries + 1,
        at=at,
        kind=EntryKind.LIQUIDATION,
        symbol=held.symbol,
        units=-held.units,
        held_before=held.units,
        price=price,
        fee=fee,
        pnl=pnl,
        cash=held.margin + pnl - fee,
        margin=-held.margin,
        entry_value=-held.entry_value,
        over_gap=over_gap,
    )


def funding_entry(
    state: AccountState, held: HeldPosition, at: datetime, mark: Decimal, rate: Decimal
) -> LedgerEntry:
    """An hour's funding, out of the margin that secures the position, and no more."""
    paid = _share(held.units * mark, -rate)
    if held.is_isolated:
        paid = max(paid, -held.margin)
    return LedgerEntry(
        number=state.entries + 1,
        at=at,
        kind=EntryKind.FUNDING,
        symbol=held.symbol,
        price=mark,
        pnl=paid,
        cash=_NONE if held.is_isolated else paid,
        margin=paid if held.is_isolated else _NONE,
    )


def _opening(
    number: int, fill: Execution, units: Decimal, held_before: Decimal
) -> LedgerEntry:
    fee, value = fill.fee_for(units), _booked(units * fill.price)
    margin = margin_for(fill.order, abs(value))
    return LedgerEntry(
        number=number,
        at=fill.at,
        kind=EntryKind.FILL,
        symbol=fill.order.symbol,
        order=fill.order,
        units=units,
        held_before=held_before,
        price=fill.price,
        fee=fee,
        cash=-margin - fee,
        margin=margin,
        entry_value=value,
        is_taker=fill.is_taker,
        over_gap=fill.over_gap,
    )


def _closing(
    number: int, held: HeldPosition, fill: Execution, units: Decimal
) -> LedgerEntry:
    share = -units / held.units
    is_all = units == -held.units
    value = held.entry_value if is_all else _share(held.entry_value, share)
    margin = held.margin if is_all else _share(held.margin, share)
    fee = fill.fee_for(units)
    pnl = _booked(-units * fill.price) - value
    if held.is_isolated and margin + pnl - fee < 0:
        pnl = fee - margin
    return LedgerEntry(
        number=number,
        at=fill.at,
        kind=EntryKind.FILL,
        symbol=held.symbol,
        order=fill.order,
        units=units,
        held_before=held.units,
        price=fill.price,
        fee=fee,
        pnl=pnl,
        cash=margin + pnl - fee,
        margin=-margin,
        entry_value=-value,
        is_taker=fill.is_taker,
        over_gap=fill.over_gap,
    )


def _share(amount: Decimal, share: Decimal) -> Decimal:
    return _booked(amount * share)


def _booked(amount: Decimal) -> Decimal:
    return amount.quantize(_EXACT)
