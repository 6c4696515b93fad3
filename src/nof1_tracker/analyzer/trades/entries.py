"""One account's entries, each with all of its legs and the decision that opened it.

Times are UTC, money is USD, confidence is 0..100; NaN and NaT mean unknown.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from math import fsum

import numpy as np

from nof1_tracker.analyzer.equity.equity_curve import instants64
from nof1_tracker.records.account_columns import (
    UNKNOWN,
    BoolArray,
    FloatArray,
    IntArray,
    PlanColumns,
    TimeArray,
    seconds,
)
from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.season_history import EntryDecision


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Entries:
    """Entries with all the legs that closed them, oldest first; a column per field.

    Attributes:
        markets: Symbols without their venue; `market` is an index into them.
        closed_at: When the last leg closed; NaT until the entry is fully closed.
        exit_price: USD per unit, of the leg that closed last (the mean where several
            closed at once): earlier legs may have taken part of the profit at any
            price. NaN until fully closed.
        net_pnl: USD over all legs; NaN until fully closed, and where one leg's net is
            unknown.
        legs: Number of legs.
        confidence, stop_loss, profit_target: From the first leg that states them.
    """

    markets: tuple[str, ...]
    market: IntArray
    is_long: BoolArray
    opened_at: TimeArray
    closed_at: TimeArray
    exit_price: FloatArray
    net_pnl: FloatArray
    legs: IntArray
    confidence: FloatArray
    stop_loss: FloatArray
    profit_target: FloatArray

    def __len__(self) -> int:
        return len(self.net_pnl)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Matches:
    """Entries, and the decisions that opened them; a column per field.

    Attributes:
        decision: Index of the decision; UNKNOWN where none was stored.
        seconds_to_fill: From the decision to the fill. Negative where the
            conversation is dated later than its own order. That is usual on nof1.ai,
            by about 10 s, because a conversation is dated when it is saved.
        confidence: From the decision, else from the position with the same entry_oid.
        from_decision: True where the confidence is the decision's.
        stop_loss, profit_target: USD per unit: as last observed on the position,
            else as decided.
    """

    entries: Entries
    decision: IntArray
    seconds_to_fill: FloatArray
    confidence: FloatArray
    from_decision: BoolArray
    stop_loss: FloatArray
    profit_target: FloatArray


def group_entries(legs: PlanColumns) -> Entries:
    """The entries behind these legs, oldest first."""
    alone = UNKNOWN - 1 - np.arange(len(legs))
    codes = np.where(legs.entry_oid == UNKNOWN, alone, legs.entry_oid)
    order = np.lexsort((legs.opened_at, codes))
    first = _first_of_each(codes[order])
    markets, market = _markets(legs.symbol)
    # Legs of one entry are now adjacent, the earliest opened first.
    opening = order[first]
    by_age = np.lexsort((market[opening], legs.opened_at[opening]))
    entries = _Groups(order, first, by_age)
    closed_at = entries.latest(legs.closed_at)
    return Entries(
        markets=markets,
        market=market[opening][by_age],
        is_long=legs.is_long[opening][by_age],
        opened_at=legs.opened_at[opening][by_age],
        closed_at=closed_at,
        exit_price=entries.mean_at(closed_at, legs.closed_at, legs.exit_price),
        net_pnl=np.where(np.isnat(closed_at), np.nan, entries.sums(legs.net_pnl)),
        legs=entries.sizes,
        confidence=entries.first_known(legs.confidence),
        stop_loss=entries.first_known(legs.stop_loss),
        profit_target=entries.first_known(legs.profit_target),
    )


def _first_of_each(ordered: IntArray) -> IntArray:
    """Where each run of equal values begins."""
    is_first = np.ones(len(ordered), dtype=np.bool_)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return np.flatnonzero(is_first)


class _Groups:
    """Rows in groups.

    Attributes:
        sizes: Number of rows in each group.
    """

    def __init__(self, order: IntArray, first: IntArray, wanted: IntArray) -> None:
        """Groups are adjacent in `order` and begin at `first`; results come in the
        order `wanted`."""
        self._order, self._first, self._wanted = order, first, wanted
        sizes = np.diff(first, append=len(order))
        self._group = np.repeat(np.arange(len(first)), sizes)
        self.sizes = sizes[wanted]

    def latest(self, times: TimeArray) -> TimeArray:
        """The latest time in each group; NaT where any of its times is NaT."""
        if not len(self._first):
            return times[:0]
        found: TimeArray = np.maximum.reduceat(times[self._order], self._first)
        return found[self._wanted]

    def mean_at(
        self, latest: TimeArray, times: TimeArray, values: FloatArray
    ) -> FloatArray:
        """The mean of each group's known values at its latest time."""
        ends = np.empty_like(latest)
        ends[self._wanted] = latest
        times, values = times[self._order], values[self._order]
        counted = (times == ends[self._group]) & np.isfinite(values)
        groups, size = self._group[counted], len(latest)
        counts = np.bincount(groups, minlength=size)
        sums = np.bincount(groups, values[counted], minlength=size)
        with np.errstate(invalid="ignore"):
            return (sums / counts)[self._wanted]

    def sums(self, values: FloatArray) -> FloatArray:
        """The sum of each group, rounded once; NaN where any of its values is NaN."""
        ordered = values[self._order]
        found = ordered[self._first]
        ends = np.append(self._first[1:], len(ordered))
        for place in np.flatnonzero(ends - self._first > 1):
            found[place] = fsum(ordered[self._first[place] : ends[place]])
        return found[self._wanted]

    def first_known(self, values: FloatArray) -> FloatArray:
        """The first known value in each group; NaN where none is known."""
        ordered = values[self._order]
        known = np.flatnonzero(np.isfinite(ordered))
        groups, place = np.unique(self._group[known], return_index=True)
        found = np.full(len(self._first), np.nan)
        found[groups] = ordered[known[place]]
        return found[self._wanted]


