"""Completed legs out of an account's fills, cut and netted as the site does it. Pure.

The site makes one leg of each pair of an entry order and an exit order, first in, first
out. An order that was filled in parts is one order: its size and fees are sums, its
price, time and `tid` those of its last fill. (In the captures, no entry order has two
`tid`; where longs were filled at several prices, the averaged price is below the stated
one, and for shorts above.) The net PnL of a leg is the exchange's closed PnL of its exit
less the exit fee less its share of the entry fee; the closed PnL is against the average
entry of the whole position, at the prices of all fills.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.history.hyperliquid import Fill, ReconstructedLeg

_NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class LegsOfFills:
    """What an account's fills amount to.

    Attributes:
        legs: Oldest exit first.
        unknown: Units closed, by symbol, of entries that are not among the fills.
    """

    legs: tuple[ReconstructedLeg, ...]
    unknown: dict[str, Decimal]


@dataclass(slots=True)
class _Order:
    """The fills of an order that opened, and what is left of them."""

    last: Fill
    is_long: bool
    size: Decimal = _NONE
    left: Decimal = _NONE
    fee: Decimal = _NONE

    def add(self, fill: Fill, size: Decimal) -> None:
        self.last = fill
        self.size += size
        self.left += size
        self.fee += fill.fee * size / fill.quantity


@dataclass(slots=True)
class _Piece:
    """What one exit order closed of one entry order."""

    entry: _Order
    last: Fill
    size: Decimal = _NONE
    fee: Decimal = _NONE
    closed_pnl: Decimal = _NONE
    is_liquidated: bool = False

    def add(self, fill: Fill, size: Decimal, closing: Decimal) -> None:
        """Adds a part of a fill, of which `closing` units close anything at all."""
        self.last = fill
        self.size += size
        self.fee += fill.fee * size / fill.quantity
        self.closed_pnl += fill.closed_pnl * size / closing
        self.is_liquidated = self.is_liquidated or fill.is_liquidation


@dataclass(slots=True)
class _Symbol:
    """One symbol's orders, in the order of the fills."""

    orders: list[_Order] = field(default_factory=list)
    pieces: dict[tuple[int, int], _Piece] = field(default_factory=dict)
    unknown: Decimal = _NONE
    unknown_held: Decimal = _NONE
    """Units held of entries before the first fill; they were first in."""

    def take(self, fill: Fill) -> None:
        self._meet(fill.start_position)
        closing = _closing(fill)
        if closing:
            self._close(fill, closing)
        if fill.quantity > closing:
            self._open(fill, fill.quantity - closing)

    def _meet(self, start: Decimal) -> None:
        """Begins afresh where fills are missing: the position is not what they made."""
        held = self.unknown_held + sum((each.left for each in self._held()), _NONE)
        if held != abs(start):
            for order in self._held():
                order.left = _NONE
            self.unknown_held = abs(start)

    def _held(self) -> Iterator[_Order]:
        return (each for each in self.orders if each.left)

    def _open(self, fill: Fill, size: Decimal) -> None:
        last = self.orders[-1] if self.orders else None
        if last is None or last.last.oid != fill.oid:
            last = _Order(fill, is_long=fill.signed > 0)
            self.orders.append(last)
        last.add(fill, size)

    def _close(self, fill: Fill, closing: Decimal) -> None:
        rest = closing
        unknown = min(rest, self.unknown_held)
        self.unknown += unknown
        self.unknown_held -= unknown
        rest -= unknown
        for order in self._held():
            size = min(rest, order.left)
            if not size:
                break
            key = (order.last.oid, fill.oid)
            piece = self.pieces.setdefault(key, _Piece(order, fill))
            piece.add(fill, size, closing)
            order.left -= size
            rest -= size


def legs_from_fills(fills: Iterable[Fill]) -> LegsOfFills:
    """The legs that an account's fills make.

    Args:
        fills: All that is known of one account; in any order.
    """
    symbols: dict[str, _Symbol] = defaultdict(_Symbol)
    for fill in in_order(fills):
        symbols[fill.symbol].take(fill)
    pieces = (piece for each in symbols.values() for piece in each.pieces.values())
    legs = sorted(map(_leg, pieces), key=lambda leg: (leg.closed_at, leg.exit_oid))
    unknown = {name: each.unknown for name, each in symbols.items() if each.unknown}
    return LegsOfFills(tuple(legs), unknown)


def in_order(fills: Iterable[Fill]) -> Sequence[Fill]:
    """The fills as they happened: those of one millisecond follow from their positions."""
    waiting = sorted(fills, key=lambda fill: (fill.symbol, fill.filled_at, fill.tid))
    done: list[Fill] = []
    while waiting:
        done.append(waiting.pop(_next(waiting, done)))
    return done


def _next(waiting: Sequence[Fill], done: Sequence[Fill]) -> int:
    """The place of the fill of the same instant that begins where the last one ended."""
    first = waiting[0]
    before = done[-1] if done and done[-1].symbol == first.symbol else None
    if before is None:
        return 0
    held = before.start_position + before.signed
    for place, fill in enumerate(waiting):
        if (fill.symbol, fill.filled_at) != (first.symbol, first.filled_at):
            break
        if fill.start_position == held:
            return place
    return 0


def _closing(fill: Fill) -> Decimal:
    """How many units of the fill close what was held before it."""
    is_reducing = fill.start_position * fill.signed < 0
    return min(abs(fill.start_position), fill.quantity) if is_reducing else _NONE


def _leg(piece: _Piece) -> ReconstructedLeg:
    entry, exit_fill = piece.entry, piece.last
    entry_fee = entry.fee * piece.size / entry.size
    direction = 1 if entry.is_long else -1
    distance = exit_fill.price - entry.last.price
    return ReconstructedLeg(
        symbol=exit_fill.symbol,
        side=TradeSide.LONG if entry.is_long else TradeSide.SHORT,
        quantity=piece.size,
        entry_price=entry.last.price,
        exit_price=exit_fill.price,
        opened_at=entry.last.filled_at,
        closed_at=exit_fill.filled_at,
        entry_oid=entry.last.oid,
        entry_tid=entry.last.tid,
        exit_oid=exit_fill.oid,
        exit_tid=exit_fill.tid,
        gross_pnl=distance * piece.size * direction,
        fees=entry_fee + piece.fee,
        net_pnl=piece.closed_pnl - piece.fee - entry_fee,
        is_liquidated=piece.is_liquidated,
    )
