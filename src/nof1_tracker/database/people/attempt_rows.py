"""Counts attempts that failed."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from nof1_tracker.database.people.people_tables import SignInAttemptRow as Attempt


class Counted(NamedTuple):
    """How many failed, and when the last one did."""

    failures: int
    last_at: datetime


class AttemptRows:
    """Attempts that failed, by a keyed digest of what is slowed down."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def count_of(self, key: str, now: datetime) -> Counted:
        """What is counted; nobody else counts it until this unit ends."""
        dialect = self._session.get_bind().dialect.name
        insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
        first = insert(Attempt).values(key=key, failures=0, last_at=now)
        self._session.execute(first.on_conflict_do_nothing(index_elements=["key"]))
        query = select(Attempt.failures, Attempt.last_at).where(Attempt.key == key)
        return Counted(*self._session.execute(query.with_for_update()).one())

    def put(self, key: str, failures: int, now: datetime) -> None:
        """Sets how many have failed, the last one now."""
        statement = update(Attempt).where(Attempt.key == key)
        self._session.execute(statement.values(failures=failures, last_at=now))

    def take_back(self, key: str) -> None:
        """Counts one attempt less: it did not fail."""
        self._session.execute(
            update(Attempt)
            .where(Attempt.key == key, Attempt.failures > 0)
            .values(failures=Attempt.failures - 1)
        )

    def forget(self, key: str) -> None:
        """Counts from nothing again."""
        self._session.execute(delete(Attempt).where(Attempt.key == key))

    def forget_before(self, time: datetime) -> None:
        """Forgets what last failed before that time."""
        self._session.execute(delete(Attempt).where(Attempt.last_at < time))
