"""Stores and finds sessions."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session as OrmSession

from nof1_tracker.database.people.people_tables import SessionRow, UserRow
from nof1_tracker.database.people.user_rows import user_of
from nof1_tracker.records.people.people import Session, User
from nof1_tracker.records.people.vocabularies import SessionKind


class FoundSession(NamedTuple):
    """A session and whose it is."""

    session: Session
    user: User


class SessionRows:
    """Sessions, by the digest of their secret."""

    def __init__(self, session: OrmSession) -> None:
        self._session = session

    def add(
        self,
        user_id: UUID,
        kind: SessionKind,
        digest: str,
        times: tuple[datetime, datetime],
        user_agent: str | None,
    ) -> Session:
        """Stores a new session.

        Args:
            times: When it begins, and when it ends by itself.
        """
        now, expires_at = times
        row = SessionRow(
            user_id=user_id,
            kind=kind,
            token_digest=digest,
            created_at=now,
            last_used_at=now,
            expires_at=expires_at,
            user_agent=user_agent,
        )
        self._session.add(row)
        self._session.flush()
        return _session_of(row)

    def find(self, digest: str) -> FoundSession | None:
        """The session with that secret; None if it was ended, or never was."""
        query = (
            select(SessionRow, UserRow)
            .join(UserRow, UserRow.id == SessionRow.user_id)
            .where(SessionRow.token_digest == digest)
        )
        found = self._session.execute(query).first()
        return found and FoundSession(_session_of(found[0]), user_of(found[1]))

    def of_user(self, user_id: UUID) -> Sequence[Session]:
        """A person's sessions, the one that was used last first."""
        query = (
            select(SessionRow)
            .where(SessionRow.user_id == user_id)
            .order_by(SessionRow.last_used_at.desc(), SessionRow.id)
        )
        return [_session_of(row) for row in self._session.scalars(query)]

    def note_use(self, session_id: UUID, now: datetime) -> None:
        """Notes that it was used now."""
        self._session.execute(
            update(SessionRow)
            .where(SessionRow.id == session_id)
            .values(last_used_at=now)
        )

    def end(self, user_id: UUID, session_id: UUID) -> bool:
        """Ends a session of that person; False if there is no such one."""
        statement = delete(SessionRow).where(
            SessionRow.id == session_id, SessionRow.user_id == user_id
        )
        return bool(self._session.execute(statement.returning(SessionRow.id)).all())

    def end_all(self, user_id: UUID, but: UUID | None = None) -> None:
        """Ends the sessions of that person, but one."""
        statement = delete(SessionRow).where(SessionRow.user_id == user_id)
        if but is not None:
            statement = statement.where(SessionRow.id != but)
        self._session.execute(statement)

    def forget_expired(self, now: datetime) -> None:
        """Deletes those that have ended by themselves."""
        self._session.execute(delete(SessionRow).where(SessionRow.expires_at <= now))


def _session_of(row: SessionRow) -> Session:
    return Session(
        id=row.id,
        kind=row.kind,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        user_agent=row.user_agent,
    )
