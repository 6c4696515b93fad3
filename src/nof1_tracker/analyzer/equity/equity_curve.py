"""Unevenly spaced snapshots -> an equity curve on a fixed time grid.

Between two observations the earlier one is carried forward. Where two observations
are further apart than `max_gap`, nothing is known in between: those points of the
grid are NaN, the gap is counted, and the change across it is one return, so that no
loss is left out.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nof1_tracker.analyzer.equity.glitches import NEAR_ZERO, suspected_glitches
from nof1_tracker.records.account_columns import (
    EquityColumns,
    FloatArray,
    IntArray,
    TimeArray,
    seconds,
    selected,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""A midnight, from which the steps of every grid are counted."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The instants between two times at which the clock shows a multiple of the step.

    With a step of an hour these are the full hours of UTC, for every account and
    every window alike.

    Attributes:
        start: When the account held its initial equity; aware.
        end: The end of the report; aware, not before `start`.
        max_gap: Observations further apart leave a gap.
    """

    start: datetime
    end: datetime
    step: timedelta
    max_gap: timedelta

    def __post_init__(self) -> None:
        """Raises ValueError for a naive time, a step <= 0 or a reversed span."""
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a grid needs aware times")
        if self.step <= timedelta(0) or self.end < self.start:
            raise ValueError("a grid needs step > 0 and start <= end")

    @property
    def times(self) -> TimeArray:
        """All instants of the grid from `start` to `end`, both included; may be none."""
        first = -(-(self.start - _EPOCH) // self.step)
        last = (self.end - _EPOCH) // self.step
        steps = np.arange(first, last + 1)
        return instant64(_EPOCH) + steps * np.timedelta64(self.step, "us")

    def at_or_before(self, time: datetime) -> datetime:
        """The last instant of the grid at or before `time`; `start` if none is."""
        return max(on_the_clock(min(time, self.end), self.step), self.start)


def on_the_clock(time: datetime, step: timedelta) -> datetime:
    """The last time at or before this one at which the clock shows a multiple of it."""
    return time - (time - _EPOCH) % step


@dataclass(frozen=True, eq=False)
class Series:
    """Observations in order of time, no two at the same time.

    Attributes:
        ends_at: The end of the series; the last observation is carried up to it,
            unless it is more than `max_gap` away, which is a gap too.
        max_gap: As in Grid.
        weights: How many observations each stands for; None: for itself.
    """

    times: TimeArray
    values: FloatArray
    ends_at: np.datetime64
    max_gap: np.timedelta64
    weights: IntArray | None = None

    @cached_property
    def before_gaps(self) -> IntArray:
        """Indices of the observations that are followed by a gap."""
        spans = np.diff(self.times, append=self.ends_at)
        return np.flatnonzero(spans > self.max_gap)

    @property
    def gaps(self) -> NDArray[np.timedelta64]:
        """The length of each gap, including a gap up to the end."""
        return self._following(self.before_gaps) - self.times[self.before_gaps]

    def at(self, times: TimeArray) -> FloatArray:
        """The last observation at or before each time; NaN in gaps and before any."""
        if not len(self.times):
            return np.full(len(times), np.nan)
        last = np.searchsorted(self.times, times, side="right") - 1
        is_gap = self._following(last) - self.times[last] > self.max_gap
        is_fresh = (self.times[last] == times) | ~is_gap
        return np.where((last >= 0) & is_fresh, self.values[last], np.nan)

    def _following(self, places: IntArray) -> TimeArray:
        """When the observations at these indices are superseded."""
        following = self.times[np.minimum(places + 1, len(self.times) - 1)]
        return np.where(places + 1 < len(self.times), following, self.ends_at)


@dataclass(frozen=True, eq=False)
class EquityCurve:
    """An account's equity on a grid.

    Attributes:
        times: The grid's instants.
        equity: USD at each instant; NaN in a gap, and before the account opened with
            its initial equity.
        observed: The observations, including the initial equity at the opening.
    """

    times: TimeArray
    equity: FloatArray
    observed: Series

    @property
    def observations(self) -> int:
        """Number of snapshots after the start, up to the end."""
        weights = self.observed.weights
        return (
            len(self.observed.times) - 1 if weights is None else int(weights[1:].sum())
        )

    @property
    def gaps(self) -> int:
        """Number of gaps longer than max_gap, including one up to the grid's end."""
        return len(self.observed.gaps)

    @property
    def gap_seconds(self) -> float:
        """Total length of the gaps."""
        return float(seconds(self.observed.gaps).sum())

    @property
    def coverage(self) -> float:
        """Share of the time since the opening that does not lie in gaps, 0..1."""
        elapsed = float(seconds(self.observed.ends_at - self.observed.times[0]))
        return 1 - self.gap_seconds / elapsed if elapsed > 0 else 0.0

    @cached_property
    def levels(self) -> tuple[TimeArray, FloatArray]:
        """The opening, every known point of the grid, and the newest observation."""
        is_known, observed = np.isfinite(self.equity), self.observed
        times = np.concatenate((self.times[is_known], observed.times[[0, -1]]))
        equity = np.concatenate((self.equity[is_known], observed.values[[0, -1]]))
        times, first = np.unique(times, return_index=True)
        return times, equity[first]

    @cached_property
    def returns(self) -> FloatArray:
        """The change between neighbouring levels, as fractions; across a gap it is one.

        Compounded they are the total return. NaN after the account is ruined: once
        equity is <= 0, no capital is left to earn a return.
        """
        return changes(self.levels[1])


def changes(equity: FloatArray) -> FloatArray:
    """Simple returns from point to point, as fractions; NaN where unknown or ruined."""
    with np.errstate(all="ignore"):
        returns = equity[1:] / equity[:-1] - 1
    returns[~np.isfinite(returns)] = np.nan
    ruined = np.flatnonzero(equity <= 0)
    if len(ruined):
        returns[ruined[0] :] = np.nan
    return returns


def equity_curve(
    columns: EquityColumns,
    grid: Grid,
    *,
    initial_equity: float,
    opened_at: datetime | None = None,
) -> EquityCurve:
    """The curve on that grid; it opens with `initial_equity` (USD).

    Snapshots up to the opening, after the end, or without an equity are left out.
    If none remains, only the opening is known.

    Args:
        opened_at: An instant of the grid (see `Grid.at_or_before`); None: its start.

    Raises:
        ValueError: The initial equity is not a number.
    """
    if not math.isfinite(initial_equity):
        raise ValueError("a curve needs an initial equity")
    start = instant64(opened_at or grid.start)
    series = observations(
        *(columns.observed_at, columns.equity, grid),
        after=start,
        weights=columns.weights,
    )
    with_start = Series(
        np.concatenate(([start], series.times)),
        np.concatenate(([initial_equity], series.values)),
        series.ends_at,
        # The initial equity alone says nothing about any later time.
        series.max_gap if len(series.times) else np.timedelta64(0, "us"),
        None if series.weights is None else np.append(1, series.weights),
    )
    times = grid.times
    return EquityCurve(times, with_start.at(times), with_start)


def observations(
    times: TimeArray,
    values: FloatArray,
    grid: Grid,
    after: np.datetime64 | None = None,
    weights: IntArray | None = None,
) -> Series:
    """The known values up to the grid's end, in order; the last one of equal times.

    Args:
        after: Only values later than this; None: all.
        weights: How many observations each value stands for; None: for itself.
    """
    places = np.flatnonzero(np.isfinite(values))
    if not (times[places][1:] > times[places][:-1]).all():
        places = places[np.argsort(times[places], kind="stable")]
        ordered = times[places]
        places = places[np.append(ordered[1:] != ordered[:-1], True)]
    if len(places) < len(times) or (places[1:] < places[:-1]).any():
        times, values = times[places], values[places]
        weights = None if weights is None else weights[places]
    end = instant64(grid.end)
    first = 0 if after is None else int(np.searchsorted(times, after, side="right"))
    inside = slice(first, int(np.searchsorted(times, end, side="right")))
    return Series(
        *(times[inside], values[inside], end, np.timedelta64(grid.max_gap, "us")),
        None if weights is None else weights[inside],
    )


def without_glitches(
    columns: EquityColumns, closed_at: TimeArray, *, initial_equity: float
) -> tuple[EquityColumns, EquityColumns]:
    """The snapshots without the suspected glitches, and the glitches; see `glitches`.

    Args:
        columns: In any order, no two at once.
        closed_at: When legs of the account closed; NaT where unknown.
        initial_equity: USD.
    """
    is_glitch = np.zeros(len(columns), dtype=np.bool_)
    if (columns.equity <= NEAR_ZERO * initial_equity).any():
        known = np.flatnonzero(np.isfinite(columns.equity))
        known = known[np.argsort(columns.observed_at[known], kind="stable")]
        found = suspected_glitches(
            columns.observed_at[known].tolist(),
            columns.equity[known].tolist(),
            closed_at[~np.isnat(closed_at)].tolist(),
            initial_equity=initial_equity,
        )
        is_glitch[known[found]] = True
    kept = selected(columns, ~is_glitch) if is_glitch.any() else columns
    return kept, selected(columns, is_glitch)


def equity_at(times: TimeArray, curve: EquityCurve) -> FloatArray:
    """The account's equity at these times, USD; NaN in gaps and outside the curve."""
    is_inside = times <= curve.observed.ends_at
    return np.where(is_inside, curve.observed.at(times), np.nan)


def instant64(time: datetime) -> np.datetime64:
    """An aware time as datetime64[us] in UTC, the unit of all columns."""
    return np.datetime64(time.astimezone(UTC).replace(tzinfo=None), "us")


def instants64(times: Iterable[datetime]) -> TimeArray:
    """Aware times as a column."""
    naive = [time.astimezone(UTC).replace(tzinfo=None) for time in times]
    return np.array(naive, dtype="datetime64[us]")


def as_datetime(time: np.datetime64) -> datetime:
    """A datetime64 of a column as an aware time in UTC."""
    naive: datetime = time.astype("datetime64[us]").item()
    return naive.replace(tzinfo=UTC)
