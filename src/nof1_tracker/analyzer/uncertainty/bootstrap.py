"""Bootstrap resampling: how much a figure could have varied by chance.

Everything is seeded: the same input gives the same numbers. Memory is bounded for
any number of values and resamples: work is done in chunks of CHUNK draws.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

SEED = 20251018
"""The day season 1 began; any other number would serve as well."""
CONFIDENCE = 0.95
CHUNK = 1 << 18
"""Draws held at once: 2 MB per array, small enough for the processor's cache."""
TIE = 1e-12
"""Means closer than this fraction of the largest value differ only by rounding."""

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval, in the unit of its figure.

    Attributes:
        level: Share of such intervals that contain the true value, e.g. 0.95.
    """

    low: float
    high: float
    level: float


@dataclass(frozen=True, slots=True, eq=False)
class ResampledMean:
    """A mean, and the means of samples drawn with replacement from the same values.

    Attributes:
        estimate: The mean itself.
        means: One per resample, in no particular order.
        acceleration: Skewness of the values / (6 sqrt n): how quickly the standard
            error changes with the mean. Source: Efron 1987, eq. 7.3.
        scale: The largest absolute value; ties are judged relative to it.
    """

    estimate: float
    means: FloatArray = field(repr=False)
    acceleration: float
    scale: float

    def interval(self, level: float = CONFIDENCE) -> Interval:
        """The BCa interval: percentiles corrected for bias and skewness.

        alpha -> Phi(z0 + (z0 + z) / (1 - a (z0 + z))), z = Phi^-1(alpha), with
        z0 = Phi^-1(share of resampled means below the estimate, ties half).

        Source: Efron 1987, "Better Bootstrap Confidence Intervals", JASA 82.
        """
        bias = _NORMAL.inv_cdf(self._share_below_estimate())
        tails = [self._corrected(bias, tail) for tail in tails_of(level)]
        low, high = np.quantile(self.means, tails)
        return Interval(float(low), float(high), level)

    def _share_below_estimate(self) -> float:
        size = len(self.means)
        share = share_below(self.means, self.estimate, TIE * self.scale)
        # A share of 0 or 1 would put the bias at infinity.
        return min(max(share, 0.5 / size), 1 - 0.5 / size)

    def _corrected(self, bias: float, tail: float) -> float:
        reach = bias + _NORMAL.inv_cdf(tail)
        return _NORMAL.cdf(bias + reach / (1 - self.acceleration * reach))


def tails_of(level: float) -> tuple[float, float]:
    """The two probabilities that cut off the tails, e.g. 0.025 and 0.975.

    Raises:
        ValueError: The level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"a confidence level must be between 0 and 1, not {level}")
    return (1 - level) / 2, (1 + level) / 2


def share_below(values: FloatArray, bound: float, tolerance: float) -> float:
    """Share of the values below the bound; those within the tolerance count half."""
    below = np.count_nonzero(values < bound - tolerance)
    up_to = np.count_nonzero(values <= bound + tolerance)
    return float(below + up_to) / (2 * len(values))


def finite(values: Iterable[float | None]) -> FloatArray:
    """The known values; None, NaN and infinities were not observed and are dropped."""
    known = values if isinstance(values, np.ndarray) else list(values)
    array = np.asarray(known, dtype=np.float64)
    return array[np.isfinite(array)]


def varies(values: FloatArray) -> bool:
    """True for two or more values that differ by more than rounding."""
    if len(values) < 2:
        return False
    spread = float(values.max() - values.min())
    # Below the second bound a square cannot be distinguished from 0.
    return spread > max(TIE * float(np.abs(values).max()), 1e-150)


