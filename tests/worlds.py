"""A simulated site, a database and a clock for the end-to-end tests."""

import json
import os
import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Table, select

from nof1_tracker.database.connection import create_db_engine
from nof1_tracker.database.metadata import Base
from nof1_tracker.demo import Arena, DemoSite
from nof1_tracker.demo.arena.roster import SeasonName
from nof1_tracker.demo.site.payloads import Payloads
from nof1_tracker.records.enums import Endpoint, Kind
from nof1_tracker.records.payloads import (
    FetchResult,
    PayloadSource,
    RawPayload,
    Request,
)
from nof1_tracker.records.run_summary import RunSummary
from nof1_tracker.scraper.fetch import SourceOptions
from nof1_tracker.scraper.http import HttpSource
from nof1_tracker.services.collect import Collector, known_validators

ENDPOINTS = (
    "account-totals",
    "trades",
    "conversations",
    "leaderboard",
    "analytics",
    "since-inception-values",
    "crypto-prices",
)
PROGRAM = (sys.executable, "-m", "nof1_tracker.main")


@cache
def arena_of(season: SeasonName = "1", days: float = 0.2) -> Arena:
    """An arena shared by all tests, because an arena never changes."""
    return Arena(season=season, days=days)


class SiteClock:
    """The simulated time of a site; sleeping takes no real time.

    Attributes:
        slept: Seconds of every sleep, in order.
    """

    def __init__(self, site: DemoSite) -> None:
        self._site = site
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._site.now

    def monotonic(self) -> float:
        return self._site.now.timestamp() + sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def pause(self, seconds: float) -> None:
        self.sleep(seconds)


@dataclass
class World:
    """A site whose clock stands still, and a database that is filled from it.

    Attributes:
        source: The source to use; None means a new HTTP source for each scrape.
        later: How much later than the site's clock says its answers are observed.
    """

    site: DemoSite
    engine: Engine
    source: PayloadSource | None = None
    timeout_ms: int = 1000
    later: timedelta = timedelta(0)
    clock: SiteClock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = SiteClock(self.site)

    def scrape(self, *kinds: Kind) -> RunSummary:
        """Scrapes and stores once, by default all kinds."""
        collector = Collector(self.engine, self.clock)
        if self.source is not None:
            return collector.scrape(LaterSource(self.source, self.later), kinds or Kind)
        known = known_validators(self.engine)
        options = self.options_for(self.site, self.timeout_ms)
        with closing(HttpSource(options, self.clock, known)) as source:
            return collector.scrape(LaterSource(source, self.later), kinds or Kind)

    @staticmethod
    def options_for(site: DemoSite, timeout_ms: int = 1000) -> SourceOptions:
        """Options for visiting a site on loopback as fast as possible."""
        return SourceOptions(site.url, timeout_ms=timeout_ms, rate_limit=100_000)


@dataclass(frozen=True)
class LaterSource:
    """Another source's answers, as if they had been observed later.

    Statistics keep their time, which tells their rows apart.
    """

    beneath: PayloadSource
    later: timedelta

    @property
    def transport(self) -> str:
        return self.beneath.transport

    def close(self) -> None:
        self.beneath.close()

    def fetch(self, requests: Sequence[Request]) -> Iterator[FetchResult]:
        for result in self.beneath.fetch(requests):
            if not isinstance(result, RawPayload) or not self.later:
                yield result
                continue
            if result.endpoint is Endpoint.ANALYTICS:
                yield result
                continue
            body = re.sub(rb'(?<="serverTime":)\s*\d+', self._moved, result.body)
            at = result.observed_at and result.observed_at + self.later
            yield replace(result, body=body, observed_at=at)

    def _moved(self, found: re.Match[bytes]) -> bytes:
        return b"%d" % (int(found[0]) + self.later / timedelta(milliseconds=1))


@contextmanager
def engine_on(url: str) -> Iterator[Engine]:
    """An engine that is disposed of at the end of the context."""
    engine = create_db_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


# --- what the tables hold -----------------------------------------------------

Rows = dict[str, list[dict[str, Any]]]

_VERSION = {
    "stated",
    "raw_digest",
    "first_observed_at",
    "last_observed_at",
    "parser",
}
"""Columns that say which version of a row stands, not what it says."""
_MOVES = {"updated_at", "name_observed_at", "id_observed_at"}
"""Columns that follow what is observed, where nothing else changes."""
_OURS = {"id", "created_at", *_MOVES, *_VERSION}
"""Columns about the database, not about the arena."""
_JOURNAL = {
    "row_versions",
    "revisions",
    "scrape_runs",
    "rejected_payloads",
    "source_validators",
    "source_traits",
    "events",
    "event_channels",
    "event_deliveries",
    "event_memory",
    "archives",
    "archive_positions",
}
_UNDATED = ("leaderboard", "page")
"""Sources whose snapshots are dated by our clock."""


