"""Stores and finds API tokens, and tokens that reset a password."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from nof1_tracker.database.people.people_tables import (
    ApiTokenRow,
    PasswordResetTokenRow,
    UserRow,
)
from nof1_tracker.database.people.user_rows import user_of
from nof1_tracker.records.people.people import ApiToken, User
from nof1_tracker.records.people.vocabularies import Scope


class FoundToken(NamedTuple):
    """An API token and whose it is."""

    token: ApiToken
    user: User


class TokenRows:
    """Tokens, by their digest."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        user_id: UUID,
        name: str,
        made: tuple[str, str],
        scopes: Sequence[Scope],
        times: tuple[datetime, datetime],
    ) -> ApiToken:
        """Stores a new API token.

        Args:
            made: How it begins, and its digest.
            times: When it begins, and when it ends by itself.
        """
        row = ApiTokenRow(
            user_id=user_id,
            name=name,
            prefix=made[0],
            token_digest=made[1],
            scopes=" ".join(scopes),
            created_at=times[0],
            expires_at=times[1],
        )
        self._session.add(row)
        self._session.flush()
        return _token_of(row)

    def find(self, digest: str) -> FoundToken | None:
        """The API token; None if it was revoked, or never was."""
        query = (
            select(ApiTokenRow, UserRow)
            .join(UserRow, UserRow.id == ApiTokenRow.user_id)
            .where(ApiTokenRow.token_digest == digest)
        )
        found = self._session.execute(query).first()
        return found and FoundToken(_token_of(found[0]), user_of(found[1]))

    def of_user(self, user_id: UUID) -> Sequence[ApiToken]:
        """A person's API tokens, the newest first."""
        query = (
            select(ApiTokenRow)
            .where(ApiTokenRow.user_id == user_id)
            .order_by(ApiTokenRow.created_at.desc(), ApiTokenRow.id)
        )
        return [_token_of(row) for row in self._session.scalars(query)]

    def note_use(self, token_id: UUID, now: datetime) -> None:
        """Notes that it was used now."""
        self._session.execute(
            update(ApiTokenRow)
            .where(ApiTokenRow.id == token_id)
            .values(last_used_at=now)
        )

    def revoke(self, user_id: UUID, token_id: UUID) -> bool:
        """Deletes an API token of that person; False if there is no such one."""
        statement = delete(ApiTokenRow).where(
            ApiTokenRow.id == token_id, ApiTokenRow.user_id == user_id
        )
        return bool(self._session.execute(statement.returning(ApiTokenRow.id)).all())

    def revoke_all(self, user_id: UUID) -> None:
        """Deletes all API tokens of that person."""
        self._session.execute(delete(ApiTokenRow).where(ApiTokenRow.user_id == user_id))

    def add_reset(
        self, user_id: UUID, digest: str, times: tuple[datetime, datetime]
    ) -> None:
        """Stores a token that resets the password, in the place of earlier ones."""
        self.forget_resets(user_id)
        row = PasswordResetTokenRow(
            user_id=user_id,
            token_digest=digest,
            created_at=times[0],
            expires_at=times[1],
        )
        self._session.add(row)
        self._session.flush()

    def use_reset(self, digest: str, now: datetime) -> UUID | None:
        """Whose password the token resets, once: None if it cannot any more."""
        statement = (
            update(PasswordResetTokenRow)
            .where(
                PasswordResetTokenRow.token_digest == digest,
                PasswordResetTokenRow.used_at.is_(None),
                PasswordResetTokenRow.expires_at > now,
            )
            .values(used_at=now)
            .returning(PasswordResetTokenRow.user_id)
        )
        return self._session.execute(statement).scalar()

    def forget_resets(self, user_id: UUID) -> None:
        """Deletes the tokens that would reset that person's password."""
        self._session.execute(
            delete(PasswordResetTokenRow).where(
                PasswordResetTokenRow.user_id == user_id
            )
        )


def _token_of(row: ApiTokenRow) -> ApiToken:
    return ApiToken(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        scopes=tuple(Scope(word) for word in row.scopes.split()),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )
