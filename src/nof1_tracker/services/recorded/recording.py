"""What one process records into the archive of a database."""

import logging
import re
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Final

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.maintenance.consumers import register, report
from nof1_tracker.archive.manifest import read_manifest
from nof1_tracker.archive.monitor_lock import MonitorLock
from nof1_tracker.archive.reading.segment_reader import reading
from nof1_tracker.archive.recording.writer import ArchiveWriter
from nof1_tracker.archive.redaction import redacted
from nof1_tracker.clock import Clock
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.engine.schema import ensure_schema
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.errors import ArchiveError, DatabaseError
from nof1_tracker.records.archive.archive_positions import Position, Waiting
from nof1_tracker.records.archive.exchanges import Exchange
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.services.recorded.payload_exchanges import endpoint_of
from nof1_tracker.services.storing.store_payload import Transaction

log = logging.getLogger(__name__)

LATER: Final = "lastHourlyMarker"
"""Parameter of a request for account totals: only hours after this one."""
_HOUR: Final = re.compile(rb'"since_inception_hourly_marker"\s*:\s*(\d+)')


class PositionLostError(Exception):
    """The database is behind what it had stored, as after a restore."""


@dataclass(frozen=True, slots=True)
class Appended:
    """An exchange that this process has recorded.

    Attributes:
        exchange: As it was recorded.
        before: Number of the record before it in its segment; 0 if it is the first.
    """

    position: Position
    exchange: Exchange
    before: int


