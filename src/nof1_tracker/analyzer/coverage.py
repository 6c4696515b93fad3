"""What is held of each account, day and kind, and what is known to be missing.

Three things of the site tell what there was: hours count from an account's start, cycle
ids count its conversations from 1 (a prompt states the same number as how often the model
was invoked), and the site's statistics count its completed legs. Where none of them
reaches, it is not known how many there were.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from nof1_tracker.records.history.verification import (
    CONVERSATIONS_SOURCE,
    AccountHoldings,
    CoverageRow,
    CoverageTotal,
    HeldConversation,
    HeldEquity,
    HeldKind,
)
from nof1_tracker.records.stored import SeasonSpan

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def coverage_of(
    season: SeasonSpan, holdings: Iterable[AccountHoldings], now: datetime
) -> tuple[CoverageRow, ...]:
    """The coverage of a season's accounts, by account, kind and day.

    It reaches from an account's start to the season's close or, while the season runs, to
    the last observation of any account.
    """
    held = list(holdings)
    end = _end_of(season, held, now)
    if end is None:
        return ()
    return tuple(row for each in held for row in _rows_of(season, each, end))


def _end_of(
    season: SeasonSpan, held: Sequence[AccountHoldings], now: datetime
) -> datetime | None:
    if season.end is not None and season.end <= now:
        return season.end
    return max((at for each in held for at in _times(each)), default=None)


def _times(held: AccountHoldings) -> Iterator[datetime]:
    """When the account was last observed, by each kind."""
    yield from (each.observed_at for each in held.equities[-1:])
    yield from (each.observed_at for each in held.conversations[-1:])
    yield from (each.closed_at for each in held.legs[-1:])


def _rows_of(
    season: SeasonSpan, held: AccountHoldings, end: datetime
) -> Iterator[CoverageRow]:
    start = _start_of(season, held)
    if start is None:
        return
    yield from _hours(held, start, end)
    if not held.account.is_benchmark:
        yield from _conversations(held, start, end)
        yield from _trades(held, start, end)


def _start_of(season: SeasonSpan, held: AccountHoldings) -> datetime | None:
    """When the account started in this season, as far as that is known.

    An hour's row is written up to 59 minutes after the hour began, so the earliest that
    the rows allow is nearest.
    """
    if held.started_at is not None and season.holds(held.started_at):
        return held.started_at
    begun = [
        each.observed_at - each.hour * _HOUR
        for each in held.equities
        if each.hour is not None
    ]
    return min(begun) if begun else season.start


def totals_of(rows: Iterable[CoverageRow]) -> tuple[CoverageTotal, ...]:
    """A line for each account and kind, in the order of the rows."""
    by_kind: dict[tuple[str, HeldKind], list[CoverageRow]] = {}
    for row in rows:
        by_kind.setdefault((row.account.account_id, row.kind), []).append(row)
    return tuple(map(_total, by_kind.values()))


def _total(rows: Sequence[CoverageRow]) -> CoverageTotal:
    return CoverageTotal(
        account=rows[0].account,
        kind=rows[0].kind,
        held=sum(row.held for row in rows if row.day is not None),
        missing=sum(row.missing for row in rows),
        is_known=all(row.is_known for row in rows),
        short_days=tuple(
            row.day for row in rows if row.day is not None and not row.is_complete
        ),
        sources=tuple(sorted({name for row in rows for name in row.sources})),
    )


# --- hours ----------------------------------------------------------------------


def _hours(
    held: AccountHoldings, start: datetime, end: datetime
) -> Iterator[CoverageRow]:
    """Rows of hours, each counted on the day on which it began."""
    sources: dict[int, set[str]] = {}
    for equity in held.equities:
        names = sources.setdefault(_hour_of(equity, start), set())
        names.update({equity.source} - {""})
    first = min(1, *sources) if sources else 1  # the first may be numbered 0 or 1
    ended = (end - start) // _HOUR - 1
    last = max(ended, *sources) if sources else ended
    expected = Counter(_day(start + hour * _HOUR) for hour in range(first, last + 1))
    found = Counter(_day(start + hour * _HOUR) for hour in sources)
    named: dict[date, set[str]] = {}
    for hour, names in sources.items():
        named.setdefault(_day(start + hour * _HOUR), set()).update(names)
    for day in sorted(expected):
        yield CoverageRow(
            held.account,
            day,
            HeldKind.HOURS,
            found[day],
            expected[day] - found[day],
            True,
            tuple(sorted(named.get(day, ()))),
        )


def _hour_of(equity: HeldEquity, start: datetime) -> int:
    if equity.hour is not None:
        return equity.hour
    return max((equity.observed_at - start) // _HOUR, 0)


# --- conversations --------------------------------------------------------------


def _conversations(
    held: AccountHoldings, start: datetime, end: datetime
) -> Iterator[CoverageRow]:
    """Rows of conversations; how many came after the last of them is not known."""
    numbered = _distinct(held.conversations)
    missing = Counter(_day(at) for at in _missing(numbered, start))
    found = Counter(_day(each.observed_at) for each in held.conversations)
    last = numbered[-1].observed_at if numbered else None
    for day in _days(start, end, *missing, *found):
        yield CoverageRow(
            held.account,
            day,
            HeldKind.CONVERSATIONS,
            found[day],
            missing[day],
            _reaches(last, day, end),
            (CONVERSATIONS_SOURCE,) if found[day] else (),
        )


def _distinct(conversations: Iterable[HeldConversation]) -> list[HeldConversation]:
    """The numbered ones in order of time; of those with one number, the first."""
    numbered: dict[int, HeldConversation] = {}
    for each in conversations:
        if each.cycle is not None:
            numbered.setdefault(each.cycle, each)
    return list(numbered.values())


def _missing(
    numbered: Sequence[HeldConversation], start: datetime
) -> Iterator[datetime]:
    """About when each missing conversation took place: evenly between its neighbours."""
    before = HeldConversation(start, 0)
    for one, later in pairwise((before, *numbered)):
        gap = (later.cycle or 0) - (one.cycle or 0)
        step = (later.observed_at - one.observed_at) / max(gap, 1)
        yield from (one.observed_at + step * each for each in range(1, gap))


# --- trades ---------------------------------------------------------------------


def _trades(
    held: AccountHoldings, start: datetime, end: datetime
) -> Iterator[CoverageRow]:
    """Rows of legs, then the shortage that has no day.

    A day is complete where as many are held as the site counted at its end or later.
    """
    found = Counter(_day(each.closed_at) for each in held.legs)
    named: dict[date, set[str]] = {}
    for leg in held.legs:
        names = named.setdefault(_day(leg.closed_at), set())
        names.update({leg.source} - {""})
    whole_at = (
        count.observed_at
        for count in held.counts
        if _closed_by(held, count.observed_at) >= count.total
    )
    complete_until = max(whole_at, default=None)
    for day in _days(start, end, *found):
        yield CoverageRow(
            held.account,
            day,
            HeldKind.TRADES,
            found[day],
            0,
            _reaches(complete_until, day, end),
            tuple(sorted(named.get(day, ()))),
        )
    yield from _shortage(held)


def _shortage(held: AccountHoldings) -> Iterator[CoverageRow]:
    """What the site counted last, where that is more than is held."""
    for count in held.counts[-1:]:
        closed = _closed_by(held, count.observed_at)
        sources = {each.source for each in held.legs[:closed]} - {""}
        if closed < count.total:
            yield CoverageRow(
                held.account,
                None,
                HeldKind.TRADES,
                closed,
                count.total - closed,
                True,
                tuple(sorted(sources)),
            )


def _closed_by(held: AccountHoldings, at: datetime) -> int:
    return bisect_right(held.legs, at, key=lambda leg: leg.closed_at)


# --- days -----------------------------------------------------------------------


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()


def _reaches(last: datetime | None, day: date, end: datetime) -> bool:
    """Whether what was last observed says all of a day, as far as that is counted."""
    if last is None:
        return False
    midnight = datetime.combine(day + _DAY, time(), UTC)
    return last + _HOUR >= min(midnight, end)


def _days(start: datetime, end: datetime, *others: date) -> list[date]:
    """The days from the start to the end, and any others, in order."""
    count = max((_day(end) - _day(start)).days, 0)
    between = (_day(start) + each * _DAY for each in range(count + 1))
    return sorted({*between, *others})
