"""Does a model keep to its own plan? Exits against stop and target, and flips."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from nof1_tracker.analyzer.entries import Entry, Match, bare_symbol
from nof1_tracker.records import TradeSide


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


def plan_discipline(matches: Iterable[Match], *, tolerance: float) -> PlanDiscipline:
    """Classifies every entry whose exit was observed; tolerance as in MindRules."""
    counts = Counter(
        classify_exit(
            match.entry.side,
            match.entry.exit_price,
            stop_loss=match.stop_loss,
            profit_target=match.profit_target,
            tolerance=tolerance,
        )
        for match in matches
        if match.entry.exit_price is not None
    )
    return PlanDiscipline(
        took_profit=counts[Exit.TOOK_PROFIT],
        within_plan=counts[Exit.WITHIN_PLAN],
        stopped=counts[Exit.STOPPED],
        beyond_stop=counts[Exit.BEYOND_STOP],
        unknown=counts[Exit.UNKNOWN],
    )


def classify_exit(
    side: TradeSide,
    exit_price: float,
    *,
    stop_loss: float | None,
    profit_target: float | None,
    tolerance: float,
) -> Exit:
    """Where an exit stands to stop and target; a level that is not > 0 is not stated.

    Worse than the stop by more than the tolerance is beyond it, within the tolerance
    on either side is stopped; at the target or better, or short of it by no more
    than the tolerance, took profit; between the two is within the plan. One level
    alone decides only on its own side of the price, else it is unknown; so is a
    plan whose stop is not worse than its target.
    """
    stop, target = _stated(stop_loss), _stated(profit_target)
    sign = 1 if side is TradeSide.LONG else -1
    if stop and target and sign * (target - stop) <= 0:
        return Exit.UNKNOWN
    past_stop = sign * (stop - exit_price) / stop if stop else None
    to_target = sign * (target - exit_price) / target if target else None
    if to_target is not None and to_target <= tolerance:
        # Where the two levels are so close that it is at both, the nearer one counts.
        at_stop = past_stop is not None and -past_stop < to_target
        return Exit.STOPPED if at_stop else Exit.TOOK_PROFIT
    if past_stop is not None and past_stop >= -tolerance:
        return Exit.BEYOND_STOP if past_stop > tolerance else Exit.STOPPED
    both = past_stop is not None and to_target is not None
    return Exit.WITHIN_PLAN if both else Exit.UNKNOWN


def _stated(level: float | None) -> float | None:
    return level if level is not None and level > 0 else None


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


def count_flips(entries: Sequence[Entry], *, within: timedelta) -> Flips:
    """An entry counts once, however many it reverses; a partial exit reverses none."""
    exits: dict[tuple[str, str, bool], list[datetime]] = {}
    for each in entries:
        if each.closed_at is not None:
            key = each.account_id, bare_symbol(each.symbol), _is_long(each)
            exits.setdefault(key, []).append(each.closed_at)
    for times in exits.values():
        times.sort()
    flips = sum(
        _follows(each.opened_at, exits.get(_reversed_by(each), []), within)
        for each in entries
    )
    return Flips(flips, len(entries), flips / len(entries) if entries else None)


def _follows(opened_at: datetime, exits: list[datetime], within: timedelta) -> bool:
    """True where the last exit up to that time is not longer ago than that."""
    before = bisect_right(exits, opened_at)
    return before > 0 and opened_at - exits[before - 1] <= within


def _reversed_by(entry: Entry) -> tuple[str, str, bool]:
    return entry.account_id, bare_symbol(entry.symbol), not _is_long(entry)


def _is_long(entry: Entry) -> bool:
    return entry.side is TradeSide.LONG
