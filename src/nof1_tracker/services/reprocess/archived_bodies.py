"""Use case: parse again with the current code what the archives hold.

Nothing is deleted. Of one body, what today's code reads stands; rows that the archives
do not account for stay as they are, and so do seasons and names that a person corrected.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.maintenance.listing import list_archive
from nof1_tracker.archive.reading.observation_order import (
    Found,
    in_observation_order,
)
from nof1_tracker.clock import Clock
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.engine.schema import SCHEMA_HEAD, current_revision
from nof1_tracker.database.export.copy_database import ensure_empty
from nof1_tracker.database.write.versions.accounted_rows import AccountedRows
from nof1_tracker.errors import ArchiveError, DatabaseAwayError
from nof1_tracker.records.archive.archive_positions import Damage, Position
from nof1_tracker.records.archive.exchanges import Exchange
from nof1_tracker.records.history.backfills import BackfillSummary
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.records.run_summary import RunSummary
from nof1_tracker.scraper.parse import parse_payload
from nof1_tracker.services.backfill.exchange_legs import store_what_follows
from nof1_tracker.services.backfill.store_answer import is_of_exchange, store_answer
from nof1_tracker.services.recorded.payload_exchanges import payload_of
from nof1_tracker.services.reprocess.moved_rows import ORIGIN, retry_moved
from nof1_tracker.services.storing.store_payload import Report, as_expected
from nof1_tracker.services.storing.store_records import store_records

log = logging.getLogger(__name__)

Ends = Mapping[str, int]
"""Number of the last record to be read, by segment."""


@dataclass(frozen=True)
class Archives:
    """Archives to be read again.

    Attributes:
        since: Leaves out what was observed before; None leaves out nothing.
        adopt: Takes archives that the database does not know.
        until: How far to read; None: as far as the database has stored them, and of
            a new one, to their end.
    """

    folders: Sequence[ArchiveFolder]
    since: datetime | None = None
    adopt: bool = False
    until: Ends | None = None


@dataclass
class ArchivedBodies:
    """Reads the bodies of archives into one database, in the order of observation.

    Attributes:
        is_new: True for a new database: then faults and the traits of payloads are
            noted, too, and how far the archives are stored.
        summary: What became of the rows. Damage is among its failures.
        accounted: The rows that the archives account for.
    """

    engine: Engine
    clock: Clock
    archives: Archives
    summary: RunSummary
    report: Report = lambda _: None
    is_new: bool = False
    accounted: AccountedRows = field(default_factory=AccountedRows)

    def read_again(self) -> None:
        """Stores what today's code reads, a body per transaction; it makes no event.

        Raises:
            ArchiveError: The database does not know an archive, or it cannot be read.
            DatabaseError: The database cannot be used; what was read so far stays
                stored.
        """
        ends = [self._ends(each) for each in self.archives.folders]
        if self.is_new:
            self._begin()
        last = {name: number for each in ends for name, number in each.items()}
        for count, found in enumerate(self._bodies(last), start=1):
            self._read(found)
            self.report(f"reading the archive again: {count:,} bodies")
        store_what_follows(self.engine, BackfillSummary(), self.accounted)
        if self.is_new:
            self._remember(ends)
        elif self.archives.since is None:
            self._tell_what_stays()

    def _ends(self, archive: ArchiveFolder) -> Ends:
        """How far to read: what waits to be stored is left to the next run.

        An archive that the database does not know is read to its end.
        """
        if self.archives.until is not None:
            return self.archives.until
        if self.is_new:
            return list_archive(archive).last_records
        with UnitOfWork(self.engine) as unit:
            known = unit.repositories.archives
            if known.is_known(archive.identity.id):
                return known.positions(archive.identity.id)
        if self.archives.adopt:
            return list_archive(archive).last_records
        raise ArchiveError(
            f"The database does not know the archive {archive.path}.",
            "Give --adopt to store what it holds; first make sure that it is of the"
            " same arena.",
        )

    def _bodies(self, last: Ends) -> Iterator[Found]:
        folders, since = self.archives.folders, self.archives.since
        for found in in_observation_order(*folders, since=since):
            if isinstance(found, Damage):
                if not found.is_torn:
                    self.summary.failures.append(f"damaged: {found}")
            elif _has_body(found) and _is_within(found.recorded.position, last):
                yield found

    def _read(self, found: Found) -> None:
        """Stores a body. One that is lost, or that this program fails at, is a failure."""
        exchange = found.recorded.exchange
        try:
            if is_of_exchange(exchange):
                self._store_answer(replace(exchange, body=found.body()))
            else:
                self._store(payload_of(exchange, found.body()), found.recorded.position)
        except DatabaseAwayError:
            raise
        except ArchiveError as error:
            self.summary.failures.append(error.message)
        except Exception as error:
            log.exception("%s cannot be read again.", exchange.url)
            reason = as_expected(error).message
            self.summary.failures.append(f"{exchange.url}: {reason}")

    def _store(self, payload: RawPayload, position: Position) -> None:
        started, noted = self.clock.monotonic(), AccountedRows()
        parsed = parse_payload(payload)
        with UnitOfWork(self.engine, writes=True) as unit:
            repositories = unit.repositories
            repositories.note_rows(noted)
            repositories.note_entry(position)
            before = repositories.changes.reached()
            stored = store_records(repositories, parsed, in_journal=self.is_new)
            repositories.events.skip(before, repositories.changes.reached())
            unit.commit()
        if stored.joined:
            retry_moved(self.engine)
        self.accounted.add(noted)
        seconds = self.clock.monotonic() - started
        self.summary.add_payload(stored.parsed, stored.rows, seconds)

    def _store_answer(self, exchange: Exchange) -> None:
        """Stores an answer of the exchange; what follows from it is stored at the end."""
        with UnitOfWork(self.engine, writes=True) as unit:
            store_answer(unit.repositories, exchange, in_journal=self.is_new)
            unit.commit()

    def _begin(self) -> None:
        """Notes the archives, so that another try can tell what they have begun."""
        now = self.clock.now()
        with UnitOfWork(self.engine, writes=True) as unit:
            for of in (each.identity for each in self.archives.folders):
                unit.repositories.archives.remember(
                    of.id, of.site, now, simulated=of.simulated
                )
            unit.commit()

    def _remember(self, ends: Sequence[Ends]) -> None:
        """Notes what is stored, so that the database can go on from there."""
        now = self.clock.now()
        with UnitOfWork(self.engine, writes=True) as unit:
            known = unit.repositories.archives
            for archive, last in zip(self.archives.folders, ends, strict=True):
                of = archive.identity
                for segment, record in last.items():
                    if record:
                        known.advance(of.id, segment, 0, record, now)
            unit.commit()

    def _tell_what_stays(self) -> None:
        with UnitOfWork(self.engine) as unit:
            repositories = unit.repositories
            others = repositories.rows_beside(self.accounted)
            seasons = len(repositories.seasons.spans)
            models = len(repositories.accounts.overview())
        rows = ", ".join(f"{name} {count:,}" for name, count in others.items())
        if rows:
            self.summary.warnings.append(
                "today's code does not make these rows out of the archives, and they"
                f" stay: {rows}. They were stored without a record, or older code made"
                " them; a database that `reprocess --all --into URL` makes lacks them"
            )
        self.summary.warnings.append(
            f"seasons ({seasons}) and models ({models}) stay as they are set"
        )


def rebuild(
    engine: Engine,
    clock: Clock,
    archives: Archives,
    report: Report = lambda _: None,
) -> RunSummary:
    """Makes the tables of a new database out of the archives.

    If that broke off before, it begins again: what is stored already stays the same.

    Raises:
        ConfigurationError: The database already holds rows.
        ArchiveError: An archive cannot be read at all.
        DatabaseError: The database failed.
    """
    started = clock.monotonic()
    if not _is_half_made(engine):
        ensure_empty(engine)
    paths = ", ".join(str(each.path) for each in archives.folders)
    summary = RunSummary(ORIGIN, paths)
    ArchivedBodies(engine, clock, archives, summary, report, is_new=True).read_again()
    summary.seconds = clock.monotonic() - started
    return summary


def _is_half_made(engine: Engine) -> bool:
    if current_revision(engine) != SCHEMA_HEAD:
        return False
    with UnitOfWork(engine) as unit:
        return unit.repositories.archives.is_half_made()


def _has_body(found: Found) -> bool:
    recorded = found.recorded
    return recorded.exchange.has_body


def _is_within(position: Position, last: Ends) -> bool:
    return position.record <= last.get(position.segment, 0)
