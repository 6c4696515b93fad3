"""Computes an account from its ledger, and refuses entries that cannot be true."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from nof1_tracker.records.play.account_state import AccountState, HeldPosition
from nof1_tracker.records.play.ledger import EntryKind, LedgerEntry
from nof1_tracker.records.play.orders import Order

_NONE = Decimal(0)
NOTHING = AccountState(cash=_NONE, positions={}, orders={})
"""An account before its first entry."""


class LedgerError(ValueError):
    """An entry contradicts those before it: the ledger is not the account's own."""


def replayed(entries: Iterable[LedgerEntry]) -> AccountState:
    """The account that the ledger describes.

    Raises:
        LedgerError: An entry is missing, or does not follow from those before it.
    """
    state = NOTHING
    for entry in entries:
        state = applied(state, entry)
    return state


def applied(state: AccountState, entry: LedgerEntry) -> AccountState:
    """The account after one more entry.

    Raises:
        LedgerError: The entry does not follow from those before it.
    """
    if entry.number != state.entries + 1:
        raise LedgerError(f"entry {entry.number} follows entry {state.entries}")
    _require_balance(state, entry)
    return AccountState(
        cash=state.cash + entry.cash,
        positions=_positions(state, entry),
        orders=_orders(state, entry),
        entries=entry.number,
    )


def _require_balance(state: AccountState, entry: LedgerEntry) -> None:
    """Money that comes or goes is a deposit, closed PnL, a fee or funding."""
    deposited = entry.cash if entry.kind is EntryKind.DEPOSIT else _NONE
    if entry.cash + entry.margin != deposited + entry.pnl - entry.fee:
        raise LedgerError(f"entry {entry.number} does not balance")
    held = state.positions.get(entry.symbol)
    if entry.kind.trades and entry.held_before != (held.units if held else _NONE):
        raise LedgerError(f"entry {entry.number} changes a position that is not held")


def _positions(state: AccountState, entry: LedgerEntry) -> dict[str, HeldPosition]:
    positions = dict(state.positions)
    held = positions.pop(entry.symbol, None)
    if held is None:
        if entry.units:
            positions[entry.symbol] = _opened(entry)
        return positions
    changed = replace(
        held,
        units=held.units + entry.units,
        entry_value=held.entry_value + entry.entry_value,
        margin=held.margin + entry.margin,
    )
    if changed.units:
        positions[entry.symbol] = changed
    elif changed.entry_value or changed.margin:
        raise LedgerError(f"entry {entry.number} leaves money in a closed position")
    return positions


def _opened(entry: LedgerEntry) -> HeldPosition:
    return HeldPosition(
        symbol=entry.symbol,
        units=entry.units,
        entry_value=entry.entry_value,
        margin=entry.margin,
        is_isolated=entry.order is not None and entry.order.leverage is not None,
        opened_at=entry.at,
    )


def _orders(state: AccountState, entry: LedgerEntry) -> dict[int, Order]:
    orders = dict(state.orders)
    order = entry.order
    if order is None:
        return orders
    if entry.kind is EntryKind.PLACED:
        orders[order.order_id] = order
    elif entry.kind is not EntryKind.LIQUIDATION:
        orders.pop(order.order_id, None)
    return orders
