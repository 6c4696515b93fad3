"""Equities out of the exchange's record beside those that the site stated."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from nof1_tracker.history.hyperliquid.equity_checks import WITHIN, agreement
from nof1_tracker.records.history.hyperliquid import EquityPoint, ExchangeCurve

START = datetime(2025, 10, 18, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def points(*equities: str, shift: timedelta = timedelta(0)) -> tuple[EquityPoint, ...]:
    return tuple(
        EquityPoint(START + number * HOUR + shift, Decimal(each))
        for number, each in enumerate(equities)
    )


def test_each_point_is_compared_with_the_observation_nearest_to_it() -> None:
    curve = ExchangeCurve("1h", points("10000", "10010", "10020"))
    near = points("10001", "10005", "10040", shift=timedelta(minutes=2))
    far = points("1", "1", "1", shift=timedelta(minutes=-4))
    observed = sorted((*near, *far), key=lambda each: each.observed_at)
    found = agreement("gpt-5", curve, observed)
    assert (found.points, found.compared) == (3, 3)
    assert (found.median, found.largest) == (Decimal(5), Decimal(20))


def test_what_was_observed_too_far_away_is_not_compared() -> None:
    curve = ExchangeCurve("4h", points("10000", "10010"))
    observed = (
        EquityPoint(START + WITHIN, Decimal(10_003)),
        EquityPoint(START + HOUR + WITHIN + SECOND, Decimal(1)),
    )
    found = agreement("gpt-5", curve, observed)
    assert (found.compared, found.median) == (1, Decimal(3))
    none = agreement("gpt-5", curve, ())
    assert (none.compared, none.median, none.largest) == (0, None, None)
