"""What a tear sheet draws of an equity curve. USD, fractions, seconds; NaN: not known.

Nothing is drawn that the summary would withhold: a ratio over a week stands only where
`why_withheld` finds nothing in that week.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from nof1_tracker.analyzer.equity.benchmark_metrics import correlation
from nof1_tracker.analyzer.equity.drawdown import drawdowns
from nof1_tracker.analyzer.equity.equity_curve import (
    EquityCurve,
    as_datetime,
    changes,
)
from nof1_tracker.analyzer.equity.equity_metrics import (
    LEAST_RETURNS,
    day_returns,
    sharpe_ratio,
    why_withheld,
)
from nof1_tracker.analyzer.equity.exposure import Exposure
from nof1_tracker.records.account_columns import FloatArray, IntArray, runs

WEEK = np.timedelta64(7, "D")
"""The window of the rolling Sharpe ratio: LEAST_RETURNS hours, and some to spare."""
MOST_SPELLS = 5
BINS = 24
"""An even number, so that a return of 0 is an edge."""
TYPICAL = 99
"""The percentage of returns that bins between the outer two hold."""
_YEAR = np.timedelta64(365, "D")


@dataclass(frozen=True, slots=True)
class Day:
    """One UTC day; None where it is not known.

    Attributes:
        total_return: A fraction; the first and last day may be partial.
        exposure: Share of the known time with an open position, 0..1.
        leverage: Mean gross exposure / equity.
    """

    day: date
    total_return: float | None
    exposure: float | None
    leverage: float | None


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many returns are how large.

    Attributes:
        limit: The bins are equally wide from -limit to limit, a fraction; the outer two
            hold what is beyond, too.
        counts: Per bin, lowest first.
    """

    limit: float
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Spell:
    """A fall below a peak until it was regained.

    Attributes:
        depth: Fraction of the peak, < 0.
        recovered_at: None where it was not regained.
        seconds: From the peak to the recovery, or to the end of the curve.
        is_least: Whether it was not observed for some of that time: it was at least as
            deep.
    """

    depth: float
    peak_at: datetime
    trough_at: datetime
    recovered_at: datetime | None
    seconds: float
    is_least: bool


def days_of(curve: EquityCurve, market: Exposure) -> tuple[Day, ...]:
    """Every day of the curve with its return, exposure and leverage."""
    days, returns = day_returns(curve)
    if not curve.observations:
        return ()
    own = market.times.astype("datetime64[D]")
    return tuple(
        Day(
            day.item(),
            _known(gain),
            _mean(market.in_position[own == day]),
            _mean(market.gross_leverage[own == day]),
        )
        for day, gain in zip(days, returns.tolist(), strict=True)
    )


def histogram(curve: EquityCurve) -> Histogram | None:
    """The returns from one instant of the grid to the next; a gap has none.

    None for fewer than LEAST_RETURNS of them, and where all are 0.
    """
    returns = changes(curve.equity)
    returns = returns[np.isfinite(returns)]
    if len(returns) < LEAST_RETURNS or not returns.any():
        return None
    limit = float(np.percentile(np.abs(returns), TYPICAL)) or float(
        np.abs(returns).max()
    )
    # A return that rounds to the limit belongs to the outer bin.
    inside = np.clip(returns, -limit, limit)
    counts, _ = np.histogram(inside, bins=BINS, range=(-limit, limit))
    return Histogram(limit, tuple(counts.tolist()))


def rolling_sharpe(curve: EquityCurve, places: IntArray) -> FloatArray:
    """The Sharpe ratio of the WEEK up to each of these instants of the grid, per year.

    NaN where the week is not whole yet, and where `why_withheld` would withhold it. The
    change across a gap is one return, as in the summary.

    Args:
        places: Indices of instants.
    """
    found = np.full(len(places), np.nan)
    if len(curve.times) < 2:
        return found
    step = curve.times[1] - curve.times[0]
    steps, per_year = int(WEEK / step), float(_YEAR / step)
    is_known = np.isfinite(curve.equity)
    known = np.flatnonzero(is_known)
    returns = np.full(len(curve.equity), np.nan)
    returns[known[1:]] = changes(curve.equity[known])
    for number, place in enumerate(places.tolist()):
        if place < steps:
            continue
        week = slice(place - steps + 1, place + 1)
        own = returns[week][np.isfinite(returns[week])]
        if why_withheld(own, float(is_known[week].mean())) is None:
            ratio = sharpe_ratio(own, periods_per_year=per_year)
            found[number] = np.nan if ratio is None else ratio
    return found


def worst_drawdowns(curve: EquityCurve) -> tuple[Spell, ...]:
    """The deepest falls of all observations, the deepest first, MOST_SPELLS at most.

    Empty where equity never fell, and where it was not above 0 at first.
    """
    depths = drawdowns(curve.observed.values)
    if not np.isfinite(depths).all():
        return ()
    begins, ends = runs(depths < 0)
    spells = [
        _spell(curve, depths, first, stop)
        for first, stop in zip(begins.tolist(), ends.tolist(), strict=True)
    ]
    return tuple(sorted(spells, key=lambda each: each.depth)[:MOST_SPELLS])


def _spell(curve: EquityCurve, depths: FloatArray, first: int, stop: int) -> Spell:
    times = curve.observed.times
    peak, last = times[first - 1], times[min(stop, len(times) - 1)]
    gaps = curve.observed.before_gaps
    trough = first + int(depths[first:stop].argmin())
    return Spell(
        depth=float(depths[trough]),
        peak_at=as_datetime(peak),
        trough_at=as_datetime(times[trough]),
        recovered_at=as_datetime(last) if stop < len(times) else None,
        seconds=float((last - peak) / np.timedelta64(1, "s")),
        is_least=bool(((gaps >= first - 1) & (gaps < stop)).any()),
    )


def correlations(
    curves: Sequence[EquityCurve],
) -> tuple[tuple[float | None, ...], ...]:
    """Of the returns of each two, over the steps of the grid known of both; -1..1.

    None for a curve with itself, for fewer than LEAST_RETURNS common steps, and where
    one of them is flat.

    Args:
        curves: On one grid.
    """
    returns = [changes(each.equity) for each in curves]
    size = range(len(returns))
    pairs = {
        (one, other): _correlation(returns[one], returns[other])
        for one in size
        for other in size
        if one < other
    }
    return tuple(
        tuple(
            None if one == other else pairs[min(one, other), max(one, other)]
            for other in size
        )
        for one in size
    )


def _correlation(one: FloatArray, other: FloatArray) -> float | None:
    is_common = np.isfinite(one) & np.isfinite(other)
    if np.count_nonzero(is_common) < LEAST_RETURNS:
        return None
    return correlation(one[is_common], other[is_common])


def _mean(values: FloatArray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
