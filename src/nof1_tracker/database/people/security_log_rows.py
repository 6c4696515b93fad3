"""Writes and reads the security log."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from nof1_tracker.database.people.people_tables import SecurityEventRow
from nof1_tracker.records.people.people import SecurityEvent
from nof1_tracker.records.people.vocabularies import SecurityEventKind


class SecurityLogRows:
    """What happened to accounts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def note(
        self,
        kind: SecurityEventKind,
        user_id: UUID | None,
        address_key: str | None,
        now: datetime,
    ) -> None:
        """Notes what happens now."""
        row = SecurityEventRow(
            kind=kind, user_id=user_id, address_key=address_key, occurred_at=now
        )
        self._session.add(row)
        self._session.flush()

    def of_user(self, user_id: UUID, limit: int) -> Sequence[SecurityEvent]:
        """What lately happened to that account, the newest first."""
        query = (
            select(SecurityEventRow.occurred_at, SecurityEventRow.kind)
            .where(SecurityEventRow.user_id == user_id)
            .order_by(SecurityEventRow.occurred_at.desc(), SecurityEventRow.id)
            .limit(limit)
        )
        return [SecurityEvent(*row) for row in self._session.execute(query)]

    def forget_before(self, time: datetime) -> None:
        """Deletes what happened before that time."""
        self._session.execute(
            delete(SecurityEventRow).where(SecurityEventRow.occurred_at < time)
        )