def _markets(symbols: Iterable[str]) -> tuple[tuple[str, ...], IntArray]:
    """The sorted symbols without their venue, and the index of each row's symbol."""
    bare = [bare_symbol(symbol) for symbol in symbols]
    names = tuple(sorted(set(bare)))
    places = {name: place for place, name in enumerate(names)}
    return names, np.array([places[name] for name in bare], dtype=np.int64)


@lru_cache(maxsize=1_024)
def bare_symbol(symbol: str) -> str:
    """The symbol without its venue, in capitals: NVDA for xyz:NVDA."""
    return symbol.rpartition(":")[2].upper()


# --- their decisions ------------------------------------------------------------------


def match_decisions(
    entries: Entries,
    decisions: Sequence[EntryDecision],
    *,
    before: timedelta,
    within: timedelta,
) -> Matches:
    """Each entry with the decision that opened it.

    That is the nearest decision in time with the same symbol (the venue does not
    matter) and side, at most `within` before the fill and at most `before` after it.
    A decision opens at most one entry, the oldest that it fits.
    """
    decision = np.full(len(entries), UNKNOWN, dtype=np.int64)
    for (symbol, is_long), places in _by_market(decisions).items():
        if symbol not in entries.markets:
            continue
        market = entries.markets.index(symbol)
        alike = np.flatnonzero(
            (entries.market == market) & (entries.is_long == is_long)
        )
        times = instants64(decisions[each].decided_at for each in places)
        nearest = _nearest(entries.opened_at[alike], times, before, within)
        is_found = nearest != UNKNOWN
        decision[alike[is_found]] = np.array(places)[nearest[is_found]]
    return _matches(entries, decisions, decision)


def _by_market(
    decisions: Sequence[EntryDecision],
) -> dict[tuple[str, bool], list[int]]:
    """The indices of the decisions for each symbol and side, oldest first."""
    found: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for place in sorted(
        range(len(decisions)), key=lambda place: decisions[place].decided_at
    ):
        each = decisions[place]
        found[bare_symbol(each.symbol), each.side is TradeSide.LONG].append(place)
    return found


def _nearest(
    opened: TimeArray, decided: TimeArray, before: timedelta, within: timedelta
) -> IntArray:
    """The decision of each entry: the earlier of two equally near, and none twice."""
    first = np.searchsorted(decided, opened - np.timedelta64(within, "us"), "left")
    last = np.searchsorted(decided, opened + np.timedelta64(before, "us"), "right")
    found = np.full(len(opened), UNKNOWN, dtype=np.int64)
    taken: set[int] = set()
    for place in np.flatnonzero(last > first).tolist():
        left = [each for each in range(first[place], last[place]) if each not in taken]
        if left:
            waits = np.abs(opened[place] - decided[left])
            found[place] = left[int(waits.argmin())]
            taken.add(int(found[place]))
    return found


def _matches(
    entries: Entries, decisions: Sequence[EntryDecision], decision: IntArray
) -> Matches:
    is_matched = decision != UNKNOWN
    chosen = [decisions[place] for place in decision[is_matched]]

    def decided(values: Iterable[float | None]) -> FloatArray:
        found = np.full(len(entries), np.nan)
        found[is_matched] = np.array(list(values), dtype=np.float64)
        return found

    times = np.full(len(entries), np.datetime64("NaT", "us"), dtype="datetime64[us]")
    times[is_matched] = instants64(each.decided_at for each in chosen)
    confidence = decided(each.confidence for each in chosen)
    return Matches(
        entries=entries,
        decision=decision,
        seconds_to_fill=seconds(entries.opened_at - times),
        confidence=_else(confidence, entries.confidence),
        from_decision=np.isfinite(confidence),
        stop_loss=_else(entries.stop_loss, decided(each.stop_loss for each in chosen)),
        profit_target=_else(
            entries.profit_target, decided(each.profit_target for each in chosen)
        ),
    )


def _else(values: FloatArray, others: FloatArray) -> FloatArray:
    return np.where(np.isfinite(values), values, others)
