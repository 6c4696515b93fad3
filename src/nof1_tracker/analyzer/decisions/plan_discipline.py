"""Does a model keep to its own plan? Exits against stop and target, and flips."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import numpy as np

from nof1_tracker.analyzer.trades.entries import Entries, Matches
from nof1_tracker.records.account_columns import BoolArray, FloatArray, IntArray


class Exit(StrEnum):
    """Where a closed entry ended, seen from its plan."""

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
    """Closed entries by how their last exit stands to the stated plan.

    Attributes:
        known: All but the unknown.
        respected_share: 1 - beyond_stop / known, a fraction; None where no plan is.
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
    """Classifies every entry whose exit was observed; tolerance as in DecisionRules."""
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
    """Where exits stand to stop and target, as places in EXITS.

    A level that is not > 0 is not stated. Worse than the stop by more than the
    tolerance is beyond it, within the tolerance on either side is stopped; at the
    target or better, or short of it by no more than the tolerance, took profit (where
    the two levels are so close that it is at both, the nearer one counts); between
    the two is within the plan. One level alone decides only on its own side of the
    price, else it is unknown; so is a plan whose stop is not worse than its target.
    """
    stop, target = _stated(stop_loss), _stated(profit_target)
    sign = np.where(is_long, 1, -1)
    with np.errstate(over="ignore"):  # a level next to 0 is infinitely far away
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
    """Changes of mind: an exit, and soon the opposite entry in the same symbol.

    Attributes:
        flips: Entries that reverse one closed at most `flip_within` before.
        entries: All entries, open ones too.
        share: flips / entries, a fraction; None without entries.
    """

    flips: int
    entries: int
    share: float | None


def count_flips(entries: Entries, *, within: timedelta) -> Flips:
    """An entry counts once, however many it reverses; a partial exit reverses none."""
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
    """Entries of that side that follow soon on an exit of the other one."""
    exits = entries.closed_at[alike & (entries.is_long != is_long)]
    exits = np.sort(exits[~np.isnat(exits)])
    opened = entries.opened_at[alike & (entries.is_long == is_long)]
    before = np.searchsorted(exits, opened, side="right")
    opened, before = opened[before > 0], before[before > 0]
    waits = opened - exits[before - 1]
    return int(np.count_nonzero(waits <= np.timedelta64(within, "us")))
