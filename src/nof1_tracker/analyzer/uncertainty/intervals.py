"""How certain figures are: intervals, and the probabilistic Sharpe ratio.

Returns are fractions per period, oldest first, all known. Undefined is None.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nof1_tracker.analyzer.uncertainty.interval import (
    Interval,
    student_probability,
    student_score,
)
from nof1_tracker.analyzer.uncertainty.long_run import (
    cosines_for,
    long_run_covariance,
)
from nof1_tracker.records.account_columns import FloatArray


@dataclass(frozen=True, slots=True)
class ReturnIntervals:
    """Intervals of the figures that rest on one account's equity curve.

    Attributes:
        periods: Number of returns used.
        degrees: Degrees of freedom of the error: the fewer, the wider the interval.
        sharpe_ratio: Annualised.
        total_return: Fraction over all periods. None after a loss of everything.
        probabilistic_sharpe_ratio: P(true Sharpe ratio > 0), 0..1.
    """

    periods: int
    degrees: int
    sharpe_ratio: Interval
    total_return: Interval | None
    probabilistic_sharpe_ratio: float


class ReturnSeries:
    """Returns, with the error of their Sharpe ratio and of their total.

    Attributes:
        size: Number of returns, at least 2.
    """

    def __init__(self, returns: FloatArray) -> None:
        self._returns = returns
        self.size = len(returns)

    @cached_property
    def sharpe_ratio(self) -> float:
        """Mean / sample std (n - 1), per period; only where the returns vary."""
        return float(self._returns.mean() / self._returns.std(ddof=1))

    @cached_property
    def influences(self) -> FloatArray:
        """How much each return moves the Sharpe ratio, times the number of returns.

        z - SR / 2 (z^2 - 1) with z = (r - mean) / std. Source: Lo 2002, "The Statistics
        of Sharpe Ratios", Financial Analysts Journal 58; Ledoit and Wolf 2008, "Robust
        Performance Hypothesis Testing with the Sharpe Ratio", Journal of Empirical
        Finance 15.
        """
        scores: FloatArray = (
            self._returns - self._returns.mean()
        ) / self._returns.std()
        return scores - self.sharpe_ratio / 2 * (scores**2 - 1)

    @property
    def sharpe_error(self) -> float:
        """Standard error of the Sharpe ratio per period."""
        return error_of_sum(self.influences) / self.size

    @cached_property
    def growth(self) -> FloatArray | None:
        """log(1 + r) of each return; None after a loss of everything."""
        return np.log1p(self._returns) if self._returns.min() > -1 else None

    @property
    def total_return(self) -> float | None:
        """product(1 + r) - 1; None after a loss of everything."""
        return None if self.growth is None else _growth(float(self.growth.sum()))

    def total_bounds(self, score: float) -> tuple[float, float]:
        """The ends of the interval of the total return, in the logarithm symmetric.

        Raises:
            ValueError: Everything was lost.
        """
        if self.growth is None:
            raise ValueError("after a loss of everything no return is left to vary")
        total, reach = float(self.growth.sum()), score * error_of_sum(self.growth)
        return _growth(total - reach), _growth(total + reach)


def error_of_sum(values: FloatArray) -> float:
    """Standard error of the sum of values that may depend on earlier ones."""
    return math.sqrt(long_run_covariance(values, values))


def return_intervals(
    returns: FloatArray, *, periods_per_year: float, level: float
) -> ReturnIntervals:
    """Intervals by Student's distribution, with errors that allow for dependence.

    Sharpe = mean / sample std (n - 1) x sqrt(periods_per_year), without a risk-free
    rate. Total return = product(1 + r) - 1.

    Args:
        returns: They must vary and be many: see `why_withheld`.
        periods_per_year: Crypto trades on 365 days.

    Source: see `long_run_covariance` and `ReturnSeries.influences`.
    """
    series = ReturnSeries(returns)
    degrees = cosines_for(series.size)
    score, year = student_score(level, degrees), math.sqrt(periods_per_year)
    sharpe, reach = series.sharpe_ratio * year, score * series.sharpe_error * year
    total = None if series.growth is None else series.total_bounds(score)
    return ReturnIntervals(
        periods=series.size,
        degrees=degrees,
        sharpe_ratio=Interval(sharpe - reach, sharpe + reach, level),
        total_return=None if total is None else Interval(*total, level),
        probabilistic_sharpe_ratio=sharpe_probability(series),
    )


def sharpe_probability(series: ReturnSeries) -> float:
    """P(the true Sharpe ratio is above 0), 0..1, with the error of its interval.

    Source: Bailey and Lopez de Prado 2012, "The Sharpe Ratio Efficient Frontier",
    Journal of Risk 15(2), who take the returns as independent; here they need not be.
    """
    return student_probability(
        series.sharpe_ratio / series.sharpe_error, cosines_for(series.size)
    )


def _growth(logarithm: float) -> float:
    """exp(x) - 1; infinite where it is too large for a float."""
    return math.expm1(logarithm) if logarithm < 700 else math.inf
