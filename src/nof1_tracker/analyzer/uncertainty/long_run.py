"""The error of a mean over returns that depend on each other.

A position held overnight makes a run of returns that rise or fall together. Their mean
is then less certain than that of independent returns, and the error below accounts for
it without knowing how they depend.
"""

import numpy as np

from nof1_tracker.records.account_columns import FloatArray

_SHARE = 0.25
"""The share of n^(2/3) that is taken: few, so that runs of a day weigh on all of them."""
_LEAST = 4


def cosines_for(size: int) -> int:
    """How many cosines the error of that many values rests on: degrees of freedom.

    n^(2/3) / 4, at least 4. `make intervals` measures what it holds: more cosines give
    shorter intervals that hold the truth less often where returns trend.
    """
    return max(_LEAST, int(_SHARE * size ** (2 / 3)))


def long_run_covariance(first: FloatArray, second: FloatArray) -> float:
    """The covariance of the SUMS of two series, whose values may depend on earlier ones.

    The mean of the products of their weights on the slowest cosines, times their
    number: independent noise weighs on all cosines alike, and a slow run on the slow
    ones. Student's distribution with `cosines_for` degrees of freedom goes with it.

    Args:
        first, second: As many values each; their means do not matter.

    Source: Lazarus, Lewis, Stock and Watson 2018, "HAR Inference: Recommendations for
    Practice", Journal of Business & Economic Statistics 36.
    """
    size = len(first)
    instants = (np.arange(size) + 0.5) / size
    orders = np.arange(1, cosines_for(size) + 1)
    cosines = np.sqrt(2) * np.cos(np.pi * np.outer(orders, instants))
    return float(np.mean((cosines @ first) * (cosines @ second)))
