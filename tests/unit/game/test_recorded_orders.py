"""A model's orders, out of its fills at the exchange."""

from decimal import Decimal

from nof1_tracker.game.replay.recorded_orders import (
    orders_of_fills,
    without_entries_before,
)
from nof1_tracker.records.history.hyperliquid import Fill
from nof1_tracker.records.play.orders import side_of
from tests.unit.game.market import at


def _fill(oid: int, minutes: int, start: int, units: int, price: int) -> Fill:
    """A taker's fill of an order, at 4 bp."""
    size, paid = Decimal(units), Decimal(price)
    return Fill(
        symbol="BTC",
        side=side_of(size),
        quantity=abs(size),
        price=paid,
        filled_at=at(minutes),
        oid=oid,
        tid=minutes,
        start_position=Decimal(start),
        direction="",
        closed_pnl=Decimal(0),
        fee=abs(size) * paid * Decimal("0.0004"),
        is_taker=True,
        is_liquidation=False,
        raw={},
    )


def test_the_fills_of_an_order_are_parts_of_it() -> None:
    fills = [_fill(7, 1, 0, 1, 100), _fill(7, 2, 1, 3, 104)]
    (order,) = orders_of_fills(fills, {7: Decimal(10)})
    # 1 at 100 and 3 at 104.
    assert (order.units, order.price) == (Decimal(4), Decimal(103))
    assert order.fee == Decimal("0.1648")
    assert (order.at, order.closes, order.leverage) == (at(2), False, Decimal(10))


def test_an_order_that_turns_a_position_closes_and_opens() -> None:
    fills = [_fill(7, 1, 0, 2, 100), _fill(8, 2, 2, -5, 110)]
    orders = orders_of_fills(fills, {})
    assert [order.units for order in orders] == [2, -2, -3]
    assert [order.closes for order in orders] == [False, True, False]
    assert sum(order.fee for order in orders[1:]) == Decimal("0.22")


def test_what_closes_an_entry_that_is_not_known_is_left_out() -> None:
    fills = [_fill(7, 1, 5, -2, 100), _fill(8, 2, 0, 1, 100), _fill(9, 3, 1, -1, 100)]
    kept, dropped = without_entries_before(orders_of_fills(fills, {}))
    assert [order.units for order in kept] == [1, -1]
    assert dropped == 1
