"""Confidence intervals, and Student's distribution, from which they take their width."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

CONFIDENCE = 0.95
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
_FARTHEST = 1e3
"""No interval reaches further than this many standard errors."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval, in the unit of its figure.

    Attributes:
        level: Share of such intervals that contain the true value, e.g. 0.95.
    """

    low: float
    high: float
    level: float


def student_probability(score: float, degrees: float) -> float:
    """P(T <= score) of Student's t with that many degrees of freedom, > 0.

    With tan(x) = t / sqrt(degrees) the density becomes a power of a cosine, which
    Gauss-Legendre quadrature integrates to 1e-12. Source: Student 1908, "The Probable
    Error of a Mean", Biometrika 6; scipy.stats.t.
    """
    angle = math.atan(abs(score) / math.sqrt(degrees))
    # Where the density has fallen to nothing, there is nothing to integrate.
    angle = min(angle, 12 / math.sqrt(degrees + 1))
    cosines = np.cos(angle / 2 * (_NODES + 1)) ** (degrees - 1)
    scale = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)
    half = angle / 2 * float(_WEIGHTS @ cosines) * math.exp(scale) / math.sqrt(math.pi)
    return 0.5 + math.copysign(min(half, 0.5), score)


@lru_cache(maxsize=1_024)
def student_score(level: float, degrees: float) -> float:
    """How many standard errors an interval of that level reaches to either side.

    Raises:
        ValueError: The level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"a confidence level must be between 0 and 1, not {level}")
    wanted = (1 + level) / 2
    low, high = 0.0, _FARTHEST
    for _ in range(60):
        middle = (low + high) / 2
        is_below = student_probability(middle, degrees) < wanted
        low, high = (middle, high) if is_below else (low, middle)
    return high
