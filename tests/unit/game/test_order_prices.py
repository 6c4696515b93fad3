"""What the fee of an order says of its price and its role."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from nof1_tracker.game.replay.leg_replay import replay_legs
from nof1_tracker.game.replay.order_prices import average_price, blends_rates
from nof1_tracker.game.replay.recorded_orders import orders_of_legs
from nof1_tracker.records.play.recorded_legs import LegEnd, RecordedLeg

OCTOBER_21 = datetime(2025, 10, 21, 23, 59, 59, tzinfo=UTC)
OCTOBER_22 = datetime(2025, 10, 22, tzinfo=UTC)


def _end(fee: str, *, at: datetime = OCTOBER_22, taker: bool = True) -> LegEnd:
    """An order whose last part was filled at 1,000."""
    return LegEnd(at, Decimal(1000), Decimal(fee), taker, oid=1)


@pytest.mark.parametrize(
    ("at", "taker", "fee"),
    [
        (OCTOBER_21, True, "0.9"),  # 4.5 bp of 2,000
        (OCTOBER_21, False, "0.3"),
        (OCTOBER_22, True, "0.8"),
        (OCTOBER_22, False, "0.24"),
    ],
)
def test_a_fee_by_the_rates_leaves_the_stated_price(
    at: datetime, taker: bool, fee: str
) -> None:
    assert average_price(_end(fee, at=at, taker=taker), Decimal(2)) == 1000


def test_a_fee_that_differs_a_little_tells_the_average_price() -> None:
    assert average_price(_end("0.7992"), Decimal(2)) == 999  # 0.7992 / 4 bp / 2


def test_a_fee_of_no_single_rate_tells_nothing_of_the_price() -> None:
    blended = _end("0.5")
    assert blends_rates(blended, Decimal(2))
    assert average_price(blended, Decimal(2)) == 1000


def _leg(number: int, entry: str, units: str, exit_oid: int, net: str) -> RecordedLeg:
    """A leg of 1 or 2 units that closed at 1,100; its fees are those of takers."""
    price, size = Decimal(entry), Decimal(units)
    later = OCTOBER_22.replace(hour=number)
    entry_fee = price * size * Decimal("0.0004")
    exit_fee = Decimal(1100) * size * Decimal("0.0004")
    return RecordedLeg(
        trade_id=str(number),
        symbol="ETH",
        units=size,
        entry=LegEnd(later, price, entry_fee, True, number),
        exit=LegEnd(
            OCTOBER_22.replace(hour=9), Decimal(1100), exit_fee, True, exit_oid
        ),
        net_pnl=Decimal(net),
        leverage=Decimal(10),
    )


def test_legs_of_a_stacked_position_net_against_its_averaged_entry() -> None:
    # 1 at 1,000 and 1 at 1,080 average 1,040: both make 60, less their fees.
    first = _leg(1, "1000", "1", 7, "59.160")
    second = _leg(2, "1080", "1", 7, "59.128")
    found = replay_legs([first, second])
    assert [leg.net_agrees for leg in found] == [True, True]
    assert [leg.fee_agrees for leg in found] == [True, True]
    # At its own stated prices the first would have made 100.
    assert found[0].stated_net_difference == 40


def test_legs_that_share_an_order_are_parts_of_it() -> None:
    orders = orders_of_legs(
        [_leg(1, "1000", "1", 7, "99"), _leg(2, "1000", "2", 7, "99")]
    )
    assert [order.units for order in orders] == [1, 2, -3]
    assert [order.closes for order in orders] == [False, False, True]
    assert orders[2].fee == Decimal("1.32")
