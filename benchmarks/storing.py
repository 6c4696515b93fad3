"""Measures storing, from the parsed payload to the end of its transaction."""

import gc
from collections.abc import Callable, Iterator
from functools import partial

from benchmarks.databases import Rows, Store, kinds, stores
from benchmarks.measure import Comparison, Target, timed
from benchmarks.parsed_payloads import conversations, season
from benchmarks.workshop import Workshop
from nof1_tracker.database import UnitOfWork
from nof1_tracker.records.parsed import ParsedPayload
from nof1_tracker.services.storing.store_records import store_records

HOURS = 100_000
"""Hours of equity of 32 accounts together."""


def chats(workshop: Workshop) -> Iterator[Comparison]:
    """Stores 100 new conversations, then the same again."""
    parsed = conversations()
    for kind in kinds(workshop):
        with stores(workshop, kind) as (ours, floor):
            store_in(ours, parsed)
            insert = partial(_insert, ours.rows())
            driver = "executemany" if ours.is_sqlite else "execute_values"
            new, again, bare = workshop.by_turns(
                _new(ours, lambda store: store_in(store, parsed)),
                timed(lambda: store_in(ours, parsed)),
                _new(floor, insert),
            )
        what = f"{ours.name}: 100 new conversations"
        yield Comparison(what, driver, new, bare, Target(ratio=2, seconds=0.150))
        what = f"{ours.name}: the same 100 again"
        yield Comparison(
            what, f"{driver} of the new ones", again, bare, Target(ratio=0.7)
        )


def totals(workshop: Workshop) -> Iterator[Comparison]:
    """Stores a long season of account-totals in one payload."""
    parsed = season(HOURS)
    gc.freeze()  # keeps the collector from searching its million objects repeatedly
    for kind in kinds(workshop):
        with stores(workshop, kind) as (ours, floor):
            store_in(ours, parsed)
            insert = _bare(ours)
            yield workshop.compare(
                f"{ours.name}: {HOURS:,} hours",
                "executemany" if ours.is_sqlite else "COPY",
                _new(ours, lambda store: store_in(store, parsed)),
                _new(floor, insert),
                Target(ratio=2),
            )


def _insert(rows: Rows, store: Store) -> None:
    store.insert(rows)


def _bare(stored: Store) -> Callable[[Store], None]:
    """The fastest plain way to insert the rows stored there."""
    if stored.is_sqlite:
        rows = stored.rows()
        return lambda store: store.insert(rows)
    texts = stored.copies()
    return lambda store: store.copy(texts)


def store_in(store: Store, parsed: ParsedPayload) -> None:
    """Stores a payload in one transaction, as a scrape does."""
    with UnitOfWork(store.engine, writes=True) as unit:
        store_records(unit.repositories, parsed)
        unit.commit()


def _new(store: Store, work: Callable[[Store], None]) -> Callable[[], float]:
    """The work on an emptied database; emptying is not measured."""

    def once() -> float:
        store.empty()
        return timed(lambda: work(store))()

    return once
