"""Stores and finds people."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, or_, select, text, update
from sqlalchemy.orm import Session

from nof1_tracker.database.people.people_tables import PEOPLE_SCHEMA, UserRow
from nof1_tracker.records.people.people import User


class Credentials(NamedTuple):
    """A person with the hash that is compared, which nothing else needs."""

    user: User
    password_hash: str


class UserRows:
    """People, by their name, address or id."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        username: tuple[str, str],
        email: tuple[str, str],
        password_hash: str,
        now: datetime,
        *,
        is_admin: bool = False,
    ) -> User:
        """Stores a new person.

        Args:
            username: As it is shown, and as it is found.
            email: As letters go to it, and as it is found.
        """
        row = UserRow(
            username=username[0],
            username_key=username[1],
            email=email[0],
            email_key=email[1],
            password_hash=password_hash,
            is_admin=is_admin,
            is_active=True,
            created_at=now,
            password_changed_at=now,
        )
        self._session.add(row)
        self._session.flush()
        return user_of(row)

    def hold_names(self) -> None:
        """Lets nobody else take a name or an address until this transaction ends.

        On SQLite a writing transaction is alone in any case.
        """
        if self._session.get_bind().dialect.name == "postgresql":
            table = f"{PEOPLE_SCHEMA}.{UserRow.__tablename__}"
            held = text(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
            self._session.execute(held)

    def has_name(self, username_key: str) -> bool:
        """Whether somebody has that name."""
        query = select(UserRow.id).where(UserRow.username_key == username_key)
        return self._session.scalar(query) is not None

    def has_address(self, email_key: str) -> bool:
        """Whether somebody has that address."""
        query = select(UserRow.id).where(UserRow.email_key == email_key)
        return self._session.scalar(query) is not None

    def find(self, username_key: str, email_key: str) -> Credentials | None:
        """The person of that name or address; None if there is nobody."""
        query = select(UserRow).where(
            or_(UserRow.username_key == username_key, UserRow.email_key == email_key)
        )
        return self._found(self._session.scalar(query))

    def get(self, user_id: UUID) -> Credentials | None:
        """The person; None once the account is deleted."""
        return self._found(self._session.get(UserRow, user_id))

    def all(self) -> Sequence[User]:
        """Everybody, by name."""
        rows = self._session.scalars(select(UserRow).order_by(UserRow.username_key))
        return [user_of(row) for row in rows]

    def set_password(self, user_id: UUID, password_hash: str, now: datetime) -> None:
        """Replaces the password."""
        self._change(user_id, password_hash=password_hash, password_changed_at=now)

    def rehash(self, user_id: UUID, password_hash: str) -> None:
        """Replaces the hash; the password stays."""
        self._change(user_id, password_hash=password_hash)

    def note_sign_in(self, user_id: UUID, now: datetime) -> None:
        """Notes when the person last signed in."""
        self._change(user_id, last_signed_in_at=now)

    def delete(self, user_id: UUID) -> None:
        """Deletes the person with all that is theirs."""
        self._session.execute(delete(UserRow).where(UserRow.id == user_id))

    def _change(self, user_id: UUID, **values: object) -> None:
        statement = update(UserRow).where(UserRow.id == user_id).values(**values)
        self._session.execute(statement)

    @staticmethod
    def _found(row: UserRow | None) -> Credentials | None:
        return None if row is None else Credentials(user_of(row), row.password_hash)


def user_of(row: UserRow) -> User:
    """The row as a record."""
    return User(
        id=row.id,
        username=row.username,
        email=row.email,
        is_admin=row.is_admin,
        is_active=row.is_active,
        created_at=row.created_at,
        last_signed_in_at=row.last_signed_in_at,
    )
