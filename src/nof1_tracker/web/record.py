"""What every request reads from: the database, the clock, and the threads to do it in."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Request

from nof1_tracker.clock import Clock
from nof1_tracker.database.connection import Engine
from nof1_tracker.database.feed.version_reader import VersionReader
from nof1_tracker.errors import DatabaseError
from nof1_tracker.services.live.follow_feed import read_version
from nof1_tracker.services.recorded.replayed_site import Replay
from nof1_tracker.web.kept.kept_answers import AskedBefore, KeptAnswers
from nof1_tracker.web.kept.kept_whatifs import KeptWhatifs
from nof1_tracker.web.live.live_feed import HEARTBEAT, MOST_LISTENERS, LiveFeed
from nof1_tracker.web.workers import Places, Workers


def _quick() -> Workers:
    return Workers(threads=8, waiting=64)


def _slow() -> Workers:
    return Workers(threads=2, waiting=256)


def _paper() -> Workers:
    return Workers(threads=1, waiting=4)


def _single() -> Workers:
    return Workers(threads=1, waiting=0)


def _places() -> Places:
    return Places(most=64)


@dataclass(frozen=True)
class Record:
    """The record as it is served.

    Attributes:
        stale_after: Age of the newest success from which a kind counts as stale.
        quick: For answers of milliseconds.
        slow: For reports and comparisons, which take seconds.
        paper: For what would have been, which takes seconds and may be asked in any
            number of ways: it never keeps reports waiting.
        streams: For lists that are read as files, as fast as a client takes them.
        versions: For the version of the record, which each answer begins with.
        heartbeat: Seconds of silence after which those who listen are sent a comment.
        most_listeners: How many may listen at once.
    """

    engine: Engine
    clock: Clock
    stale_after: timedelta
    quick: Workers = field(default_factory=_quick)
    slow: Workers = field(default_factory=_slow)
    paper: Workers = field(default_factory=_paper)
    streams: Places = field(default_factory=_places)
    versions: Workers = field(default_factory=_single)
    heartbeat: float = HEARTBEAT
    most_listeners: int = MOST_LISTENERS

    @cached_property
    def kept(self) -> KeptAnswers:
        """Answers that were computed from the version that the record has."""
        reader = self._reader
        if not reader.never_waits:
            return KeptAnswers(lambda: self.versions.go_on(reader.read))
        return KeptAnswers(
            lambda: self.versions.go_on(lambda: read_version(self.engine)),
            read_at_once=self._version_at_once,
        )

    @cached_property
    def whatifs(self) -> KeptWhatifs:
        """Copies of models and held coins, as pages and programs share them."""
        return KeptWhatifs(self.engine)

    @cached_property
    def asked_before(self) -> AskedBefore:
        """What requests have meant."""
        return AskedBefore()

    @cached_property
    def _reader(self) -> VersionReader:
        return VersionReader(self.engine)

    def _version_at_once(self) -> int | None:
        try:
            return self._reader.read()
        except DatabaseError:
            return None  # the thread that waits for it fails too, or succeeds later

    @cached_property
    def live(self) -> LiveFeed:
        """Those who listen, and what they are told."""
        return LiveFeed(self.engine, self.heartbeat, self.most_listeners)

    @cached_property
    def replay(self) -> Replay:
        """What the site itself answered at a moment."""
        return Replay(self.engine)

    def stop(self) -> None:
        """Begins nothing more."""
        self.live.stop()
        for workers in (self.quick, self.slow, self.paper, self.versions):
            workers.stop()
        self._reader.close()


async def _record_of(request: Request) -> Record:
    record = request.app.state.record
    assert isinstance(record, Record)  # noqa: S101  the factory has set it
    return record


TheRecord = Annotated[Record, Depends(_record_of)]
