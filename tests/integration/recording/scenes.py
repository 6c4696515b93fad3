"""A recorder with its archive and database, and what can go wrong around it."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, event

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.recording.writer import ArchiveWriter, WriterOptions
from nof1_tracker.archive.space import SpaceLimits
from nof1_tracker.demo import Arena
from nof1_tracker.demo.site.payloads import Payloads
from nof1_tracker.records.archive.archive_positions import Damage
from nof1_tracker.records.archive.exchanges import Recorded
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.payloads import FetchResult, RawPayload, Request
from nof1_tracker.services.collect import Collector
from nof1_tracker.services.recorded.open_recording import database_name
from nof1_tracker.services.recorded.recording import Recording
from tests.fakes import FakeClock
from tests.integration.archive.recordings import SITE, archive_at, read

QUICK = (Endpoint.TRADES, Endpoint.CONVERSATIONS, Endpoint.PRICES)
"""Enough kinds of bodies for most tests."""


class ArenaSource:
    """Serves what an arena's site would serve at the clock's time, without a server.

    Attributes:
        asked: Every request, in order.
        broken: Bodies to serve in place of the arena's.
    """

    transport = "http"

    def __init__(self, arena: Arena, clock: FakeClock) -> None:
        self.asked: list[Request] = []
        self.broken: dict[Endpoint, bytes] = {}
        self._payloads, self._clock = Payloads(arena), clock

    def fetch(self, requests: Sequence[Request]) -> Iterator[FetchResult]:
        for request in requests:
            self.asked.append(request)
            yield self.payload(request)

    def payload(self, request: Request) -> RawPayload:
        """The answer to one request."""
        now, endpoint = self._clock.now(), request.endpoint
        value = self._payloads.serve(endpoint, now, dict(request.query))
        query = "".join(f"?{key}={text}" for key, text in request.query)
        body = json.dumps(value).encode()
        return RawPayload(
            body=self.broken.get(endpoint, body),
            origin=f"{SITE}/api/{endpoint}{query}",
            captured_at=now,
            transport=self.transport,
            endpoint=endpoint,
            observed_at=now,
            status=200,
            headers=(("Content-Type", "application/json"), ("Set-Cookie", "a=b")),
        )

    def close(self) -> None:
        """There is nothing to close."""


@dataclass
class Scene:
    """A site, a database, and an archive beside it."""

    engine: Engine
    folder: Path
    arena: Arena
    clock: FakeClock = field(default_factory=FakeClock)
    adopt: bool = False

    def __post_init__(self) -> None:
        if self.clock.now() < self.arena.start:
            raise ValueError("the arena has not begun")
        self.source = ArenaSource(self.arena, self.clock)

    @property
    def archive(self) -> ArchiveFolder:
        return archive_at(self.folder)

    @contextmanager
    def recording(self, limits: SpaceLimits | None = None) -> Iterator[Recording]:
        """One process's recording; at the end it is left as by a killed process."""
        options = WriterOptions(limits=limits or SpaceLimits())
        archive = self.archive
        is_new = not archive.names()
        recording = Recording(
            archive,
            ArchiveWriter.open(archive, options, self.clock),
            self.engine,
            self.clock,
            name=database_name(self.engine),
            is_known=is_new or self.adopt,
        )
        try:
            yield recording
        finally:
            recording.close(wait=False)

    def collector(
        self, recording: Recording | None, *, persistent: bool = False
    ) -> Collector:
        return Collector(
            self.engine, self.clock, persistent=persistent, recording=recording
        )

    def recorded(self) -> list[Recorded]:
        """All that the archive holds."""
        found: list[Recorded | Damage] = []
        for name in self.archive.names():
            found += read(self.archive, name)
        return [each for each in found if isinstance(each, Recorded)]

    def later(self, minutes: float) -> None:
        self.clock.advance(timedelta(minutes=minutes).total_seconds())


def clock_in(arena: Arena, share: float = 0.5) -> FakeClock:
    """A clock that begins after this share of the arena's season."""
    at: datetime = arena.start + (arena.end - arena.start) * share
    return FakeClock(at.replace(microsecond=0))


@contextmanager
def away(engine: Engine) -> Iterator[None]:
    """The database accepts no connection, and those that exist are lost."""

    def refuse(*_: object) -> None:
        raise refusal(engine)

    engine.dispose()
    event.listen(engine, "do_connect", refuse)
    try:
        yield
    finally:
        event.remove(engine, "do_connect", refuse)


def refusal(engine: Engine) -> Exception:
    """What the driver says where there is no database."""
    error: type[Exception] = engine.dialect.loaded_dbapi.OperationalError
    refused = error("connection refused")
    if engine.dialect.name == "sqlite":
        refused.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN  # type: ignore[attr-defined]
    return refused
