"""Compares an account's stored legs with its fills at the exchange. Pure.

A leg is joined to its fills by the `oid` and `tid` of its entry and exit. Prices and times
are those of the fills with its `tid`; size, fees and net PnL those of the leg that the
fills make of the two orders (`legs_from_fills`). The site also serves an order that was
half filled: such a leg is compared with what the fills made up to then.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from nof1_tracker.history.hyperliquid.legs_from_fills import in_order, legs_from_fills
from nof1_tracker.records.history.hyperliquid import (
    SIZE_NOISE,
    Fill,
    ReconstructedLeg,
)
from nof1_tracker.records.history.verification import (
    Contradiction,
    ContradictionKind,
    OrderLeg,
)

PRICE_TOLERANCE: Final = Decimal("1e-6")
"""Fraction of the price: float noise of the site."""
MONEY_TOLERANCE: Final = Decimal("0.01")
"""USD, of fees and of the net PnL."""
TIME_TOLERANCE: Final = timedelta(seconds=1)
_NOTHING: Final = "nothing"

Orders = tuple[int | None, int | None]
Said = tuple[ContradictionKind, str, str]
"""What is contradicted, expected and found."""


class FillRecord:
    """What an account's fills say of its legs."""

    def __init__(self, fills: Iterable[Fill]) -> None:
        self._fills = in_order(fills)
        self._by_id = {(fill.oid, fill.tid): fill for fill in self._fills}
        self._legs = _by_orders(legs_from_fills(self._fills).legs)

    def fill(self, oid: int | None, tid: int | None) -> Fill | None:
        """The fill with these ids; None where there is none."""
        return None if oid is None or tid is None else self._by_id.get((oid, tid))

    def unexplained_by(self, legs: Iterable[OrderLeg]) -> Iterator[ReconstructedLeg]:
        """The legs that the fills make and that none of these is."""
        explained = set(map(self.leg_of, legs))
        return (leg for leg in self._legs.values() if leg not in explained)

    def leg_of(self, leg: OrderLeg) -> ReconstructedLeg | None:
        """What the fills make of a leg's orders, up to the last fill that it knew of."""
        made = self._legs.get(_orders(leg))
        last = self.fill(leg.exit_oid, leg.exit_tid)
        if made is None or last is None or made.exit_tid == last.tid:
            return made
        known = self._fills[: self._fills.index(last) + 1]
        return _by_orders(legs_from_fills(known).legs).get(_orders(leg))


def contradictions_of(
    account_id: str, legs: Sequence[OrderLeg], record: FillRecord
) -> Iterator[Contradiction]:
    """Where stored legs and the fills of the same time differ."""
    for leg in legs:
        for kind, expected, found in _compared(leg, record):
            yield Contradiction(kind, account_id, leg.trade_id, expected, found)


def missing_leg(account_id: str, leg: ReconstructedLeg) -> Contradiction:
    """Says that a leg that the fills make is not stored."""
    expected = (
        f"{leg.side} {_number(leg.quantity)} {leg.symbol}, closed"
        f" {_time(leg.closed_at)} (orders {leg.entry_oid}, {leg.exit_oid})"
    )
    return Contradiction(
        ContradictionKind.MISSING, account_id, None, expected, _NOTHING
    )


def _compared(leg: OrderLeg, record: FillRecord) -> Iterator[Said]:
    made = record.leg_of(leg)
    if made is None:
        found = f"orders {leg.entry_oid}, {leg.exit_oid}"
        yield ContradictionKind.EXTRA, _NOTHING, found
        return
    entry = record.fill(leg.entry_oid, leg.entry_tid)
    yield from _one_fill(
        "entry",
        (leg.entry_price, leg.opened_at),
        (entry.price, entry.filled_at) if entry else (made.entry_price, made.opened_at),
    )
    yield from _one_fill(
        "exit", (leg.exit_price, leg.closed_at), (made.exit_price, made.closed_at)
    )
    size = SIZE_NOISE * made.quantity
    yield from _amount(ContradictionKind.SIZE, leg.quantity, made.quantity, size)
    yield from _amount(ContradictionKind.FEE, leg.fees, made.fees, MONEY_TOLERANCE)
    yield from _amount(
        ContradictionKind.NET, leg.net_pnl, made.net_pnl, MONEY_TOLERANCE
    )


def _one_fill(
    name: str,
    stored: tuple[Decimal, datetime | None],
    expected: tuple[Decimal, datetime],
) -> Iterator[Said]:
    """The price and the time of the entry or of the exit."""
    (price, at), (true_price, true_at) = stored, expected
    if abs(price - true_price) > PRICE_TOLERANCE * true_price:
        words = f"{name} {_number(true_price)}", f"{name} {_number(price)}"
        yield ContradictionKind.PRICE, *words
    if at is not None and abs(at - true_at) > TIME_TOLERANCE:
        yield ContradictionKind.TIME, f"{name} {_time(true_at)}", f"{name} {_time(at)}"


def _amount(
    kind: ContradictionKind,
    stored: Decimal | None,
    expected: Decimal,
    tolerance: Decimal,
) -> Iterator[Said]:
    if stored is not None and abs(stored - expected) > tolerance:
        yield kind, _number(expected), _number(stored)


def _by_orders(legs: Iterable[ReconstructedLeg]) -> Mapping[Orders, ReconstructedLeg]:
    return {(leg.entry_oid, leg.exit_oid): leg for leg in legs}


def _orders(leg: OrderLeg) -> Orders:
    return leg.entry_oid, leg.exit_oid


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.%fZ}"
