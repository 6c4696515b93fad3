"""Stores which archives a database stores from, and how far it has come in each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Table, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from nof1_tracker.database.archive_models import ArchivePosition, ArchiveRow
from nof1_tracker.database.models import ScrapeRun

_POSITIONS: Final = cast("Table", ArchivePosition.__table__)
"""Asked for with each body: without the ORM it takes half the time."""
_NOT_HALF_MADE = (ArchivePosition.segment.is_not(None), ScrapeRun.id.is_not(None))


class ArchiveRepository:
    """Archives, and positions in their segments."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def is_known(self, archive_id: str) -> bool:
        """True if this database stores from the archive."""
        query = select(exists().where(ArchiveRow.id == archive_id))
        return bool(self._session.execute(query).scalar_one())

    def remember(
        self, archive_id: str, site: str, at: datetime, *, simulated: bool
    ) -> None:
        """Stores from this archive from now on; nothing happens if it does already."""
        values = {
            "id": archive_id,
            "site": site,
            "simulated": simulated,
            "first_used_at": at,
        }
        self._insert_new(cast("Table", ArchiveRow.__table__), values)

    def sites(self) -> Sequence[tuple[str, bool]]:
        """Each site whose archive is stored from, and whether it is simulated."""
        query = select(ArchiveRow.site, ArchiveRow.simulated).distinct()
        rows = self._session.execute(query.order_by(ArchiveRow.site))
        return [(site, simulated) for site, simulated in rows]

    def positions(self, archive_id: str) -> Mapping[str, int]:
        """Number of the last record that is stored, by segment."""
        query = select(ArchivePosition.segment, ArchivePosition.record).where(
            ArchivePosition.archive_id == archive_id
        )
        return {row.segment: row.record for row in self._session.execute(query)}

    def lacks_past(self) -> bool:
        """True if a run had ended before this database had an archive."""
        begun = select(func.min(ArchiveRow.first_used_at)).scalar_subquery()
        earlier = or_(begun.is_(None), ScrapeRun.finished_at < begun)
        query = select(exists().where(ScrapeRun.finished_at.is_not(None), earlier))
        return bool(self._session.execute(query).scalar_one())

    def is_half_made(self) -> bool:
        """True if rows were being made out of archives, and that broke off.

        The archives are known from its beginning, positions from its end on; it is not
        a run.
        """
        has = [select(exists().where(each)) for each in _NOT_HALF_MADE]
        begun = select(exists().where(ArchiveRow.id.is_not(None)))
        return bool(self._session.scalar(begun)) and not any(
            map(self._session.scalar, has)
        )

    def unrecorded(self) -> tuple[int, datetime | None]:
        """Bodies that were stored without being recorded, and when that last happened."""
        query = select(
            func.sum(ScrapeRun.unrecorded), func.max(ScrapeRun.finished_at)
        ).where(ScrapeRun.unrecorded > 0)
        bodies, last = self._session.execute(query).one()
        return int(bodies or 0), last

    def position(self, segment: str) -> int:
        """Number of the last record of the segment that is stored; 0 before the first."""
        query = select(_POSITIONS.c.record).where(_POSITIONS.c.segment == segment)
        return self._session.execute(query).scalar_one_or_none() or 0

    def advance(
        self, archive_id: str, segment: str, before: int, record: int, at: datetime
    ) -> bool:
        """Moves the position from one record to another; False if it is elsewhere.

        Part of the transaction that stores the record, so that each record is stored
        exactly once, even if others store it at the same time.

        Args:
            before: Record that the caller found stored last; 0 if none.
            at: Our clock.
        """
        if before == 0:
            values = {
                "segment": segment,
                "archive_id": archive_id,
                "record": record,
                "stored_at": at,
            }
            return self._insert_new(_POSITIONS, values)
        columns = _POSITIONS.c
        moved = self._session.execute(
            update(_POSITIONS)
            .where(columns.segment == segment, columns.record == before)
            .values(record=record, stored_at=at)
        )
        return cast("CursorResult[Any]", moved).rowcount == 1

    def _insert_new(self, table: Table, values: Mapping[str, Any]) -> bool:
        """Inserts the row; False if there is one with its key."""
        is_sqlite = self._session.get_bind().dialect.name == "sqlite"
        make = sqlite.insert if is_sqlite else postgresql.insert
        statement = make(table).values(**values).on_conflict_do_nothing()
        made = self._session.execute(statement)
        return cast("CursorResult[Any]", made).rowcount == 1
