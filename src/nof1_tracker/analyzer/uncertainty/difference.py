"""The difference of two figures whose intervals need not be symmetric."""

import math
from collections.abc import Callable
from dataclasses import dataclass

Bounds = Callable[[float], tuple[float, float]]
"""A number of standard errors > 0 -> the ends of a figure's interval, which hold it."""
_FARTHEST = 60.0
"""A difference of more standard errors than this is certain."""


@dataclass(frozen=True, slots=True)
class RecoveredDifference:
    """first - second, recovered from the intervals of the two.

    Attributes:
        first, second: The figures.
        first_bounds, second_bounds: Their intervals.
        correlation: Of their errors, -1..1.

    Source: Zou and Donner 2008, "Construction of confidence limits about effect
    measures", Statistics in Medicine 27; for shares it is Newcombe 1998.
    """

    first: float
    second: float
    first_bounds: Bounds
    second_bounds: Bounds
    correlation: float = 0.0

    @property
    def value(self) -> float:
        """first - second."""
        return self.first - self.second

    def bounds(self, score: float) -> tuple[float, float]:
        """The ends of its interval that many standard errors away."""
        low, high = self.first_bounds(score)
        their_low, their_high = self.second_bounds(score)
        below = self._reach(self.first - low, their_high - self.second)
        above = self._reach(high - self.first, self.second - their_low)
        return self.value - below, self.value + above

    def score(self) -> float:
        """How many standard errors it is away from 0; < 0 where the second is ahead."""
        if not self.value:
            return 0.0
        is_ahead = self.value > 0
        low, high = 0.0, _FARTHEST
        for _ in range(60):
            middle = (low + high) / 2
            ends = self.bounds(middle)
            is_clear = ends[0] > 0 if is_ahead else ends[1] < 0
            low, high = (middle, high) if is_clear else (low, middle)
        return low if is_ahead else -low

    def _reach(self, ours: float, theirs: float) -> float:
        mixed = 2 * self.correlation * ours * theirs
        return math.sqrt(max(ours**2 + theirs**2 - mixed, 0.0))