class Recording:
    """The archive of a database, as this process writes and reads it.

    Attributes:
        archive: The archive's folder.
        waiting: What is recorded, and not stored yet, as far as this process knows.
        failure: Why the last body could not be recorded; None if it was.
        lock: Taken by a monitor while it records.
    """

    def __init__(
        self,
        archive: ArchiveFolder,
        writer: ArchiveWriter,
        engine: Engine,
        clock: Clock,
        *,
        name: str,
        is_known: bool,
        transaction: Transaction = nullcontext,
    ) -> None:
        """Args:
        name: What the archive calls the database.
        is_known: True if archive and database belong together; False lets the
            database decide.
        transaction: Entered around each transaction that writes.
        """
        self.archive = archive
        self.waiting = Waiting()
        self.failure: ArchiveError | None = None
        self.lock = MonitorLock(archive)
        self._writer = writer
        self._engine, self._clock = engine, clock
        self._name, self._is_known = name, is_known
        self._transaction = transaction
        self._last: Position | None = None
        self._own: set[str] = set()
        self._hours: tuple[str, int] | None = None

    @property
    def site(self) -> str:
        """Address of the site that is recorded."""
        return self.archive.identity.site

    def close(self, *, wait: bool = True) -> None:
        """Ends the segment and lets go of the archive. May be called twice.

        Args:
            wait: False leaves sealing to the next process.
        """
        self._writer.close(wait=wait)
        self.lock.release()

    # --- what is recorded -----------------------------------------------------------

    def append(self, exchange: Exchange) -> Appended:
        """Records the exchange; it is on disk when this returns.

        Raises:
            ArchiveFullError: There is no space for it.
            ArchiveError: It cannot be recorded.
        """
        kept = redacted(exchange)
        try:
            position = self._writer.append(kept)
        except ArchiveError as error:
            self.failure = error
            raise
        self.failure = None
        before = self._last
        is_same = before is not None and before.segment == position.segment
        self._last = position
        self._own.add(position.segment)
        self._note_hours(kept)
        at, has_body = exchange.captured_at, kept.has_body
        self.waiting = self.waiting.with_one(at, has_body=has_body)
        return Appended(position, kept, before.record if before and is_same else 0)

    def _note_hours(self, exchange: Exchange) -> None:
        """Keeps up to which hour the segment holds the accounts' totals."""
        if endpoint_of(exchange) is not Endpoint.ACCOUNT_TOTALS:
            return
        newest = max(map(int, _HOUR.findall(exchange.body)), default=0)
        if LATER not in exchange.url:
            self._hours = exchange.url, newest
        elif self._hours is not None:
            self._hours = self._hours[0], max(self._hours[1], newest)

    def last_hour(self) -> int | None:
        """The last hour that the segment holds; None if it has no full account totals."""
        if self._hours is None or self._writer.full_body(self._hours[0]) is None:
            return None
        return self._hours[1]

    def supports(self, url: str, etag: str) -> bool:
        """True if the segment holds the body with this ETag: a 304 may refer to it."""
        held = self._writer.full_body(url)
        return held is not None and held.etag == etag

    def is_own(self, segment: str) -> bool:
        """True if this process writes the segment, or did."""
        return segment in self._own

    @property
    def is_sealing(self) -> bool:
        """True while this process seals others' segments, which locks their files."""
        return self._writer.is_sealing

    # --- what is stored ---------------------------------------------------------------

    def positions(self) -> Mapping[str, int]:
        """How far the database has stored each segment. Counts what waits.

        Raises:
            DatabaseError: The database cannot be used.
            ArchiveError: The database does not know the archive, or it cannot be read.
        """
        with self._transaction():
            ensure_schema(self._engine)
        with UnitOfWork(self._engine) as unit:
            archives = unit.repositories.archives
            is_known = archives.is_known(self.archive.identity.id)
            stored = archives.positions(self.archive.identity.id)
        if not is_known:
            self._introduce()
        self._is_known = True
        register(self.archive, self._name, self._name, self._clock.now())
        self.count_waiting(stored)
        return stored

    def count_waiting(self, stored: Mapping[str, int]) -> None:
        """Counts what waits beyond these positions.

        Raises:
            ArchiveError: The archive cannot be read.
        """
        self.waiting = waiting_in(self.archive, stored)

    def introduce(self) -> None:
        """Makes the two know each other, if the database can be used already.

        Raises:
            ArchiveError: The database does not know the archive.
        """
        try:
            self.positions()
        except DatabaseError as error:
            log.warning("What is fetched is recorded, and stored later. %s", error)

    def _introduce(self) -> None:
        """Makes the database store from this archive from now on."""
        found = self.archive.identity
        if not self._is_known:
            raise ArchiveError(
                f"The database does not know the archive {self.archive.path}, which"
                " holds records already.",
                "Name another folder with NOF1_ARCHIVE_DIR, or store what it holds with"
                " --adopt.",
            )
        now = self._clock.now()
        with self._transaction(), UnitOfWork(self._engine, writes=True) as unit:
            unit.repositories.archives.remember(
                found.id, found.site, now, simulated=found.simulated
            )
            unit.commit(is_bookkeeping=True)

    def claim(self, repositories: Repositories, at: Position, before: int) -> bool:
        """Moves the database's position to this record; False if it is there already.

        What the transaction revises names the record.

        Args:
            before: Number of the record before it, which must be stored.

        Raises:
            PositionLostError: That is not stored.
        """
        archives = repositories.archives
        stored = archives.position(at.segment)
        if stored >= at.record:
            return False
        if stored < before:
            raise PositionLostError
        repositories.note_entry(at)
        archive_id, now = self.archive.identity.id, self._clock.now()
        return archives.advance(archive_id, at.segment, stored, at.record, now)

    def note_stored(self, exchange: Exchange) -> None:
        """Counts one record less that waits."""
        self.waiting = self.waiting.without_one(has_body=exchange.has_body)

    def report(self) -> None:
        """Tells the archive how far the database has come, so that it may be pruned."""
        with UnitOfWork(self._engine) as unit:
            stored = unit.repositories.archives.positions(self.archive.identity.id)
        held = set(self.archive.names())
        report(
            self.archive,
            self._name,
            {name: number for name, number in stored.items() if name in held},
        )


def waiting_in(archive: ArchiveFolder, stored: Mapping[str, int]) -> Waiting:
    """What the archive holds beyond these positions.

    Args:
        stored: Number of the last record that is stored, by segment.

    Raises:
        ArchiveError: The archive cannot be read.
    """
    sealed = read_manifest(archive).sealed()
    waiting = Waiting()
    for name in archive.names():
        after = max(stored.get(name, 0), 1)  # the first one describes the segment
        if name in sealed and sealed[name].last_record <= after:
            continue
        with reading(archive, name) as reader:
            for each in reader.outlines(after):
                waiting = waiting.with_one(each.captured_at, has_body=each.has_body)
    return waiting
