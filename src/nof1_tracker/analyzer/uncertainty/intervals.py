"""How certain a figure is: intervals, and the probabilistic Sharpe ratio.

Nets are USD per trade, returns are fractions per period. Undefined is None.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from nof1_tracker.analyzer.uncertainty.bootstrap import (
    CHUNK,
    CONFIDENCE,
    SEED,
    TIE,
    FloatArray,
    IntArray,
    Interval,
    ResampledMean,
    block_length,
    block_sums,
    draw_blocks,
    finite,
    generator,
    resample_count,
    resample_mean,
    resample_share,
    tails_of,
    varies,
)

UNDEFINED_AT_MOST = 0.01
"""Above this share of resamples without a Sharpe ratio, it has no interval."""


@dataclass(frozen=True, slots=True)
class TradeIntervals:
    """Intervals of the figures that rest on one account's trades.

    Attributes:
        win_rate: Fraction of trades with net > 0. None where all or none won.
        mean_net: USD per trade. None where all nets are the same.
    """

    trades: int
    win_rate: Interval | None
    mean_net: Interval | None

    @property
    def expectancy(self) -> Interval | None:
        """USD per trade; win_rate x mean win + loss_rate x mean loss is the mean net.

        The two are the same number (a breakeven adds 0 to both), so they share an
        interval.
        """
        return self.mean_net


@dataclass(frozen=True, slots=True)
class ReturnIntervals:
    """Intervals of the figures that rest on one account's equity curve.

    Attributes:
        periods: Number of returns used.
        block_length: Mean length of the blocks, in periods.
        sharpe_ratio: Annualised. None where a resample often has no variance.
        total_return: Fraction over all periods. None after a loss of everything.
    """

    periods: int
    block_length: float
    sharpe_ratio: Interval | None
    total_return: Interval | None


def trade_intervals(
    nets: Iterable[float | None],
    *,
    level: float = CONFIDENCE,
    resamples: int | None = None,
    seed: int = SEED,
    resampled: ResampledMean | None = None,
) -> TradeIntervals:
    """BCa bootstrap intervals over trades; their order does not matter.

    An interval is None for fewer than two trades, and where there is nothing to
    resample: five wins out of five do not prove a win rate of exactly 1.

    Args:
        nets: USD; None is a trade without a known net, which is left out.
        resampled: The result of `resample_mean` for the same nets, if already known.

    Source: see ResampledMean.interval.
    """
    known = finite(nets)
    wins = int(np.count_nonzero(known > 0))
    share = resample_share(wins, len(known), resamples=resamples, seed=seed)
    mean = resampled or resample_mean(known, resamples=resamples, seed=seed)
    return TradeIntervals(
        trades=len(known),
        win_rate=share.interval(level) if share else None,
        mean_net=mean.interval(level) if mean else None,
    )


def difference_interval(
    first: ResampledMean | None,
    second: ResampledMean | None,
    *,
    level: float = CONFIDENCE,
) -> Interval | None:
    """The percentile interval of mean(first) - mean(second) for independent samples.

    In the unit of the means; None where either is None. The two must come from
    different streams of `resample_mean`.

    Source: Efron & Tibshirani 1993, "An Introduction to the Bootstrap", ch. 8 and 13.
    """
    if first is None or second is None:
        return None
    size = min(len(first.means), len(second.means))
    differences = first.means[:size] - second.means[:size]
    return percentile_interval(differences, level)


def return_intervals(
    returns: Iterable[float | None],
    *,
    periods_per_year: float,
    level: float = CONFIDENCE,
    resamples: int | None = None,
    seed: int = SEED,
) -> ReturnIntervals | None:
    """Percentile intervals by the stationary block bootstrap over returns.

    Sharpe = mean / sample std (n - 1) x sqrt(periods_per_year), without a risk-free
    rate: where there is one, subtract it from the returns first. Total return =
    product(1 + r) - 1. None for fewer than two returns, and where they do not vary.

    Args:
        returns: Fractions per period, oldest first, over periods of equal length.
        periods_per_year: Crypto trades on 365 days.
        resamples: None takes 10,000 for up to 200 returns, then gradually fewer,
            down to 1,000.

    Source: Politis & Romano 1994; for the length of blocks see `block_length`.
    """
    known = finite(returns)
    if not varies(known):
        return None
    count = resamples or resample_count(len(known), draws=2_000_000, least=1_000)
    length = block_length(known)
    sharpes, totals = _resampled_returns(known, length, count, generator(seed, ""))
    return ReturnIntervals(
        periods=len(known),
        block_length=length,
        sharpe_ratio=percentile_interval(sharpes * math.sqrt(periods_per_year), level),
        total_return=percentile_interval(totals, level),
    )


class ReturnSeries:
    """Returns that can be resampled in blocks without building each resample.

    Attributes:
        size: Number of returns.
        sharpe_ratio: Mean / sample std, per period; None where they do not vary.
        total_return: product(1 + r) - 1; None after a loss of everything.
    """

    def __init__(self, returns: FloatArray) -> None:
        self.size = len(returns)
        unknown = np.full(self.size, np.nan)
        mean, is_flat = float(returns.mean()), not varies(returns)
        # Centred and in units of the deviation, so that sums of squares lose no digits.
        deviation = math.nan if is_flat else float(returns.std())
        self._centre = mean / deviation
        self._scores = unknown if is_flat else (returns - mean) / deviation
        is_whole = returns.min() > -1
        self._growth = np.log1p(returns) if is_whole else unknown
        self.sharpe_ratio = None if is_flat else mean / float(returns.std(ddof=1))
        self.total_return = math.expm1(self._growth.sum()) if is_whole else None

    def resampled(
        self, starts: IntArray, lengths: IntArray
    ) -> tuple[FloatArray, FloatArray]:
        """The Sharpe ratio per period and the total return of each row of blocks.

        NaN where a row has none.
        """
        size = self.size
        centre = block_sums(self._scores, starts, lengths) / size
        squares = block_sums(self._scores**2, starts, lengths)
        variance = (squares - size * centre**2) / (size - 1)
        variance[~(variance > TIE * size)] = np.nan
        sharpes = (self._centre + centre) / np.sqrt(variance)
        return sharpes, np.expm1(block_sums(self._growth, starts, lengths))


def _resampled_returns(
    returns: FloatArray, length: float, resamples: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """The Sharpe ratio per period and the total return of each resample."""
    series = ReturnSeries(returns)
    sharpes, totals = np.empty(resamples), np.empty(resamples)
    rows = max(1, CHUNK // series.size)
    for start in range(0, resamples, rows):
        chunk = slice(start, min(start + rows, resamples))
        blocks = draw_blocks(series.size, length, chunk.stop - start, rng)
        sharpes[chunk], totals[chunk] = series.resampled(*blocks)
    return sharpes, totals


def percentile_interval(resampled: FloatArray, level: float) -> Interval | None:
    """The interval between the percentiles that cut off the tails.

    None where more than UNDEFINED_AT_MOST of the resamples are undefined (NaN).
    """
    defined = finite(resampled)
    if len(defined) < (1 - UNDEFINED_AT_MOST) * len(resampled):
        return None
    low, high = np.quantile(defined, tails_of(level))
    return Interval(float(low), float(high), level)


# --- may the Sharpe ratio be chance? ----------------------------------------------


def probabilistic_sharpe_ratio(
    returns: Iterable[float | None], *, benchmark_sharpe: float = 0.0
) -> float | None:
    """The probability that the true Sharpe ratio exceeds the benchmark's.

    See `sharpe_probability`; skewness m3 / m2^1.5 and kurtosis m4 / m2^2 are those
    of the population (moments divided by n), the Sharpe ratio is mean / sample std
    (n - 1). None for fewer than two returns, and where they do not vary. Returns are
    assumed to be independent: where they trend, the probability is too extreme.

    Args:
        returns: Fractions per period, in excess of the risk-free rate.
        benchmark_sharpe: PER PERIOD, as the returns are: divide an annualised ratio
            by sqrt(periods_per_year).
    """
    known = finite(returns)
    if not varies(known):
        return None
    scores = (known - known.mean()) / known.std()
    return sharpe_probability(
        float(known.mean() / known.std(ddof=1)),
        observations=len(known),
        skewness=float((scores**3).mean()),
        kurtosis=float((scores**4).mean()),
        benchmark_sharpe=benchmark_sharpe,
    )


def sharpe_probability(
    sharpe: float,
    *,
    observations: int,
    skewness: float,
    kurtosis: float,
    benchmark_sharpe: float = 0.0,
) -> float | None:
    """Phi((SR - SR*) sqrt(n - 1) / sqrt(1 - g3 SR + (g4 - 1) / 4 SR^2)).

    A fraction. None for fewer than two observations, and where the radicand is not
    positive (only samples of two distinct values have such moments).

    Args:
        sharpe: SR per period, not annualised; so is benchmark_sharpe, SR*.
        kurtosis: g4, 3 for normal returns (not the excess).

    Source: Bailey & Lopez de Prado 2012, "The Sharpe Ratio Efficient Frontier",
    Journal of Risk 15(2), eq. 11.
    """
    spread = 1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe**2
    if observations < 2 or spread <= TIE:
        return None
    score = (sharpe - benchmark_sharpe) * math.sqrt((observations - 1) / spread)
    return NormalDist().cdf(score)
