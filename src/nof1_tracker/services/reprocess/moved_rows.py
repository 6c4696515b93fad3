"""Stores rows that were rejected as another account's, once the accounts are one."""

from dataclasses import replace
from datetime import datetime

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.parsed import ParsedPayload, Rejected
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.records.status import StoredRejected
from nof1_tracker.scraper.parse import parse_payload
from nof1_tracker.scraper.wire.shapes import body_of
from nof1_tracker.services.storing.keep_first_account import MOVED
from nof1_tracker.services.storing.store_records import StoredPayload, store_records

ORIGIN = "reprocess"


def retry_moved(engine: Engine) -> None:
    """Stores the rejected rows whose two accounts are one by now, as no news.

    Raises:
        DatabaseError: The database failed; what passed so far stays stored.
    """
    with UnitOfWork(engine) as unit:
        row_ids = unit.repositories.journal.rejected_ids(MOVED)
    for row_id in row_ids:
        with UnitOfWork(engine, writes=True) as unit:
            rejected = unit.repositories.journal.rejected(row_id)
            if rejected and store_rejected(unit.repositories, row_id, rejected)[0]:
                unit.commit()


def store_rejected(
    repositories: Repositories, row_id: int, rejected: StoredRejected
) -> tuple[bool, list[StoredPayload]]:
    """Stores what today's code understands of a rejected row, once per observation.

    Returns:
        Whether it is understood as a whole, and no longer rejected; and what each of
        its observations stored.
    """
    before = repositories.changes.reached()
    read = [_parse(rejected, at) for at in rejected.observed_at]
    passes = all(each.fetched > 0 and not _faults(each, rejected) for each in read)
    stored = [store_records(repositories, _without_faults(each)) for each in read]
    passes = passes and not any(each.parsed.rejected for each in stored)
    if passes:
        repositories.journal.accept(row_id)
    repositories.events.skip(before, repositories.changes.reached())
    return passes, stored


def _faults(parsed: ParsedPayload, rejected: StoredRejected) -> list[Rejected]:
    """Why it is still not understood; of a moved row, its bad parts are kept already."""
    is_moved = MOVED in rejected.reason
    return [each for each in parsed.rejected if not (is_moved and each.is_partial)]


def _without_faults(parsed: ParsedPayload) -> ParsedPayload:
    """Its faults are kept already, under the reason that was found at the time."""
    return replace(parsed, rejected=(), rejected_rows=0, rejected_parts=0, traits=())


def _parse(rejected: StoredRejected, observed_at: datetime | None) -> ParsedPayload:
    """The row or body, parsed now; the time of fetching dates rows without a time."""
    known = set(Endpoint)
    endpoint = Endpoint(rejected.endpoint) if rejected.endpoint in known else None
    return parse_payload(
        RawPayload(
            body=body_of(endpoint, rejected.original),
            origin=rejected.origin,
            captured_at=rejected.first_seen_at,
            transport=ORIGIN,
            endpoint=endpoint,
            observed_at=observed_at,
        )
    )
