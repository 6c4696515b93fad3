"""The tables of people, which do not belong to the record.

On PostgreSQL they are in the schema `people`: what may be read in `public`, such as by
the role of Grafana, says nothing about them. SQLite has one schema for all tables.
They have metadata of their own, so that nothing that walks through the record's tables,
such as a copy, an export or a dataset, comes upon them.
"""

from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    MetaData,
    String,
    UniqueConstraint,
    Uuid,
    false,
    true,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from nof1_tracker.clock import utc_now
from nof1_tracker.database.engine.column_types import UtcDateTime, text_enum
from nof1_tracker.database.models import Base, Updated
from nof1_tracker.records.people.vocabularies import SecurityEventKind, SessionKind

PEOPLE_SCHEMA: Final = "people"
_DIGEST = 64
"""Characters of a SHA-256 digest in hexadecimal."""
_TIMES = "expires_at > created_at"


class PeopleBase(DeclarativeBase):
    """Base class of people's tables."""

    metadata = MetaData(
        schema=PEOPLE_SCHEMA, naming_convention=Base.metadata.naming_convention
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        UUID: Uuid(),
    }


class Identified:
    """Adds a key that nobody can guess, nor count up."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4, sort_order=-2)
    """Random UUID."""


class OfUser(Identified):
    """Adds whose the row is: it goes when the account is deleted."""

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey(f"{PEOPLE_SCHEMA}.users.id", ondelete="CASCADE"),
        index=True,
        sort_order=-1,
    )
    """Whose it is."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    """When it was made (our clock)."""


class UserRow(Identified, Updated, PeopleBase):
    """A person with an account."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("length(username) >= 3", name="ck_users_username_length"),
        CheckConstraint(
            "email LIKE '%_@_%._%' AND email NOT LIKE '% %'",
            name="ck_users_email_format",
        ),
        UniqueConstraint("username_key"),
        UniqueConstraint("email_key"),
        Index("ix_users_is_active", "is_active"),
    )

    username: Mapped[str] = mapped_column(String(30))
    """Name as it is shown, in NFKC; at least 3 characters."""
    username_key: Mapped[str] = mapped_column(String(90))
    """The name by which it is found: casefolded. It is unique."""
    email: Mapped[str] = mapped_column(String(254))
    """E-mail address to which letters go."""
    email_key: Mapped[str] = mapped_column(String(254))
    """The address by which it is found: casefolded. It is unique."""
    password_hash: Mapped[str] = mapped_column(String(255))
    """Argon2id hash of the password, with its parameters and its salt."""
    is_admin: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the person may look after other accounts."""
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    """False for one who may not sign in."""
    password_changed_at: Mapped[datetime] = mapped_column(default=utc_now)
    """When the password was last set (our clock)."""
    last_signed_in_at: Mapped[datetime | None]
    """When the person last signed in (our clock); NULL if never."""


class SessionRow(OfUser, PeopleBase):
    """A browser or program that is signed in; the row goes when it signs out."""

    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint(_TIMES, name="ck_sessions_expires_later"),
        UniqueConstraint("token_digest"),
        Index("ix_sessions_expires_at", "expires_at"),
    )

    kind: Mapped[SessionKind] = mapped_column(text_enum(SessionKind, "session_kind"))
    """What is signed in."""
    token_digest: Mapped[str] = mapped_column(String(_DIGEST))
    """SHA-256 digest of the secret that the browser holds."""
    expires_at: Mapped[datetime]
    """When it ends by itself (our clock)."""
    last_used_at: Mapped[datetime] = mapped_column(default=utc_now)
    """When it was last used, to within a minute (our clock)."""
    user_agent: Mapped[str | None] = mapped_column(String(200))
    """What the browser or program calls itself; NULL if it does not say."""


class ApiTokenRow(OfUser, PeopleBase):
    """A token with which a program asks in the name of a person."""

    __tablename__ = "api_tokens"
    __table_args__ = (
        CheckConstraint(_TIMES, name="ck_api_tokens_expires_later"),
        UniqueConstraint("token_digest"),
    )

    name: Mapped[str] = mapped_column(String(100))
    """What the person calls it."""
    prefix: Mapped[str] = mapped_column(String(20))
    """How it begins, by which the person knows it again."""
    token_digest: Mapped[str] = mapped_column(String(_DIGEST))
    """SHA-256 digest of the token."""
    scopes: Mapped[str] = mapped_column(String(100))
    """What it may be used for: words with a space between them."""
    expires_at: Mapped[datetime]
    """When it ends by itself (our clock)."""
    last_used_at: Mapped[datetime | None]
    """When it was last used, to within a minute (our clock); NULL if never."""


class PasswordResetTokenRow(OfUser, PeopleBase):
    """A token that sets a new password, once, within a day."""

    __tablename__ = "password_reset_tokens"
    __table_args__ = (
        CheckConstraint(_TIMES, name="ck_password_reset_tokens_expires_later"),
        CheckConstraint(
            "expires_at <= created_at + interval '24 hours'",
            name="ck_password_reset_tokens_within_a_day",
        ).ddl_if("postgresql"),
        CheckConstraint(
            "strftime('%s', expires_at) - strftime('%s', created_at) <= 86400",
            name="ck_password_reset_tokens_within_a_day",
        ).ddl_if("sqlite"),
        UniqueConstraint("token_digest"),
    )

    token_digest: Mapped[str] = mapped_column(String(_DIGEST))
    """SHA-256 digest of the token."""
    expires_at: Mapped[datetime]
    """When it ends by itself, at most 24 hours after it was made (our clock)."""
    used_at: Mapped[datetime | None]
    """When it was used (our clock); NULL if it was not."""


class SignInAttemptRow(PeopleBase):
    """Sign-ins that lately failed, of one account or from one address."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        CheckConstraint("failures >= 0", name="ck_sign_in_attempts_failures"),
        Index("ix_sign_in_attempts_last_at", "last_at"),
    )

    key: Mapped[str] = mapped_column(String(_DIGEST), primary_key=True)
    """Keyed digest (HMAC-SHA-256) of the account's name, or of the address."""
    failures: Mapped[int] = mapped_column(default=0)
    """How many failed since the last one that did not."""
    last_at: Mapped[datetime]
    """When the last of them was (our clock)."""


class SecurityEventRow(Identified, PeopleBase):
    """What happened to an account; it stays when the account is deleted."""

    __tablename__ = "security_events"
    __table_args__ = (
        Index("ix_security_events_user_id", "user_id", "occurred_at"),
        Index("ix_security_events_occurred_at", "occurred_at"),
    )

    occurred_at: Mapped[datetime] = mapped_column(default=utc_now)
    """When (our clock)."""
    kind: Mapped[SecurityEventKind] = mapped_column(
        text_enum(SecurityEventKind, "security_event_kind")
    )
    """What."""
    user_id: Mapped[UUID | None]
    """The account's id, also once the account is gone; NULL where none is meant."""
    address_key: Mapped[str | None] = mapped_column(String(_DIGEST))
    """Keyed digest of the address that asked; NULL on the command line."""
