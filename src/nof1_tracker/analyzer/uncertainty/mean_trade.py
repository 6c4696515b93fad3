"""How certain the mean trade and the win rate of an account are.

Legs that close in the same hour rise and fall with one market: they are one burst, and
bursts, not legs, are taken as independent. Everything is computed from moments, without
random draws. `make intervals` measures how often the intervals hold the truth.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Self

import numpy as np

from nof1_tracker.analyzer.metrics import is_win
from nof1_tracker.analyzer.uncertainty.interval import (
    Interval,
    student_probability,
    student_score,
)
from nof1_tracker.records.account_columns import (
    BoolArray,
    FloatArray,
    IntArray,
    TimeArray,
)

LEAST_TRADES = 10
"""With fewer independent trades nothing is claimed: the tails are not known."""
BURST = "datetime64[h]"
"""Legs that close in the same hour of UTC are one burst."""
DOMINATED_FROM = 0.5
"""From this share of the variance on, a single burst decides the interval."""
_NEGLIGIBLE = 1e-12
"""Nets that differ by less than this fraction of the largest do not vary."""


@dataclass(frozen=True, slots=True)
class MeanEstimate:
    """A mean, or the difference of two, and the distribution of its error.

    Attributes:
        mean: The estimate itself.
        error: Its standard error, > 0, in the same unit.
        skewness: Of the mean's distribution, without a unit: that of the values
            divided by the root of their number.
        degrees: Degrees of freedom, > 0.
    """

    mean: float
    error: float
    skewness: float
    degrees: float

    def __sub__(self, other: Self) -> "MeanEstimate":
        """By how much the mean exceeds that of an independent sample.

        The degrees of freedom are those of Welch 1947, "The generalization of
        'Student's' problem", Biometrika 34.
        """
        error = math.hypot(self.error, other.error)
        ours, theirs = self.error / error, other.error / error
        return MeanEstimate(
            mean=self.mean - other.mean,
            error=error,
            skewness=self.skewness * ours**3 - other.skewness * theirs**3,
            degrees=1 / (ours**4 / self.degrees + theirs**4 / other.degrees),
        )

    def interval(self, level: float) -> Interval:
        """Whatever Student's interval or the one corrected for skewness holds.

        Student's is too short on the side of a long tail, and the corrected one is too
        short where tails are long on both sides; together they hold the truth as often
        as they say. Source: Hall 1992, "On the Removal of Skewness by Transformation",
        Journal of the Royal Statistical Society B 54.
        """
        score = student_score(level, self.degrees)
        scores = score, -score, self._unskewed(score), self._unskewed(-score)
        bounds = [self.mean - each * self.error for each in scores]
        return Interval(min(bounds), max(bounds), level)

    @property
    def probability(self) -> float:
        """P(the true mean is above 0), 0..1.

        It agrees with `interval`: of the two distributions, the less certain counts.
        """
        score = self.mean / self.error
        chances = [
            student_probability(each, self.degrees)
            for each in (score, self._skewed(score))
        ]
        if (chances[0] - 0.5) * (chances[1] - 0.5) <= 0:
            return 0.5
        return min(chances, key=lambda each: abs(each - 0.5))

    def _skewed(self, score: float) -> float:
        """A score as one of a distribution without skewness (Hall's transformation)."""
        k = self.skewness
        return score + k / 3 * score**2 + k**2 / 27 * score**3 + k / 6

    def _unskewed(self, score: float) -> float:
        """The inverse of `_skewed`."""
        k = self.skewness
        if abs(k) < 1e-9:
            return score
        return 3 / k * (math.cbrt(1 + k * (score - k / 6)) - 1)


@dataclass(frozen=True, slots=True)
class ShareEstimate:
    """A share of outcomes, and how much the number of outcomes lets it vary.

    Attributes:
        share: 0..1.
        independent: How many independent outcomes would tell as much.
    """

    share: float
    independent: float

    def bounds(self, score: float) -> tuple[float, float]:
        """The ends of the interval that reaches that many standard errors.

        Source: Wilson 1927, "Probable Inference, the Law of Succession, and Statistical
        Inference", JASA 22.
        """
        squared = score**2 / self.independent
        centre = (self.share + squared / 2) / (1 + squared)
        variance = self.share * (1 - self.share) / self.independent
        spread = math.sqrt(variance + (score / self.independent / 2) ** 2)
        half = score * spread / (1 + squared)
        return min(centre - half, self.share), max(centre + half, self.share)

    def interval(self, level: float) -> Interval:
        """Wilson's interval, which exists also where all outcomes are the same."""
        low, high = self.bounds(NormalDist().inv_cdf((1 + level) / 2))
        return Interval(low, high, level)


@dataclass(frozen=True, slots=True)
class MeanTrade:
    """What an account's completed legs say about its next ones.

    Attributes:
        trades: Number of legs with a known net.
        independent: How many bursts of equal size would tell as much; at most
            `trades`.
        net: The mean net PnL, USD; None where all nets are the same.
        wins: The win rate.
        is_dominated: True where one burst makes at least DOMINATED_FROM of the
            variance: the interval then holds the truth less often than it says.
    """

    trades: int
    independent: float
    net: MeanEstimate | None
    wins: ShareEstimate
    is_dominated: bool


def mean_trade(nets: FloatArray, closed_at: TimeArray) -> MeanTrade | None:
    """The mean of these nets (USD), whose order does not matter.

    None for fewer than LEAST_TRADES independent trades.

    Args:
        nets: NaN is a leg without a known net, which is left out.
        closed_at: NaT where unknown; such a leg is a burst of its own.

    Source: for the number of equal bursts, Kish 1965, "Survey Sampling".
    """
    is_known = np.isfinite(nets)
    nets, bursts = nets[is_known], _bursts(closed_at[is_known])
    sizes = np.bincount(bursts)
    independent = len(nets) ** 2 / int((sizes**2).sum()) if len(nets) else 0.0
    if independent < LEAST_TRADES:
        return None
    # In units of the largest, so that no cube overflows or underflows.
    scale = float(np.abs(nets).max()) or 1.0
    moments = _Moments(nets / scale, bursts)
    return MeanTrade(
        trades=len(nets),
        independent=independent,
        net=moments.estimate(scale, independent - 1),
        wins=_share(is_win(nets), bursts, independent),
        is_dominated=moments.is_dominated,
    )


def _bursts(closed_at: TimeArray) -> IntArray:
    """The number of each leg's burst."""
    hours = closed_at.astype(BURST).astype(np.int64)
    is_unknown = np.isnat(closed_at)
    # Numbers of their own, before those of all hours.
    hours[is_unknown] = -np.arange(np.count_nonzero(is_unknown)) - 2**40
    return np.unique(hours, return_inverse=True)[1].astype(np.int64)


class _Moments:
    """Moments of the mean of values that come in bursts.

    Source: Liang and Zeger 1986, "Longitudinal Data Analysis Using Generalized Linear
    Models", Biometrika 73.
    """

    def __init__(self, values: FloatArray, bursts: IntArray) -> None:
        self.mean = float(values.mean())
        self.varies = float(np.ptp(values)) > _NEGLIGIBLE
        # By how much each burst moves the mean off its expectation.
        self._moves = np.bincount(bursts, (values - self.mean) / len(values))

    @property
    def squares(self) -> float:
        """The sum of the squared moves: the variance of the mean, with a bias."""
        return float((self._moves**2).sum())

    @property
    def variance(self) -> float:
        """Of the mean, without a bias where bursts are of equal size."""
        return self.squares * len(self._moves) / (len(self._moves) - 1)

    @property
    def is_dominated(self) -> bool:
        """True where a single burst makes at least DOMINATED_FROM of the variance."""
        most = float((self._moves**2).max())
        return self.varies and most >= DOMINATED_FROM * self.squares

    def estimate(self, scale: float, degrees: float) -> MeanEstimate | None:
        """The mean of the values times `scale`; None where they do not vary."""
        if not self.varies or not self.variance:
            return None
        size = len(self._moves)
        third = size**2 / ((size - 1) * (size - 2)) * float((self._moves**3).sum())
        return MeanEstimate(
            mean=self.mean * scale,
            error=math.sqrt(self.variance) * scale,
            skewness=third / self.variance**1.5,
            degrees=degrees,
        )


def _share(wins: BoolArray, bursts: IntArray, independent: float) -> ShareEstimate:
    """The win rate; wins that come in bursts count as fewer outcomes."""
    moments = _Moments(wins.astype(np.float64), bursts)
    share, squares = moments.mean, moments.squares
    if not moments.varies or not squares:
        return ShareEstimate(share, independent)
    # Of as many independent outcomes, the squares are share (1 - share) / number.
    return ShareEstimate(share, min(share * (1 - share) / squares, float(len(wins))))
