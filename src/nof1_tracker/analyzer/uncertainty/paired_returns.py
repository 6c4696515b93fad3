"""Two equity curves over the same time: how much of their difference may be chance.

Accounts trade the same market at the same time, so their returns rise and fall
together. Taken separately, their difference would look less certain than it is; here
their errors are taken together, step by step.
"""

import math
from dataclasses import dataclass

from nof1_tracker.analyzer.equity.benchmark_metrics import correlation
from nof1_tracker.analyzer.equity.equity_metrics import deviation_of
from nof1_tracker.analyzer.uncertainty.difference import RecoveredDifference
from nof1_tracker.analyzer.uncertainty.interval import (
    Interval,
    student_probability,
    student_score,
)
from nof1_tracker.analyzer.uncertainty.intervals import ReturnSeries, error_of_sum
from nof1_tracker.analyzer.uncertainty.long_run import (
    cosines_for,
    long_run_covariance,
)
from nof1_tracker.records.account_columns import FloatArray


@dataclass(frozen=True, slots=True)
class PairedFigure:
    """By how much one figure of the first account exceeds that of the second.

    Attributes:
        first, second: The figure over the common returns.
        interval: Of first - second.
        probability: P(the first is ahead), 0..1.
    """

    first: float
    second: float
    interval: Interval
    probability: float


@dataclass(frozen=True, slots=True)
class PairedReturns:
    """Two accounts over the steps of the grid in which both have a return.

    Attributes:
        periods: Number of such steps.
        degrees: Degrees of freedom of the errors.
        sharpe_ratio: Annualised; None where either curve is flat.
        total_return: product(1 + r) - 1 over the common steps; a fraction. None after
            a loss of everything.
        correlation: Of the returns, -1..1; None where either curve is flat.
    """

    periods: int
    degrees: int
    sharpe_ratio: PairedFigure | None
    total_return: PairedFigure | None
    correlation: float | None


def paired_returns(
    first: FloatArray, second: FloatArray, *, periods_per_year: float, level: float
) -> PairedReturns:
    """The differences, with intervals that account for what moves both.

    Args:
        first, second: Fractions per period over the same periods, oldest first, all
            known and many: see `why_withheld`.

    Raises:
        ValueError: The two differ in length.

    Source: Ledoit and Wolf 2008, "Robust Performance Hypothesis Testing with the Sharpe
    Ratio", Journal of Empirical Finance 15, with the error of `long_run_covariance`.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} returns cannot be paired with {len(second)}")
    are_flat = not (deviation_of(first) and deviation_of(second))
    return PairedReturns(
        periods=len(first),
        degrees=cosines_for(len(first)),
        sharpe_ratio=(
            None if are_flat else _sharpes(first, second, periods_per_year, level)
        ),
        total_return=_totals(first, second, level),
        correlation=correlation(first, second),
    )


def _sharpes(
    first: FloatArray, second: FloatArray, periods_per_year: float, level: float
) -> PairedFigure:
    ours, theirs = ReturnSeries(first), ReturnSeries(second)
    year, degrees = math.sqrt(periods_per_year), cosines_for(ours.size)
    ahead = (ours.sharpe_ratio - theirs.sharpe_ratio) * year
    error = error_of_sum(ours.influences - theirs.influences) / ours.size * year
    reach = student_score(level, degrees) * error
    return PairedFigure(
        first=ours.sharpe_ratio * year,
        second=theirs.sharpe_ratio * year,
        interval=Interval(ahead - reach, ahead + reach, level),
        probability=student_probability(ahead / error, degrees) if error else 0.5,
    )


def _totals(first: FloatArray, second: FloatArray, level: float) -> PairedFigure | None:
    ours, theirs = ReturnSeries(first), ReturnSeries(second)
    if ours.total_return is None or theirs.total_return is None:
        return None
    difference = RecoveredDifference(
        ours.total_return,
        theirs.total_return,
        ours.total_bounds,
        theirs.total_bounds,
        _error_correlation(ours, theirs),
    )
    degrees = cosines_for(ours.size)
    return PairedFigure(
        first=difference.first,
        second=difference.second,
        interval=Interval(*difference.bounds(student_score(level, degrees)), level),
        probability=student_probability(difference.score(), degrees),
    )


def _error_correlation(first: ReturnSeries, second: ReturnSeries) -> float:
    """How the errors of the two sums go together, -1..1; 0 where either has none."""
    if first.growth is None or second.growth is None:
        return 0.0
    scale = error_of_sum(first.growth) * error_of_sum(second.growth)
    if not scale:
        return 0.0
    both = long_run_covariance(first.growth, second.growth)
    return max(-1.0, min(1.0, both / scale))
