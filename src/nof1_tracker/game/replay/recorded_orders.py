"""A model's orders, out of its legs or out of its fills at the exchange. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from nof1_tracker.game.engine.fees import fee_of
from nof1_tracker.game.replay.order_prices import average_price, rate_of
from nof1_tracker.history.hyperliquid.legs_from_fills import in_order
from nof1_tracker.records.history.hyperliquid import Fill
from nof1_tracker.records.play.recorded_legs import (
    LegEnd,
    RecordedLeg,
    RecordedOrder,
)

_NONE = Decimal(0)
_Key = tuple[str, object, bool]


@dataclass(slots=True)
class _Parts:
    """The parts of one order, as they add up."""

    symbol: str
    at: datetime
    is_taker: bool
    closes: bool
    units: Decimal = _NONE
    value: Decimal = _NONE
    fee: Decimal = _NONE
    leverage: Decimal | None = None

    def add(self, units: Decimal, price: Decimal, fee: Decimal, at: datetime) -> None:
        self.units += units
        self.value += units * price
        self.fee += fee
        self.at = max(self.at, at)

    @property
    def order(self) -> RecordedOrder:
        return RecordedOrder(
            at=self.at,
            symbol=self.symbol,
            units=self.units,
            price=self.value / self.units,
            fee=self.fee,
            closes=self.closes,
            is_taker=self.is_taker,
            leverage=self.leverage,
        )


def orders_of_legs(legs: Iterable[RecordedLeg]) -> Sequence[RecordedOrder]:
    """The orders that the legs are cut from, oldest first.

    Legs that share an order are parts of it; an order of which no id is known has one
    part.
    """
    orders: dict[_Key, _Parts] = {}
    for leg in legs:
        _add_end(orders, leg, leg.entry, leg.units, closes=False)
        if leg.exit is not None:
            _add_end(orders, leg, leg.exit, -leg.units, closes=True)
    # Of one instant, what opens comes first: what closes it must find it.
    found = (parts.order for parts in orders.values() if parts.units)
    return sorted(found, key=lambda order: (order.at, order.closes))


def _add_end(
    orders: dict[_Key, _Parts],
    leg: RecordedLeg,
    end: LegEnd,
    units: Decimal,
    *,
    closes: bool,
) -> None:
    key = (leg.symbol, end.oid or leg.trade_id, closes)
    parts = orders.get(key)
    if parts is None:
        is_taker = end.is_taker is not False
        parts = orders[key] = _Parts(leg.symbol, end.at, is_taker, closes)
    price = average_price(end, units)
    fee = fee_of(rate_of(end), abs(units) * price) if end.fee is None else end.fee
    parts.add(units, price, fee, end.at)
    if not closes:
        parts.leverage = leg.leverage


def orders_of_fills(
    fills: Iterable[Fill], leverages: Mapping[int, Decimal]
) -> Sequence[RecordedOrder]:
    """The orders that the fills are parts of, oldest first.

    Args:
        leverages: As the model stated it, by the id of the order that opened.
    """
    orders: dict[_Key, _Parts] = {}
    for fill in in_order(fills):
        is_against = fill.start_position * fill.signed < 0
        closing = min(abs(fill.start_position), fill.quantity) if is_against else _NONE
        for size, closes in ((closing, True), (fill.quantity - closing, False)):
            if not size:
                continue
            parts = orders.setdefault(
                (fill.symbol, fill.oid, closes),
                _Parts(fill.symbol, fill.filled_at, fill.is_taker, closes),
            )
            share = size / fill.quantity
            parts.add(fill.signed * share, fill.price, fill.fee * share, fill.filled_at)
            if not closes:
                parts.leverage = leverages.get(fill.oid)
    # Of one instant, they stay as they happened: what turns a position closes it first.
    return sorted(
        (parts.order for parts in orders.values()), key=lambda order: order.at
    )


def without_entries_before(
    orders: Iterable[RecordedOrder],
) -> tuple[Sequence[RecordedOrder], int]:
    """The orders that follow from each other, and how many close what none opened."""
    held: dict[str, Decimal] = defaultdict(Decimal)
    kept, dropped = [], 0
    for order in orders:
        before = held[order.symbol]
        if order.closes and before * order.units >= 0:
            dropped += 1
            continue
        held[order.symbol] = before + order.units
        kept.append(order)
    return kept, dropped
