"""The tables that the archive alone makes by today's code, in a file that is thrown away."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.clock import SystemClock
from nof1_tracker.database.connection import UnitOfWork, create_db_engine
from nof1_tracker.database.engine.schema import upgrade
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.records.run_summary import RunSummary
from nof1_tracker.services.reprocess.archived_bodies import ArchivedBodies, Archives
from nof1_tracker.services.reprocess.moved_rows import ORIGIN
from nof1_tracker.services.storing.store_payload import Report


@dataclass(frozen=True, slots=True)
class RebuiltTables:
    """What the archive made.

    Attributes:
        failures: Bodies that could not be read, in words.
    """

    repositories: Repositories
    failures: tuple[str, ...]


@contextmanager
def rebuilt_tables(
    archive: ArchiveFolder, stored: Repositories, report: Report
) -> Iterator[RebuiltTables]:
    """Makes the tables out of what the database has stored of its archive.

    The seasons are those that are set there.

    Raises:
        ArchiveError: The archive cannot be read.
        DatabaseError: The temporary file cannot be written.
    """
    with TemporaryDirectory(prefix="nof1-verify-") as folder:
        engine = create_db_engine(f"sqlite:///{Path(folder) / 'rebuilt.db'}")
        try:
            upgrade(engine)
            with UnitOfWork(engine, writes=True) as unit:
                unit.repositories.facts.replace_seasons(stored.facts.seasons())
                unit.commit()
            until = stored.archives.positions(archive.identity.id)
            summary = RunSummary(ORIGIN, str(archive.path))
            archives = Archives([archive], until=until)
            bodies = ArchivedBodies(
                engine, SystemClock(), archives, summary, report, is_new=True
            )
            bodies.read_again()
            with UnitOfWork(engine) as unit:
                yield RebuiltTables(unit.repositories, tuple(summary.failures))
        finally:
            engine.dispose()
