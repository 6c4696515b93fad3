"""Use case: parse what was rejected, or all that is stored, with the current code."""

from dataclasses import dataclass, field

from nof1_tracker.clock import Clock
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.records.run_summary import RunSummary
from nof1_tracker.scraper.wire.payload_rows import UNTIMELY
from nof1_tracker.services.reprocess.archived_bodies import ArchivedBodies, Archives
from nof1_tracker.services.reprocess.moved_rows import ORIGIN, store_rejected
from nof1_tracker.services.reprocess.stored_rows import reprocess_stored
from nof1_tracker.services.storing.store_payload import Report


@dataclass
class Reprocessed:
    """The result of parsing rows and bodies again.

    Attributes:
        passed: How many of the rejected are now stored and no longer kept as rejected.
        left: How many of them are still not understood, or only in part.
        summary: The rows stored, by kind.
    """

    passed: int = 0
    left: int = 0
    summary: RunSummary = field(default_factory=lambda: RunSummary(ORIGIN, ""))


def reprocess(
    engine: Engine,
    clock: Clock,
    report: Report = lambda _: None,
    *,
    everything: bool = False,
    archives: Archives | None = None,
) -> Reprocessed:
    """Parses everything that was rejected again, each in its own transaction.

    What it stores is not news: no event is made of it.

    Args:
        everything: Whether all that is stored is parsed again too.
        archives: What is read again, too, before the rows that are stored.

    What is not fully understood stays rejected. The parts that are understood are
    stored, which changes nothing if they were stored before.

    Raises:
        ArchiveError: The database does not know an archive, or it cannot be read.
        DatabaseError: The database failed; what passed so far stays stored.
    """
    done, started = Reprocessed(), clock.monotonic()
    with UnitOfWork(engine) as unit:
        row_ids = unit.repositories.journal.rejected_ids()
    for count, row_id in enumerate(row_ids, start=1):
        report(f"reprocessing {count:,} of {len(row_ids):,}")
        _retry(engine, clock, row_id, done)
    if archives is not None and archives.folders:
        ArchivedBodies(engine, clock, archives, done.summary, report).read_again()
    if everything:
        reprocess_stored(engine, clock, done.summary, report)
    done.summary.seconds = clock.monotonic() - started
    return done


def _retry(engine: Engine, clock: Clock, row_id: int, done: Reprocessed) -> None:
    started = clock.monotonic()
    with UnitOfWork(engine, writes=True) as unit:
        repositories = unit.repositories
        rejected = repositories.journal.rejected(row_id)
        if rejected is None:
            return
        if rejected.reason.endswith(UNTIMELY):
            # When it was observed is not kept of old ones, and its time may have come.
            done.left += 1
            return
        passes, stored = store_rejected(repositories, row_id, rejected)
        unit.commit()
    done.passed += passes
    done.left += not passes
    seconds = (clock.monotonic() - started) / len(stored)
    for each in stored:
        done.summary.add_payload(each.parsed, each.rows, seconds)
