"""Ends and lists sessions, and shows what lately happened to an account."""

from collections.abc import Sequence
from uuid import UUID

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.identity.lifetimes import has_ended
from nof1_tracker.records.people.people import (
    Asking,
    SecurityEvent,
    Session,
    SignedIn,
    User,
)
from nof1_tracker.records.people.vocabularies import SecurityEventKind
from nof1_tracker.services.sign_in.sign_in_services import SignInServices

_EVENTS = 20


def sign_out(services: SignInServices, who: SignedIn, asking: Asking) -> None:
    """Ends the session that asks.

    Raises:
        DatabaseError: The database cannot be used.
    """
    if who.session_id is not None:
        _end(services, who.user, who.session_id, SecurityEventKind.SIGNED_OUT, asking)


def end_session(
    services: SignInServices, user: User, session_id: UUID, asking: Asking
) -> None:
    """Ends one of the person's sessions.

    Raises:
        ConfigurationError: The person has no such session.
        DatabaseError: The database cannot be used.
    """
    ended = SecurityEventKind.SESSION_ENDED
    if not _end(services, user, session_id, ended, asking):
        raise ConfigurationError(
            "You have no such session.", "It may have ended already."
        )


def list_sessions(services: SignInServices, user: User) -> Sequence[Session]:
    """The person's sessions that have not ended, the one that was used last first.

    Raises:
        DatabaseError: The database cannot be used.
    """
    now = services.clock.now()
    with services.reading() as unit:
        found = unit.sessions.of_user(user.id)
    return [
        session
        for session in found
        if not has_ended(session.expires_at, session.last_used_at, now)
    ]


def recent_events(services: SignInServices, user: User) -> Sequence[SecurityEvent]:
    """What lately happened to the account, the newest first.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with services.reading() as unit:
        return unit.log.of_user(user.id, _EVENTS)


def _end(
    services: SignInServices,
    user: User,
    session_id: UUID,
    kind: SecurityEventKind,
    asking: Asking,
) -> bool:
    with services.writing() as unit:
        was_there = unit.sessions.end(user.id, session_id)
        if was_there:
            services.note(unit, kind, user, asking)
        unit.commit()
    return was_there
