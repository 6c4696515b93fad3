"""Compares equities out of the exchange's record with those that the site stated. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Final

from nof1_tracker.records.history.hyperliquid import EquityPoint, ExchangeCurve
from nof1_tracker.records.history.verification import EquityAgreement

WITHIN: Final = timedelta(minutes=5)
"""How far from the end of a candle an observation may be, to be compared with it."""


def agreement(
    account_id: str, curve: ExchangeCurve, observed: Sequence[EquityPoint]
) -> EquityAgreement:
    """How far the curve is from the observations nearest to its points.

    Args:
        observed: Oldest first.
    """
    differences = list(_differences(curve.points, observed))
    return EquityAgreement(
        account_id=account_id,
        interval=curve.interval,
        points=len(curve.points),
        compared=len(differences),
        median=median(differences) if differences else None,
        largest=max(differences, default=None),
    )


def _differences(
    points: Iterable[EquityPoint], observed: Sequence[EquityPoint]
) -> Iterable[Decimal]:
    times = [each.observed_at for each in observed]
    for point in points:
        place = bisect_left(times, point.observed_at)
        around = observed[max(place - 1, 0) : place + 1]
        nearest = min(around, key=lambda x: _apart(x, point.observed_at), default=None)
        if nearest is not None and _apart(nearest, point.observed_at) <= WITHIN:
            yield abs(nearest.equity - point.equity)


def _apart(point: EquityPoint, at: datetime) -> timedelta:
    return abs(point.observed_at - at)
