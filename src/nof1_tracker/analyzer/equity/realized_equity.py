"""Realized equity in the gaps of a curve, from the legs that closed in them.

Where equity was not observed, its realized part can still be known: what the last
observation left without its unrealized PnL, plus the net PnL of every leg that has
closed since. That holds only while no leg is missing, so it is known as far as the
site's own count says that all are stored, and no further than the last of them unless
the next observation is reached.

What legs do not tell shows as a jump at the next observation: funding, and the fees of
entries, which are paid at once and belong to legs that close later.
"""

from dataclasses import dataclass

import numpy as np

from nof1_tracker.analyzer.equity.equity_curve import EquityCurve
from nof1_tracker.records.account_columns import (
    CountColumns,
    EquityColumns,
    FloatArray,
    TimeArray,
    TradeColumns,
)


@dataclass(frozen=True, eq=False)
class RealizedGap:
    """Realized equity (equity - unrealized PnL) in one gap, as far as it is known.

    Attributes:
        starts_at: The observation before the gap.
        ends_at: The observation after it, else the end of the curve.
        known_until: `starts_at` where nothing is known.
        times: `starts_at`, then when each leg closed, up to `known_until`.
        equity: USD from each of these times on; NaN where the unrealized PnL before the
            gap is unknown.
        next_anchor: What the observation after the gap says, USD; NaN where there is
            none, or where its unrealized PnL is unknown.
    """

    starts_at: np.datetime64
    ends_at: np.datetime64
    known_until: np.datetime64
    times: TimeArray
    equity: FloatArray
    next_anchor: float

    @property
    def is_known(self) -> bool:
        """Whether there is any time for which it is known."""
        return bool(self.known_until > self.starts_at)

    @property
    def reaches_end(self) -> bool:
        """Whether it is known up to the observation after the gap."""
        return bool(self.known_until == self.ends_at)

    @property
    def jump(self) -> float | None:
        """What legs do not explain of the change, USD; None where it is not known."""
        jump = self.next_anchor - float(self.equity[-1])
        return jump if self.reaches_end and np.isfinite(jump) else None

    def at(self, times: TimeArray) -> FloatArray:
        """The level at each time; NaN where it is not known."""
        is_known = (times >= self.starts_at) & (times <= self.known_until)
        places = np.searchsorted(self.times, times, side="right") - 1
        return np.where(is_known & self.is_known, self.equity[places], np.nan)


def realized_gaps(
    curve: EquityCurve,
    unrealized: FloatArray,
    legs: TradeColumns,
    counts: CountColumns,
) -> tuple[RealizedGap, ...]:
    """The realized equity in each gap of the curve, oldest first.

    Args:
        unrealized: USD at each observation of the curve; NaN where unknown.
        legs: Completed legs since the account began.
        counts: How many legs the site counted since the account began.
    """
    closed = _in_order(legs)
    anchors = curve.observed.values - unrealized
    return tuple(
        _gap(curve, int(place), anchors, closed, counts)
        for place in curve.observed.before_gaps
    )


def unrealized_at(times: TimeArray, snapshots: EquityColumns) -> FloatArray:
    """The unrealized PnL observed at exactly these times, USD; NaN where none was."""
    if snapshots.unrealized_pnl is None or not len(snapshots):
        return np.full(len(times), np.nan)
    order = np.argsort(snapshots.observed_at, kind="stable")
    known = snapshots.observed_at[order]
    places = np.searchsorted(known, times, side="right") - 1
    is_observed = (places >= 0) & (known[places] == times)
    return np.where(is_observed, snapshots.unrealized_pnl[order][places], np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class _Closed:
    """Legs by the time that they closed; `gained` begins with 0 and is their sum, USD."""

    times: TimeArray
    gained: FloatArray

    def by(self, times: TimeArray) -> np.ndarray:
        """How many had closed by each time."""
        return np.searchsorted(self.times, times, side="right")


def _in_order(legs: TradeColumns) -> _Closed:
    """The legs whose close and outcome are known: others count as missing."""
    placed = np.flatnonzero(np.isfinite(legs.net_pnl) & ~np.isnat(legs.closed_at))
    placed = placed[np.argsort(legs.closed_at[placed], kind="stable")]
    gained = np.concatenate(([0.0], np.cumsum(legs.net_pnl[placed])))
    return _Closed(legs.closed_at[placed], gained)


def _gap(
    curve: EquityCurve,
    place: int,
    anchors: FloatArray,
    closed: _Closed,
    counts: CountColumns,
) -> RealizedGap:
    observed = curve.observed
    times = np.append(observed.times, observed.ends_at)
    start, end = times[place], times[place + 1]
    is_observed = place + 1 < len(observed.times)
    complete_until = min(_complete_until(start, closed, counts), end)
    first, last = closed.by(np.array([start, complete_until]))
    known = np.append(start, closed.times[first:last])
    reaches_end = is_observed and complete_until == end
    known_until = end if reaches_end else known[-1]
    return RealizedGap(
        starts_at=start,
        ends_at=end,
        known_until=known_until if np.isfinite(anchors[place]) else start,
        times=known,
        equity=anchors[place] + closed.gained[first : last + 1] - closed.gained[first],
        next_anchor=float(anchors[place + 1]) if is_observed else np.nan,
    )


def _complete_until(
    start: np.datetime64, closed: _Closed, counts: CountColumns
) -> np.datetime64:
    """Up to where every leg that closed after `start` is stored; `start` if unknown.

    A stretch of time is complete where two counts enclose it between which as many legs
    are stored as the site counted. Before its first trade it had counted none.
    """
    totals = np.append(0, counts.total)
    held = np.append(0, closed.by(counts.observed_at))
    missing = totals - held
    least_after = np.minimum.accumulate(missing[::-1])[::-1][1:]
    is_complete = least_after <= np.maximum.accumulate(missing)[:-1]
    first = int(np.searchsorted(counts.observed_at, start, side="right"))
    incomplete = np.flatnonzero(~is_complete[first:])
    stop = first + int(incomplete[0]) if len(incomplete) else len(counts)
    return counts.observed_at[stop - 1] if stop > first else start