def resample_count(size: int, *, draws: int, least: int) -> int:
    """How many resamples: 10,000, or fewer where that would exceed `draws` draws.

    A 95 % limit from 2,000 resamples is off by 6 % of a standard error, one from
    10,000 by 3 %, which is far below the limit's own uncertainty.
    """
    return min(10_000, max(least, draws // max(size, 1)))


def generator(seed: int, stream: str) -> np.random.Generator:
    """An independent generator for each stream of the same seed.

    With one generator, two models with equally many trades would draw the same
    indices, and their means would rise and fall together.
    """
    return np.random.default_rng([seed, int.from_bytes(stream.encode())])


def resample_mean(
    values: Iterable[float | None],
    *,
    stream: str = "",
    resamples: int | None = None,
    seed: int = SEED,
) -> ResampledMean | None:
    """The bootstrap of a mean over independent values, such as the net of trades.

    The order of the values does not matter. None for fewer than two values, and
    where all are the same: nothing is then known about how they could vary.

    Args:
        stream: Name of the model, so that no two models draw alike; see `generator`.
        resamples: None takes 10,000 for up to 2,000 values, then gradually fewer,
            down to 1,000.

    Source: Efron 1979, "Bootstrap Methods", Annals of Statistics 7.
    """
    known = np.sort(finite(values))
    if not varies(known):
        return None
    count = resamples or resample_count(len(known), draws=20_000_000, least=1_000)
    means = _means(known, count, generator(seed, stream))
    return _resampled(known, means)


def resample_share(
    wins: int,
    total: int,
    *,
    stream: str = "",
    resamples: int | None = None,
    seed: int = SEED,
) -> ResampledMean | None:
    """The bootstrap of a share; a mean of zeros and ones is exactly binomial.

    None for fewer than two outcomes, and where all outcomes are the same.
    """
    if total < 2 or not 0 < wins < total:
        return None
    rng = generator(seed, stream)
    means = rng.binomial(total, wins / total, resamples or 10_000) / total
    outcomes = np.repeat([0.0, 1.0], [total - wins, wins])
    return _resampled(outcomes, means.astype(np.float64))


def _means(values: FloatArray, resamples: int, rng: np.random.Generator) -> FloatArray:
    means = np.empty(resamples)
    rows = max(1, CHUNK // len(values))
    for start in range(0, resamples, rows):
        shape = (min(rows, resamples - start), len(values))
        drawn = values.take(rng.integers(0, len(values), shape))
        means[start : start + rows] = drawn.mean(axis=1)
    return means


def _resampled(values: FloatArray, means: FloatArray) -> ResampledMean:
    estimate = float(values.mean())
    scale = float(np.abs(values).max())
    # In units of the largest value, so that no cube overflows or underflows.
    distances = (values - estimate) / scale
    spread = float((distances**2).sum())
    acceleration = float((distances**3).sum()) / (6 * spread**1.5)
    return ResampledMean(estimate, means, acceleration, scale)


# --- returns, which depend on earlier returns -----------------------------------


def block_length(returns: FloatArray) -> float:
    """The mean block length for the stationary bootstrap of these returns.

    (2 G^2 / D)^(1/3) n^(1/3) with G = sum lambda(k/M) |k| R(k), D = 2 g^2 and
    g = sum lambda(k/M) R(k) over lags -M..M, where R is the autocovariance, lambda
    the flat-top window, and M twice the lag after which max(5, sqrt(log10 n))
    autocorrelations in a row stay below 2 sqrt(log10 n / n) (the last lag above that
    bound where none do). At least 1 and at most min(3 sqrt n, n / 3); 1 for returns
    that do not vary.

    Source: Politis & White 2004, "Automatic Block-Length Selection", Econometric
    Reviews 23, with the correction of Patton, Politis & White 2009.
    """
    size = len(returns)
    if not varies(returns):
        return 1.0
    quiet = max(5, math.ceil(math.sqrt(math.log10(size))))
    longest = min(math.ceil(math.sqrt(size)) + quiet, size - 1)
    covariances = _autocovariances(returns, longest)
    bandwidth = _bandwidth(covariances, size, quiet)
    lags = np.arange(1, bandwidth + 1)
    weights = np.clip(2 * (1 - lags / bandwidth), 0, 1) * covariances[lags]
    long_run = covariances[0] + 2 * weights.sum()
    if long_run <= 0:
        return 1.0
    # (2 G^2 / 2 g^2)^(1/3) = |G / g|^(2/3)
    slope = abs(2 * (weights * lags).sum() / long_run)
    most = max(1.0, min(3 * math.sqrt(size), size / 3))
    return float(min(max((slope**2 * size) ** (1 / 3), 1.0), most))


def _autocovariances(returns: FloatArray, longest: int) -> FloatArray:
    centred = returns - returns.mean()
    size = len(centred)
    return np.array(
        [centred[lag:] @ centred[: size - lag] / size for lag in range(longest + 1)]
    )


def _bandwidth(covariances: FloatArray, size: int, quiet: int) -> int:
    longest = len(covariances) - 1
    correlations = np.abs(covariances[1:] / covariances[0])
    loud = correlations >= 2 * math.sqrt(math.log10(size) / size)
    for lag in range(max(longest - quiet + 1, 0)):
        if not loud[lag : lag + quiet].any():
            return min(max(2 * lag, 2), longest)
    loudest = int(np.flatnonzero(loud)[-1]) + 1 if loud.any() else 1
    return min(max(2 * loudest, 1), longest)


def draw_blocks(
    size: int, mean_length: float, rows: int, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Starts and lengths of blocks, of shape (rows, blocks).

    Lengths are geometric with that mean; starts are uniform over the series, which
    is treated as a circle. The lengths of a row add up to `size`: the last block is
    cut, and unused blocks have length 0.

    Source: Politis & Romano 1994, "The Stationary Bootstrap", JASA 89.
    """
    share = 1 / mean_length
    # Enough except once in a billion rows (just over 6 standard deviations); in that
    # case the last block is made longer.
    deviations = math.sqrt(size * share * (1 - share))
    blocks = min(size, math.ceil(size * share + 6 * deviations) + 8)
    ends = np.minimum(_geometric(share, (rows, blocks), rng).cumsum(axis=1), size)
    ends[:, -1] = size
    lengths = ends.copy()
    lengths[:, 1:] -= ends[:, :-1]
    return rng.integers(0, size, (rows, blocks)), lengths


def _geometric(
    share: float, shape: tuple[int, int], rng: np.random.Generator
) -> IntArray:
    """1, 2, 3, ... with mean 1 / share; three times as fast as rng.geometric."""
    if share >= 1:
        return np.ones(shape, dtype=np.int64)
    # An exponential variate, rounded up, is geometric.
    waits = rng.standard_exponential(shape) / -math.log1p(-share)
    return np.maximum(np.ceil(waits), 1).astype(np.int64)


def block_sums(values: FloatArray, starts: IntArray, lengths: IntArray) -> FloatArray:
    """The sum of each row's resampled series, without building the series."""
    around = np.concatenate([[0.0], np.cumsum(np.concatenate([values, values]))])
    each = around.take(starts + lengths)
    each -= around.take(starts)
    sums: FloatArray = each.sum(axis=1)
    return sums
