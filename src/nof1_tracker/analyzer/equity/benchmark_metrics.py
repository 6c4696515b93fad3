"""An account against a benchmark, both on one grid. Fractions; None: undefined.

The benchmark may be any curve: an account that buys and holds, or a series of prices,
where `initial_equity` is the price at the start.
"""

import math
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from nof1_tracker.analyzer.equity.equity_curve import EquityCurve, as_datetime
from nof1_tracker.analyzer.equity.equity_metrics import deviation_of
from nof1_tracker.analyzer.metrics import quotient
from nof1_tracker.records.account_columns import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkMetrics:
    """An account's performance relative to its benchmark.

    Attributes:
        periods: Steps of the grid in which both have a return.
        until: The last instant of the grid at which both are known; the three
            returns run from the first such instant to this one. None where there
            are fewer than two such instants.
        total_return, benchmark_return: Fractions, up to `until`.
        excess_return: total_return - benchmark_return; > 0 beats the benchmark.
        beta, correlation, tracking_error, information_ratio: See the functions.
    """

    periods: int
    until: datetime | None
    total_return: float | None
    benchmark_return: float | None
    excess_return: float | None
    beta: float | None
    correlation: float | None
    tracking_error: float | None
    information_ratio: float | None


def benchmark_metrics(
    account: EquityCurve, benchmark: EquityCurve, *, periods_per_year: float
) -> BenchmarkMetrics:
    """The metrics over the steps in which both curves have a return.

    Raises:
        ValueError: The curves lie on different grids.
    """
    if not np.array_equal(account.times, benchmark.times):
        raise ValueError("an account and its benchmark need the same grid")
    since, until = _common_span(account, benchmark)
    ours, theirs = (_growth(curve, since, until) for curve in (account, benchmark))
    returns, benchmark_returns = common_returns(account, benchmark)
    active = returns - benchmark_returns
    return BenchmarkMetrics(
        periods=len(returns),
        until=None if until is None else as_datetime(account.times[until]),
        total_return=ours,
        benchmark_return=theirs,
        excess_return=None if ours is None or theirs is None else ours - theirs,
        beta=beta(returns, benchmark_returns),
        correlation=correlation(returns, benchmark_returns),
        tracking_error=tracking_error(active, periods_per_year=periods_per_year),
        information_ratio=information_ratio(active, periods_per_year=periods_per_year),
    )


def common_returns(
    account: EquityCurve, benchmark: EquityCurve
) -> tuple[FloatArray, FloatArray]:
    """The returns of the steps in which both have one; two arrays of equal length."""
    ours, theirs = account.returns, benchmark.returns
    is_known = np.isfinite(ours) & np.isfinite(theirs)
    return ours[is_known], theirs[is_known]


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


def _common_span(
    account: EquityCurve, benchmark: EquityCurve
) -> tuple[int, int | None]:
    """Indices of the first and the last instant at which both are known."""
    is_known = np.isfinite(account.equity) & np.isfinite(benchmark.equity)
    common = np.flatnonzero(is_known)
    return (int(common[0]), int(common[-1])) if len(common) > 1 else (0, None)


def _growth(curve: EquityCurve, since: int, until: int | None) -> float | None:
    if until is None or curve.equity[since] <= 0:
        return None
    growth = quotient(float(curve.equity[until]), float(curve.equity[since]))
    return None if growth is None else growth - 1
