"""Which trades are volatile, and which are diversified.

Both are judged at the opening, from what was known at it. Which are held long is said
by `earning.is_long_hold`.
"""

import math
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import stdev
from typing import Final

SLOT: Final = timedelta(minutes=15)
LOOKED_BACK: Final = timedelta(hours=24)
VOLATILE_FROM: Final = 0.8
"""Annualised volatility, a fraction, from which a trade is volatile."""
LEAST_RETURNS: Final = 48
"""With fewer of the 96 returns of a day, nothing is called volatile."""
DIVERSIFIED_FROM: Final = Decimal("2.5")
"""Effective number of positions from which a trade is diversified."""
_SLOTS_A_YEAR: Final = timedelta(days=365) / SLOT


def realised_volatility(
    prices: Iterable[tuple[datetime, Decimal]], opened_at: datetime
) -> float | None:
    """Annualised volatility in the 24 hours before a trade was opened; a fraction.

    The sample standard deviation of the logarithmic returns between prices 15 minutes
    apart, times the root of the 35,040 such steps in a year of 365 days. None where
    fewer than 48 of the returns are known.

    Args:
        prices: USD per unit with the times at which they were known, one for each slot
            of 15 minutes at most, > 0. Those after the opening are left out.
    """
    known = sorted(
        (at, math.log(price))
        for at, price in prices
        if opened_at - LOOKED_BACK <= at <= opened_at
    )
    returns = [
        after - before
        for (earlier, before), (later, after) in pairwise(known)
        if later - earlier == SLOT
    ]
    if len(returns) < LEAST_RETURNS:
        return None
    return stdev(returns) * math.sqrt(_SLOTS_A_YEAR)


def is_volatile(volatility: float | None) -> bool:
    """True from 80 % a year on; False where it is not known."""
    return volatility is not None and volatility >= VOLATILE_FROM


def effective_positions(notionals: Mapping[str, Decimal]) -> Decimal:
    """How many positions of equal size would be spread as much; 0 without any.

    One over the sum of the squared shares of gross exposure.

    Args:
        notionals: Notional in USD by symbol, either sign, the new position included.

    Source: the inverse of the Herfindahl-Hirschman index: Hirschman 1964, "The
    Paternity of an Index", American Economic Review 54.
    """
    squares = sum((each * each for each in notionals.values()), Decimal())
    gross = sum((abs(each) for each in notionals.values()), Decimal())
    return gross * gross / squares if squares else Decimal()


def is_diversified(notionals: Mapping[str, Decimal]) -> bool:
    """True from 2.5 effective positions on: three, none of them much larger."""
    return effective_positions(notionals) >= DIVERSIFIED_FROM
