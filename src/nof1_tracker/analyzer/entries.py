"""Entries, each with all of its legs, and the decision that opened each of them.

Times are aware UTC, money is USD, confidence is 0..100.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from math import fsum
from statistics import fmean
from typing import NamedTuple

from nof1_tracker.history import EntryDecision, LegPoint
from nof1_tracker.records import TradeSide


class Entry(NamedTuple):
    """One entry with all the legs that closed it.

    Attributes:
        closed_at: When its last leg closed; None until all of it is closed.
        exit_price: USD per unit, of the leg that closed last (the mean where several
            did at once): legs before it may have taken a part of the profit at any
            price. None until then.
        net_pnl: USD over all legs; None until then, and where any is unknown.
        confidence, stop_loss, profit_target: The first leg's that states one.
    """

    account_id: str
    symbol: str
    side: TradeSide
    opened_at: datetime
    closed_at: datetime | None
    exit_price: float | None
    net_pnl: float | None
    legs: int
    confidence: float | None
    stop_loss: float | None
    profit_target: float | None


class Match(NamedTuple):
    """An entry, and the decision that opened it; None where none was stored."""

    entry: Entry
    decision: EntryDecision | None

    @property
    def confidence(self) -> float | None:
        """0..100: the decision's, else the position's of the same entry_oid."""
        decided = self.decision.confidence if self.decision else None
        return self.entry.confidence if decided is None else decided

    @property
    def stop_loss(self) -> float | None:
        """USD per unit: as last observed on the position, else as decided."""
        decided = self.decision.stop_loss if self.decision else None
        return decided if self.entry.stop_loss is None else self.entry.stop_loss

    @property
    def profit_target(self) -> float | None:
        """USD per unit: as last observed on the position, else as decided."""
        decided = self.decision.profit_target if self.decision else None
        return decided if self.entry.profit_target is None else self.entry.profit_target

    @property
    def seconds_to_fill(self) -> float | None:
        """From the decision to the fill; None without a decision.

        Negative where the conversation carries a later time than its own order: on
        nof1.ai it does, by about 10 s, for it is dated when it is written down.
        """
        if self.decision is None:
            return None
        return (self.entry.opened_at - self.decision.decided_at).total_seconds()


def group_entries(legs: Iterable[LegPoint]) -> tuple[Entry, ...]:
    """The entries behind these legs, oldest first."""
    groups: dict[object, list[LegPoint]] = {}
    for index, leg in enumerate(legs):
        alone = (leg.account_id, None, index)
        key = alone if leg.entry_oid is None else (leg.account_id, leg.entry_oid)
        groups.setdefault(key, []).append(leg)
    entries = [_entry(group) for group in groups.values()]
    return tuple(sorted(entries, key=_opening_order))


def _entry(legs: Sequence[LegPoint]) -> Entry:
    return _of_one_leg(legs[0]) if len(legs) == 1 else _of_legs(legs)


def _of_one_leg(leg: LegPoint) -> Entry:
    """What `_of_legs` would make of it: most entries close at once."""
    is_closed = leg.closed_at is not None
    return Entry(
        leg.account_id,
        leg.symbol,
        leg.side,
        leg.opened_at,
        leg.closed_at,
        leg.exit_price if is_closed else None,
        leg.net_pnl if is_closed else None,
        1,
        leg.confidence,
        leg.stop_loss,
        leg.profit_target,
    )


def _of_legs(legs: Sequence[LegPoint]) -> Entry:
    first = min(legs, key=lambda leg: leg.opened_at)
    exits = [leg.closed_at for leg in legs if leg.closed_at is not None]
    nets = [leg.net_pnl for leg in legs if leg.net_pnl is not None]
    closed = len(exits) == len(legs)
    return Entry(
        account_id=first.account_id,
        symbol=first.symbol,
        side=first.side,
        opened_at=first.opened_at,
        closed_at=max(exits) if closed else None,
        exit_price=_last_exit_price(legs, max(exits)) if closed else None,
        net_pnl=fsum(nets) if closed and len(nets) == len(legs) else None,
        legs=len(legs),
        confidence=_first_stated(leg.confidence for leg in legs),
        stop_loss=_first_stated(leg.stop_loss for leg in legs),
        profit_target=_first_stated(leg.profit_target for leg in legs),
    )


def _last_exit_price(legs: Iterable[LegPoint], last: datetime) -> float | None:
    prices = [leg.exit_price for leg in legs if leg.closed_at == last]
    known = [price for price in prices if price is not None]
    return fmean(known) if known else None


def _first_stated(values: Iterable[float | None]) -> float | None:
    return next((value for value in values if value is not None), None)


def _opening_order(entry: Entry) -> tuple[datetime, str, str]:
    return entry.opened_at, entry.account_id, entry.symbol


def match_decisions(
    entries: Iterable[Entry],
    decisions: Iterable[EntryDecision],
    *,
    before: timedelta,
    within: timedelta,
) -> tuple[Match, ...]:
    """Each entry with the decision that opened it, oldest entry first.

    That is the decision nearest in time of the same account, symbol (its venue does
    not matter) and side, at most `within` before the fill and at most `before` after
    it. A decision opens one entry at most, the oldest that it fits.
    """
    queues: defaultdict[object, _Queue] = defaultdict(_Queue)
    for decision in sorted(decisions, key=lambda each: each.decided_at):
        queues[_key(decision)].add(decision)
    return tuple(
        Match(entry, queues[_key(entry)].take(entry.opened_at, before, within))
        for entry in sorted(entries, key=_opening_order)
    )


@dataclass(slots=True)
class _Queue:
    """Decisions of one key in the order of time; None where one was taken."""

    times: list[datetime] = field(default_factory=list)
    decisions: list[EntryDecision | None] = field(default_factory=list)

    def add(self, decision: EntryDecision) -> None:
        self.times.append(decision.decided_at)
        self.decisions.append(decision)

    def take(
        self, opened_at: datetime, before: timedelta, within: timedelta
    ) -> EntryDecision | None:
        """The nearest one that is left, of two as near the earlier."""
        first = bisect_left(self.times, opened_at - within)
        last = bisect_right(self.times, opened_at + before)
        left = [index for index in range(first, last) if self.decisions[index]]
        if not left:
            return None
        nearest = min(left, key=lambda index: abs(opened_at - self.times[index]))
        taken, self.decisions[nearest] = self.decisions[nearest], None
        return taken


def _key(either: Entry | EntryDecision) -> tuple[str, str, bool]:
    is_long = either.side is TradeSide.LONG  # an enum takes long to hash
    return either.account_id, bare_symbol(either.symbol), is_long


@lru_cache(maxsize=1_024)
def bare_symbol(symbol: str) -> str:
    """The symbol without its venue, in capitals: NVDA of xyz:NVDA."""
    return symbol.rpartition(":")[2].upper()
