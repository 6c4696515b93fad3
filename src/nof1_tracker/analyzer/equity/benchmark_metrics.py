"""An account against a benchmark, both on one grid. Fractions; None: undefined.

The benchmark may be any curve: an account that buys and holds, or a series of prices,
where `initial_equity` is the price at the start.
"""

import math
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from nof1_tracker.analyzer.equity.equity_curve import (
    EquityCurve,
    as_datetime,
    changes,
)
from nof1_tracker.analyzer.equity.equity_metrics import (
    Withheld,
    deviation_of,
    why_withheld,
)
from nof1_tracker.analyzer.metrics import quotient
from nof1_tracker.records.account_columns import FloatArray, TimeArray


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkMetrics:
    """An account's performance relative to its benchmark.

    Attributes:
        periods: Returns that both have; across a gap of either it is one.
        since, until: The first and the last time at which both are known; the three
            returns run from the one to the other. None where there are fewer than
            two such times.
        total_return, benchmark_return: Fractions, from `since` to `until`.
        excess_return: total_return - benchmark_return; > 0 beats the benchmark.
        beta, correlation, tracking_error, information_ratio: See the functions; None
            where `withheld` says why.
    """

    periods: int
    since: datetime | None
    until: datetime | None
    total_return: float | None
    benchmark_return: float | None
    excess_return: float | None
    beta: float | None
    correlation: float | None
    tracking_error: float | None
    information_ratio: float | None
    withheld: Withheld | None


def benchmark_metrics(
    account: EquityCurve, benchmark: EquityCurve, *, periods_per_year: float
) -> BenchmarkMetrics:
    """The metrics over the time in which both curves are known.

    Raises:
        ValueError: The curves lie on different grids.
    """
    common = common_levels(account, benchmark)
    ours, theirs = growth_of(common.first), growth_of(common.second)
    returns, benchmark_returns = common.returns
    periods = len(returns)
    withheld = why_withheld(returns, min(account.coverage, benchmark.coverage))
    if withheld:
        returns, benchmark_returns = returns[:0], benchmark_returns[:0]
    active = returns - benchmark_returns
    return BenchmarkMetrics(
        periods=periods,
        since=as_datetime(common.times[0]) if periods else None,
        until=as_datetime(common.times[-1]) if periods else None,
        total_return=ours,
        benchmark_return=theirs,
        excess_return=None if ours is None or theirs is None else ours - theirs,
        beta=beta(returns, benchmark_returns),
        correlation=correlation(returns, benchmark_returns),
        tracking_error=tracking_error(active, periods_per_year=periods_per_year),
        information_ratio=information_ratio(active, periods_per_year=periods_per_year),
        withheld=withheld,
    )


@dataclass(frozen=True, slots=True, eq=False)
class CommonLevels:
    """Two curves at the times at which both are known, in order; USD."""

    times: TimeArray
    first: FloatArray
    second: FloatArray

    @property
    def returns(self) -> tuple[FloatArray, FloatArray]:
        """The returns of both from time to time, up to the ruin of either."""
        ours, theirs = changes(self.first), changes(self.second)
        is_known = np.isfinite(ours) & np.isfinite(theirs)
        return ours[is_known], theirs[is_known]


def common_levels(first: EquityCurve, second: EquityCurve) -> CommonLevels:
    """Both curves from the later opening on, on the grid and where either ends.

    Raises:
        ValueError: The curves lie on different grids.
    """
    if not np.array_equal(first.times, second.times):
        raise ValueError("two curves can be compared only on the same grid")
    ends = [each.observed.times[[0, -1]] for each in (first, second)]
    times = np.unique(np.concatenate((first.times, *ends, [first.observed.ends_at])))
    ours, theirs = (each.observed.at(times) for each in (first, second))
    is_known = np.isfinite(ours) & np.isfinite(theirs)
    return CommonLevels(times[is_known], ours[is_known], theirs[is_known])


def beta(returns: FloatArray, benchmark_returns: FloatArray) -> float | None:
    """Covariance with the benchmark / its variance: the slope of the regression.

    None for fewer than 2 steps, and for a flat benchmark.
    Source: Sharpe (1964); scipy.stats.linregress.
    """
    if not deviation_of(benchmark_returns):
        return None
    centred = benchmark_returns - benchmark_returns.mean()
    return quotient(float(centred @ returns), float(centred @ centred))


def correlation(returns: FloatArray, benchmark_returns: FloatArray) -> float | None:
    """Pearson's r, -1..1; None for fewer than 2 steps, and where either is flat."""
    if not deviation_of(returns) or not deviation_of(benchmark_returns):
        return None
    ours, theirs = (each - each.mean() for each in (returns, benchmark_returns))
    scale = math.sqrt(float(ours @ ours)) * math.sqrt(float(theirs @ theirs))
    found = quotient(float(ours @ theirs), scale)
    return None if found is None else max(-1.0, min(1.0, found))


def tracking_error(active: FloatArray, *, periods_per_year: float) -> float | None:
    """Sample std of (return - benchmark return) * sqrt(periods per year), >= 0.

    None for fewer than 2 steps. Source: Grinold and Kahn (1999).
    """
    deviation = deviation_of(active)
    return None if deviation is None else deviation * math.sqrt(periods_per_year)


def information_ratio(active: FloatArray, *, periods_per_year: float) -> float | None:
    """Mean / sample std of (return - benchmark return) * sqrt(periods per year).

    < 0 behind the benchmark; None for fewer than 2 steps, and where the account's
    returns equal the benchmark's. Source: Grinold and Kahn (1999), annualised as there.
    """
    deviation = deviation_of(active)
    if not deviation:
        return None
    return float(active.mean()) / deviation * math.sqrt(periods_per_year)


def growth_of(levels: FloatArray) -> float | None:
    """Last / first level - 1; None for fewer than two, and from nothing or debt."""
    if len(levels) < 2 or levels[0] <= 0:
        return None
    growth = quotient(float(levels[-1]), float(levels[0]))
    return None if growth is None else growth - 1
