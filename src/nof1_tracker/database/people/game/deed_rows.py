"""Stores on which days players were here or first, and which cards they shared."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from nof1_tracker.database.people.game.deed_tables import (
    NumberOneDayRow,
    SharedCardRow,
    SignInDayRow,
)


class DeedRows:
    """What players did; each is stored once, and returns whether it is new."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def sign_in(self, user_id: UUID, day: date, now: datetime) -> bool:
        """Notes a day of UTC on which the player was here."""
        return self._note(SignInDayRow, user_id, now, day=day)

    def has_signed_in(self, user_id: UUID, day: date) -> bool:
        """Whether the player was here on that day."""
        row = SignInDayRow
        query = select(row.id).where(row.user_id == user_id, row.day == day)
        return self._session.scalar(query) is not None

    def sign_ins(self, user_id: UUID) -> frozenset[date]:
        """The days on which the player was here."""
        row = SignInDayRow
        query = select(row.day).where(row.user_id == user_id)
        return frozenset(self._session.scalars(query))

    def lead(self, user_id: UUID, day: date, now: datetime) -> bool:
        """Notes a day of UTC that ended with the player first of all."""
        return self._note(NumberOneDayRow, user_id, now, day=day)

    def days_number_one(self, user_id: UUID) -> int:
        """How many days ended with the player first of all."""
        return self._count(NumberOneDayRow, user_id)

    def last_lead(self) -> date | None:
        """The last day that ended with a player first of all; None before the first."""
        return self._session.scalar(select(func.max(NumberOneDayRow.day)))

    def share(self, user_id: UUID, game_id: UUID, now: datetime) -> bool:
        """Notes that the player shared the card of a game."""
        return self._note(SharedCardRow, user_id, now, game_id=game_id)

    def cards_shared(self, user_id: UUID) -> int:
        """How many games the player shared the card of."""
        return self._count(SharedCardRow, user_id)

    def _note(
        self, table: type[Any], user_id: UUID, now: datetime, **what: object
    ) -> bool:
        dialect = self._session.get_bind().dialect.name
        insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
        new = insert(table).values(id=uuid4(), user_id=user_id, created_at=now, **what)
        keys = ("user_id", *what)
        statement = new.on_conflict_do_nothing(index_elements=keys)
        return bool(self._session.execute(statement.returning(table.id)).all())

    def _count(self, table: type[Any], user_id: UUID) -> int:
        query = select(func.count(table.id)).where(table.user_id == user_id)
        return self._session.execute(query).scalar_one()
