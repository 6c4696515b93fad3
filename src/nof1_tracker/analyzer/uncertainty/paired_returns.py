"""Two equity curves resampled together: how much of their difference may be chance.

Accounts trade the same market at the same time, so their returns rise and fall
together. Resampled separately, their difference would look less certain than it is;
here every resample takes the same stretches of time from both.
"""

import math
from dataclasses import dataclass

import numpy as np

from nof1_tracker.analyzer.equity.benchmark_metrics import correlation
from nof1_tracker.analyzer.uncertainty.bootstrap import (
    CHUNK,
    CONFIDENCE,
    SEED,
    FloatArray,
    Interval,
    block_length,
    draw_blocks,
    generator,
    resample_count,
    share_below,
    varies,
)
from nof1_tracker.analyzer.uncertainty.intervals import (
    ReturnSeries,
    percentile_interval,
)


@dataclass(frozen=True, slots=True)
class ResampledDifference:
    """By how much one figure of the first account exceeds that of the second.

    Attributes:
        first, second: The figure over the common returns.
        interval: Of first - second. None where the figure is often undefined in a
            resample.
        probability: Share of resamples in which the first is ahead, ties counting
            half. None where the interval is None.
    """

    first: float | None
    second: float | None
    interval: Interval | None
    probability: float | None


@dataclass(frozen=True, slots=True)
class PairedReturns:
    """Two accounts over the steps of the grid in which both have a return.

    Attributes:
        periods: Number of such steps.
        block_length: Mean length of the blocks, in periods.
        sharpe_ratio: Annualised.
        total_return: product(1 + r) - 1 over the common steps; a fraction.
        correlation: Of the returns, -1..1; None where one of them is flat.
    """

    periods: int
    block_length: float
    sharpe_ratio: ResampledDifference
    total_return: ResampledDifference
    correlation: float | None


def paired_returns(
    first: FloatArray,
    second: FloatArray,
    *,
    periods_per_year: float,
    level: float = CONFIDENCE,
    resamples: int | None = None,
    seed: int = SEED,
) -> PairedReturns | None:
    """Percentile intervals of the differences by a paired stationary bootstrap.

    Blocks of time are drawn once per resample and taken from both series, which
    keeps the correlation between the two and the autocorrelation of each. The mean
    block length is the largest that `block_length` gives for the first, the second
    and their difference. None for fewer than two common returns, and where neither
    varies.

    Args:
        first, second: Fractions per period over the same periods, oldest first, all
            known: see `common_returns`.
        resamples: None takes 10,000 for up to 200 returns, then gradually fewer,
            down to 1,000.

    Raises:
        ValueError: The two differ in length.

    Source: Politis & Romano 1994, "The Stationary Bootstrap", JASA 89; pairs drawn
    together as in Ledoit & Wolf 2008, "Robust Performance Hypothesis Testing with the
    Sharpe Ratio", Journal of Empirical Finance 15.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} returns cannot be paired with {len(second)}")
    if not (varies(first) or varies(second)):
        return None
    count = resamples or resample_count(len(first), draws=2_000_000, least=1_000)
    length = max(map(block_length, (first, second, first - second)))
    ours, theirs = ReturnSeries(first), ReturnSeries(second)
    sharpes, totals = _differences(ours, theirs, length, count, generator(seed, ""))
    year = math.sqrt(periods_per_year)
    return PairedReturns(
        periods=len(first),
        block_length=length,
        sharpe_ratio=_difference(
            _scaled(ours.sharpe_ratio, year),
            _scaled(theirs.sharpe_ratio, year),
            sharpes * year,
            level,
        ),
        total_return=_difference(ours.total_return, theirs.total_return, totals, level),
        correlation=correlation(first, second),
    )


def _differences(
    first: ReturnSeries,
    second: ReturnSeries,
    length: float,
    resamples: int,
    rng: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    """first - second per resample: Sharpe ratio per period, and total return."""
    sharpes, totals = np.empty(resamples), np.empty(resamples)
    rows = max(1, CHUNK // first.size)
    for start in range(0, resamples, rows):
        chunk = slice(start, min(start + rows, resamples))
        blocks = draw_blocks(first.size, length, chunk.stop - start, rng)
        ours, theirs = first.resampled(*blocks), second.resampled(*blocks)
        sharpes[chunk] = ours[0] - theirs[0]
        totals[chunk] = ours[1] - theirs[1]
    return sharpes, totals


def _scaled(value: float | None, by: float) -> float | None:
    return None if value is None else value * by


def _difference(
    first: float | None, second: float | None, resampled: FloatArray, level: float
) -> ResampledDifference:
    interval = percentile_interval(resampled, level)
    probability = None
    if interval is not None:
        known = resampled[np.isfinite(resampled)]
        probability = 1 - share_below(known, 0.0, 0.0)
    return ResampledDifference(first, second, interval, probability)
