"""People, and what is theirs."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from nof1_tracker.records.people.vocabularies import (
    Scope,
    SecurityEventKind,
    SessionKind,
)


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account; the password is not part of it."""

    id: UUID
    username: str
    email: str
    is_admin: bool
    is_active: bool
    created_at: datetime
    last_signed_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    """A browser or a program that is signed in."""

    id: UUID
    kind: SessionKind
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime
    user_agent: str | None


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token of a program, of which only the beginning is known."""

    id: UUID
    name: str
    prefix: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class SecurityEvent:
    """What happened to an account."""

    occurred_at: datetime
    kind: SecurityEventKind


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who asks.

    Attributes:
        session_id: The session; None for an API token.
        scopes: What may be done; a session may do everything.
    """

    user: User
    session_id: UUID | None
    scopes: tuple[Scope, ...]


@dataclass(frozen=True, slots=True)
class Asking:
    """Where a request comes from.

    Attributes:
        address: IP address; None on the command line.
        user_agent: What the program calls itself; None if it does not say.
    """

    address: str | None = None
    user_agent: str | None = None
