"""Does a model keep to its own plan? Exits against stop and target; flips."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import numpy as np

from nof1_tracker.analyzer.trades.entries import Entries, Matches
from nof1_tracker.records.account_columns import BoolArray, FloatArray, IntArray


class Exit(StrEnum):
    """Where a closed entry ended, relative to its plan."""

    TOOK_PROFIT = "took_profit"
    """At the target or better."""
    WITHIN_PLAN = "within_plan"
    """Between stop and target: closed by choice."""
    STOPPED = "stopped"
    """At the stop."""
    BEYOND_STOP = "beyond_stop"
    """Worse than the stop by more than the tolerance."""
    UNKNOWN = "unknown"
    """The plan does not say, or contradicts itself."""


@dataclass(frozen=True, slots=True)
class PlanDiscipline:
    """Closed entries by where their last exit lies relative to the stated plan.

    Attributes:
        known: All except the unknown.
        respected_share: 1 - beyond_stop / known, a fraction; None where known is 0.
    """

    took_profit: int
    within_plan: int
    stopped: int
    beyond_stop: int
    unknown: int

    @property
    def known(self) -> int:
        return self.took_profit + self.within_plan + self.stopped + self.beyond_stop

    @property
    def respected_share(self) -> float | None:
        return 1 - self.beyond_stop / self.known if self.known else None


EXITS = tuple(Exit)


def plan_discipline(matches: Matches, *, tolerance: float) -> PlanDiscipline:
    """Classifies each entry with an observed exit; tolerance as in DecisionRules."""
    is_over = np.isfinite(matches.entries.exit_price)
    places = classify_exits(
        matches.entries.is_long[is_over],
        matches.entries.exit_price[is_over],
        stop_loss=matches.stop_loss[is_over],
        profit_target=matches.profit_target[is_over],
        tolerance=tolerance,
    )
    counts = np.bincount(places, minlength=len(EXITS)).tolist()
    return PlanDiscipline(
        **{each.value: count for each, count in zip(EXITS, counts, strict=True)}
    )


def classify_exits(
    is_long: BoolArray,
    exit_price: FloatArray,
    *,
    stop_loss: FloatArray,
    profit_target: FloatArray,
    tolerance: float,
) -> IntArray:
    """Where each exit lies relative to stop and target, as an index into EXITS.

    A level that is not > 0 counts as not stated. An exit that is worse than the stop
    by more than the tolerance is beyond the stop; one within the tolerance on either
    side of it is stopped. An exit at the target or better, or short of it by no more
    than the tolerance, took profit; if it is at both levels, the nearer one counts.
    An exit between the two is within the plan.

    If only one level is stated, it decides only on its own side of the price;
    otherwise the exit is unknown. It is also unknown if the stop is not worse than
    the target.
    """
    stop, target = _stated(stop_loss), _stated(profit_target)
    sign = np.where(is_long, 1, -1)
    with np.errstate(over="ignore"):  # a level near 0 is infinitely far away
        past_stop = sign * (stop - exit_price) / stop
        to_target = sign * (target - exit_price) / target
    at_target, at_stop = to_target <= tolerance, past_stop >= -tolerance
    cases = (
        (sign * (target - stop) <= 0, Exit.UNKNOWN),
        (at_target & (-past_stop < to_target), Exit.STOPPED),
        (at_target, Exit.TOOK_PROFIT),
        (at_stop & (past_stop > tolerance), Exit.BEYOND_STOP),
        (at_stop, Exit.STOPPED),
        (np.isfinite(past_stop) & np.isfinite(to_target), Exit.WITHIN_PLAN),
    )
    return np.select(
        [condition for condition, _ in cases],
        [EXITS.index(kind) for _, kind in cases],
        EXITS.index(Exit.UNKNOWN),
    )


def _stated(levels: FloatArray) -> FloatArray:
    return np.where(levels > 0, levels, np.nan)


@dataclass(frozen=True, slots=True)
class Flips:
    """Reversals: an exit soon followed by the opposite entry in the same symbol.

    Attributes:
        flips: Entries that reverse one closed at most `flip_within` before.
        entries: All entries, including open ones.
        share: flips / entries, a fraction; None without entries.
    """

    flips: int
    entries: int
    share: float | None


def count_flips(entries: Entries, *, within: timedelta) -> Flips:
    """Counts an entry once, however many it reverses; partial exits do not count."""
    flips = sum(
        _reversals(entries, entries.market == market, is_long, within)
        for market in range(len(entries.markets))
        for is_long in (True, False)
    )
    count = len(entries)
    return Flips(flips, count, flips / count if count else None)


def _reversals(
    entries: Entries, alike: BoolArray, is_long: bool, within: timedelta
) -> int:
    """Number of entries on one side that soon follow an exit on the other side."""
    exits = entries.closed_at[alike & (entries.is_long != is_long)]
    exits = np.sort(exits[~np.isnat(exits)])
    opened = entries.opened_at[alike & (entries.is_long == is_long)]
    before = np.searchsorted(exits, opened, side="right")
    opened, before = opened[before > 0], before[before > 0]
    waits = opened - exits[before - 1]
    return int(np.count_nonzero(waits <= np.timedelta64(within, "us")))