_OF_COMMITS = {"feed", "feed_version"}
"""Tables about the commits of one database, whatever they stored."""
_FOLLOWING = {"equity_hourly"}
"""Tables without ids that follow from others; see tests.integration.hours."""


def rows_in(engine: Engine) -> Rows:
    """Every row as stored, by table, in order of the ids.

    Not those of commits, nor what follows from other rows.
    """
    with engine.connect() as connection:
        return {
            table.name: [
                dict(row._mapping)
                for row in connection.execute(
                    select(table).order_by(*table.primary_key.columns)
                )
            ]
            for table in Base.metadata.sorted_tables
            if table.name not in _OF_COMMITS | _FOLLOWING
        }


def facts_in(engine: Engine) -> Rows:
    """What the tables state about the arena; see `facts_of`."""
    return facts_of(rows_in(engine))


def facts_of(rows: Rows) -> Rows:
    """What the tables state about the arena, independent of the order of storing.

    Ids are replaced by what they stand for. The journal is left out, and so is
    everything dated by our own clock.
    """
    names = {
        "season_id": {r["id"]: r["season_number"] for r in rows["seasons"]},
        "model_id": {r["id"]: r["model_id"] for r in rows["llm_models"]},
        "model_chat_id": {r["id"]: r["conversation_id"] for r in rows["model_chats"]},
    }
    return {
        table.name: sorted(
            (_fact(table, row, names) for row in rows[table.name] if _is_fact(row)),
            key=repr,
        )
        for table in Base.metadata.sorted_tables
        if table.name not in _JOURNAL | _OF_COMMITS | _FOLLOWING
    }


def _is_fact(row: Mapping[str, Any]) -> bool:
    return str(row.get("source", "")) not in _UNDATED


def _fact(
    table: Table, row: Mapping[str, Any], names: Mapping[str, Mapping[int, Any]]
) -> dict[str, Any]:
    refers = {column.name for column in table.columns if column.foreign_keys}
    return {
        name: names[name][value] if name in refers and value is not None else value
        for name, value in row.items()
        if name not in _OURS
    }


def differences(before: Rows, after: Rows) -> list[str]:
    """Differences between two sets of rows, in words; empty if there are none."""
    told = []
    for table in sorted(before.keys() | after.keys()):
        old, new = before.get(table, []), after.get(table, [])
        if old == new:
            continue
        told += [f"{table}: lost {row!r:.300}" for row in old if row not in new][:3]
        told += [f"{table}: new {row!r:.300}" for row in new if row not in old][:3]
        told.append(f"{table}: {len(old)} -> {len(new)} rows")
    return told


def harm(before: Rows, after: Rows, but: Collection[str] = ()) -> list[str]:
    """Rows of `before` that are missing or changed, in words.

    Args:
        but: Columns that may change.
    """
    told = []
    for table in before.keys() - _JOURNAL:
        now = {row["id"]: row for row in after[table]}
        for row in before[table]:
            kept = now.get(row["id"], {})
            told += [
                f"{table}.{name}: {value!r:.80} -> {kept.get(name)!r:.80}"
                for name, value in row.items()
                if name not in {*but, *_VERSION, *_MOVES} and kept.get(name) != value
            ]
    return told


def without(facts: Rows, columns: Collection[str]) -> Rows:
    """The facts without some columns."""
    return {
        table: sorted(
            ({k: v for k, v in row.items() if k not in columns} for row in rows),
            key=repr,
        )
        for table, rows in facts.items()
    }


# --- files and processes ------------------------------------------------------


def write_captures(
    arena: Arena, folder: Path, at: datetime, endpoints: tuple[str, ...] = ENDPOINTS
) -> Path:
    """Writes a capture folder with what the arena serves at that time."""
    capture = folder / at.strftime("%Y-%m-%dT%H%M%SZ")
    capture.mkdir(parents=True, exist_ok=True)
    payloads = Payloads(arena)
    for endpoint in endpoints:
        body = payloads.serve(endpoint, at)
        assert body is not None
        (capture / f"{endpoint}.json").write_bytes(json.dumps(body).encode())
    return capture


def captures_of(arena: Arena, folder: Path, every: timedelta, number: int) -> None:
    """Writes that many capture folders; the last one is of the arena's end."""
    for back in range(number):
        write_captures(arena, folder, arena.end - every * back)


def environment(url: str, **others: str) -> dict[str, str]:
    """The environment of a process that uses the database."""
    return {**os.environ, "NOF1_DATABASE_URL": url, **others}


def midday(arena: Arena) -> datetime:
    """A time in the middle of an hour, late in the season."""
    late = arena.start + (arena.end - arena.start) * 0.75
    return late.replace(minute=30, second=0, microsecond=0).astimezone(UTC)
