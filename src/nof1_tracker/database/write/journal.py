"""Stores runs, rejected payloads, and what need not be fetched again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any, cast

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from nof1_tracker.database.models import RejectedPayload, ScrapeRun, SourceValidator
from nof1_tracker.records.enums import RunStatus
from nof1_tracker.records.parsed import Rejected
from nof1_tracker.records.status import StoredRejected

_POSTGRESQL = (func.least, func.greatest)
MAX_VALIDATOR = 500
"""Most characters of a URL or an ETag that the columns hold."""


class JournalRepository:
    """Runs, rejected payloads and ETags."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def start_run(self, started_at: datetime, transport: str, origin: str) -> int:
        """Records that a run started; returns its id."""
        return self._session.execute(
            insert(ScrapeRun)
            .values(
                started_at=started_at,
                transport=transport,
                origin=origin,
                status=RunStatus.RUNNING,
            )
            .returning(ScrapeRun.id)
        ).scalar_one()

    def finish_run(
        self,
        run_id: int,
        *,
        finished_at: datetime,
        seconds: float,
        transport: str,
        status: RunStatus,
        counts: Sequence[Mapping[str, Any]],
        error: str | None,
        unrecorded: int = 0,
    ) -> None:
        """Records how a run ended."""
        self._session.execute(
            update(ScrapeRun)
            .where(ScrapeRun.id == run_id)
            .values(
                finished_at=finished_at,
                duration_seconds=Decimal(str(round(seconds, 3))),
                transport=transport,
                status=status,
                counts=list(counts),
                error=error,
                unrecorded=unrecorded,
            )
        )

    def reject(
        self,
        rejected: Iterable[Rejected],
        origin: str,
        seen_at: datetime,
        observed_at: datetime | None,
    ) -> None:
        """Stores what could not be parsed, each fault once with its count.

        Args:
            seen_at: When it was fetched or imported (our clock).
            observed_at: When it was served (the source's clock), if that is known.
        """
        rows: dict[str, dict[str, Any]] = {}
        for each in rejected:
            digest = _digest(each)
            if digest not in rows:
                rows[digest] = _rejected_row(each, origin, seen_at, observed_at)
            rows[digest]["occurrences"] += 1
        if not rows:
            return
        table = cast("Table", RejectedPayload.__table__)
        is_sqlite = self._session.get_bind().dialect.name == "sqlite"
        statement = (sqlite.insert if is_sqlite else postgresql.insert)(table)
        new = statement.excluded
        earlier, later = (func.min, func.max) if is_sqlite else _POSTGRESQL
        self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["digest"],
                set_={
                    "last_seen_at": seen_at,
                    "occurrences": table.c.occurrences + new.occurrences,
                    **_bounds(table.c, new, earlier, later),
                },
            ),
            [{"digest": digest, **rows[digest]} for digest in sorted(rows)],
        )

    def rejected_ids(self, reason: str = "") -> Sequence[int]:
        """Ids of what is stored as rejected, oldest first; all, or with that reason."""
        query = select(RejectedPayload.id).order_by(RejectedPayload.id)
        if reason:
            query = query.where(RejectedPayload.reason.contains(reason))
        return self._session.scalars(query).all()

    def rejected(self, row_id: int) -> StoredRejected | None:
        """The rejected row or body with that id; None if it no longer exists."""
        row = self._session.get(RejectedPayload, row_id)
        if row is None:
            return None
        return StoredRejected(
            endpoint=row.endpoint,
            reason=row.reason,
            original=row.payload,
            origin=row.origin,
            observed_at=tuple(
                dict.fromkeys((row.first_observed_at, row.last_observed_at))
            ),
            first_seen_at=row.first_seen_at,
        )

    def accept(self, row_id: int) -> None:
        """Removes a rejection, because this transaction stores it after all."""
        self._session.execute(
            delete(RejectedPayload).where(RejectedPayload.id == row_id)
        )

    def validators(self, beginning: str = "") -> dict[str, str]:
        """The ETag of the last stored body, by URL; of those that begin so."""
        query = select(SourceValidator.url, SourceValidator.etag)
        if beginning:
            begins = SourceValidator.url.startswith(beginning, autoescape=True)
            query = query.where(begins)
        return {row.url: row.etag for row in self._session.execute(query)}

    def forget_validator(self, url: str) -> None:
        """Makes the next request for that URL fetch the body, whatever its ETag."""
        self._session.execute(delete(SourceValidator).where(SourceValidator.url == url))

    def note_validator(self, url: str, etag: str, observed_at: datetime) -> None:
        """Stores the ETag of a body that this transaction stores.

        If it is too long, any stored ETag is deleted and the body is fetched again.
        """
        if max(len(url), len(etag)) > MAX_VALIDATOR:
            self.forget_validator(url)
            return
        self._session.merge(
            SourceValidator(url=url, etag=etag, observed_at=observed_at)
        )
        self._session.flush()


def _bounds(
    stored: Any, new: Any, earlier: Callable[..., Any], later: Callable[..., Any]
) -> dict[str, Any]:
    """The first and the last observation; NULL where none has a time."""
    bounds = (("first_observed_at", earlier), ("last_observed_at", later))
    return {
        name: choose(
            func.coalesce(stored[name], new[name]),
            func.coalesce(new[name], stored[name]),
        )
        for name, choose in bounds
    }


def _rejected_row(
    rejected: Rejected, origin: str, seen_at: datetime, observed_at: datetime | None
) -> dict[str, Any]:
    return {
        "endpoint": rejected.endpoint,
        "reason": rejected.reason,
        "payload": rejected.original,
        "origin": origin,
        "first_seen_at": seen_at,
        "last_seen_at": seen_at,
        "first_observed_at": observed_at,
        "last_observed_at": observed_at,
        "occurrences": 0,
        "is_partial": rejected.is_partial,
    }


def _digest(rejected: Rejected) -> str:
    parts = f"{rejected.endpoint}\x1f{rejected.reason}\x1f{rejected.original}"
    return blake2b(parts.encode("utf-8", "replace"), digest_size=16).hexdigest()
