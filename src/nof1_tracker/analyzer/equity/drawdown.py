"""How far, and for how long, an equity curve was below its own peak."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from nof1_tracker.analyzer.equity.equity_curve import as_datetime
from nof1_tracker.records.account_columns import (
    BoolArray,
    FloatArray,
    IntArray,
    TimeArray,
    runs,
    seconds,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawdown:
    """The deepest fall below a peak, and the time spent below any peak.

    Attributes:
        max_drawdown: Fraction of the peak, <= 0; 0 where equity never fell; below
            -1 only in debt.
        peak_at, trough_at: When the deepest fall began and when it was deepest; None
            where equity never fell.
        recovered_at: When that peak was regained; None if it was not.
        duration_seconds: From that peak to the recovery, or to the end of the curve;
            None where equity never fell.
        underwater_share: Share of the known points after the start that lie below
            an earlier peak, 0..1; None with fewer than two points.
        longest_underwater_seconds: Longest time from a peak until it was regained,
            or until the end; 0 where equity never fell.
    """

    max_drawdown: float
    peak_at: datetime | None
    trough_at: datetime | None
    recovered_at: datetime | None
    duration_seconds: float | None
    underwater_share: float | None
    longest_underwater_seconds: float


def drawdowns(equity: FloatArray) -> FloatArray:
    """equity / highest equity so far - 1 at each point, <= 0.

    NaN where no equity so far was > 0. Source: empyrical, quantstats.
    """
    return depths_below(equity, np.maximum.accumulate(equity))


def depths_below(equity: FloatArray, peaks: FloatArray) -> FloatArray:
    """How far each level is below its peak, as fractions; NaN where that is not > 0."""
    with np.errstate(all="ignore"):
        return np.where(peaks > 0, equity / peaks - 1, np.nan)


def drawdown_of(
    times: TimeArray, equity: FloatArray, weights: IntArray | None = None
) -> Drawdown | None:
    """The drawdown of known levels in order of time.

    None if the first level is not > 0, or so near 0 that the fall is not finite.

    Args:
        equity: USD, the initial equity first; all finite, at least one.
        weights: How many levels each stands for; None: for itself.
    """
    depths = drawdowns(equity)
    if not np.isfinite(depths).all():
        return None
    is_under = depths < 0
    if not is_under.any():
        share = 0.0 if len(equity) > 1 else None
        return _drawdown(0.0, underwater_share=share)
    begins, ends = runs(is_under)
    trough = int(depths.argmin())
    spell = int(np.searchsorted(begins, trough, side="right")) - 1
    # The last point at the peak lies just before a spell. There always is one, because
    # the very first point is its own peak.
    peaks, regained = times[begins - 1], times[np.minimum(ends, len(times) - 1)]
    lengths = seconds(regained - peaks)
    is_regained = ends[spell] < len(times)
    return _drawdown(
        float(depths[trough]),
        peak_at=as_datetime(peaks[spell]),
        trough_at=as_datetime(times[trough]),
        recovered_at=as_datetime(regained[spell]) if is_regained else None,
        duration_seconds=float(lengths[spell]),
        underwater_share=_share(is_under[1:], weights),
        longest_underwater_seconds=float(lengths.max()),
    )


def _share(is_under: BoolArray, weights: IntArray | None) -> float:
    """The share of the levels after the first that lie below a peak."""
    if weights is None:
        return float(is_under.mean())
    after_first = weights[1:]
    return float(after_first[is_under].sum() / after_first.sum())


def _drawdown(
    max_drawdown: float,
    *,
    peak_at: datetime | None = None,
    trough_at: datetime | None = None,
    recovered_at: datetime | None = None,
    duration_seconds: float | None = None,
    underwater_share: float | None,
    longest_underwater_seconds: float = 0.0,
) -> Drawdown:
    return Drawdown(
        max_drawdown=max_drawdown,
        peak_at=peak_at,
        trough_at=trough_at,
        recovered_at=recovered_at,
        duration_seconds=duration_seconds,
        underwater_share=underwater_share,
        longest_underwater_seconds=longest_underwater_seconds,
    )
