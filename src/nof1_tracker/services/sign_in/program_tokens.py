"""API tokens and JSON Web Tokens, with which programs ask in a person's name."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.identity.json_web_tokens import (
    Claims,
    not_valid,
    read_claims,
    sign_claims,
)
from nof1_tracker.identity.lifetimes import NOTED_EVERY, OF_PROGRAM, token_ends
from nof1_tracker.identity.secret_tokens import (
    API_PREFIX,
    beginning_of,
    digest_of,
    make_api_token,
    make_token,
)
from nof1_tracker.identity.token_scopes import parse_scopes
from nof1_tracker.records.people.people import ApiToken, Asking, SignedIn, User
from nof1_tracker.records.people.vocabularies import (
    Scope,
    SecurityEventKind,
    SessionKind,
)
from nof1_tracker.services.sign_in.sign_in import known_person, note_sign_in
from nof1_tracker.services.sign_in.sign_in_services import SignInServices

_MOST_TOKENS = 20
_LONGEST_NAME = 100


class NewToken(NamedTuple):
    """A token that was just made, with its secret, which is not stored."""

    secret: str
    token: ApiToken


def make_token_for(
    services: SignInServices,
    user: User,
    name: str,
    scopes: Iterable[str],
    days: int,
    asking: Asking,
) -> NewToken:
    """Makes an API token.

    Args:
        name: What the person calls it.
        days: How long it lasts.

    Raises:
        ConfigurationError: The name, a scope or the time cannot be used, or the person
            has too many.
        DatabaseError: The database cannot be used.
    """
    shown = " ".join(name.split())
    if not 1 <= len(shown) <= _LONGEST_NAME or not shown.isprintable():
        raise ConfigurationError(
            "A token needs a name that can be shown.",
            f"Choose one of up to {_LONGEST_NAME} characters.",
        )
    known = parse_scopes(scopes, is_admin=user.is_admin)
    now = services.clock.now()
    times, secret = (now, token_ends(now, days)), make_api_token()
    with services.writing() as unit:
        if len(unit.tokens.of_user(user.id)) >= _MOST_TOKENS:
            raise ConfigurationError(
                f"You have {_MOST_TOKENS} tokens already.", "Revoke one first."
            )
        made = (beginning_of(secret), digest_of(secret))
        token = unit.tokens.add(user.id, shown, made, known, times)
        services.note(unit, SecurityEventKind.TOKEN_MADE, user, asking)
        unit.commit()
    return NewToken(secret, token)


def list_tokens(services: SignInServices, user: User) -> Sequence[ApiToken]:
    """The person's API tokens, the newest first.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with services.reading() as unit:
        return unit.tokens.of_user(user.id)


def revoke_token(
    services: SignInServices, user: User, token_id: UUID, asking: Asking
) -> None:
    """Ends one of the person's API tokens.

    Raises:
        ConfigurationError: The person has no such token.
        DatabaseError: The database cannot be used.
    """
    with services.writing() as unit:
        if not unit.tokens.revoke(user.id, token_id):
            raise ConfigurationError(
                "You have no such token.", "It may be revoked already."
            )
        services.note(unit, SecurityEventKind.TOKEN_REVOKED, user, asking)
        unit.commit()


def issue_web_token(
    services: SignInServices, name: str, password: str, asking: Asking
) -> str:
    """A JSON Web Token of 24 hours, tied to a session of its own.

    Raises:
        SignInError: Name or password is wrong.
        TooManyAttemptsError: Others failed before.
        DatabaseError: The database cannot be used.
    """
    user = known_person(services, name, password, asking)
    secret, now = make_token(), services.clock.now()
    ends = now + OF_PROGRAM
    with services.writing() as unit:
        session = unit.sessions.add(
            user.id,
            SessionKind.PROGRAM,
            digest_of(secret),
            (now, ends),
            asking.user_agent,
        )
        note_sign_in(services, unit, user, asking)
        unit.commit()
    claims = Claims(user.id, session.id, secret, now, ends)
    return sign_claims(services.key, claims)


def whose_token(services: SignInServices, token: str) -> SignedIn:
    """Who asks with an API token or a JSON Web Token.

    Raises:
        SignInError: It is not valid, or no longer.
        DatabaseError: The database cannot be used.
    """
    if token.startswith(API_PREFIX):
        return _of_api_token(services, token)
    return _of_web_token(services, token)


def _of_api_token(services: SignInServices, token: str) -> SignedIn:
    now = services.clock.now()
    with services.reading() as unit:
        found = unit.tokens.find(digest_of(token))
    if found is None or not found.user.is_active or now >= found.token.expires_at:
        raise not_valid()
    used = found.token.last_used_at
    if used is None or now - used >= NOTED_EVERY:
        with services.writing() as unit:
            unit.tokens.note_use(found.token.id, now)
            unit.commit()
    return SignedIn(found.user, None, found.token.scopes)


def _of_web_token(services: SignInServices, token: str) -> SignedIn:
    now = services.clock.now()
    claims = read_claims(services.key, token, now)
    with services.reading() as unit:
        found = unit.sessions.find(digest_of(claims.secret))
    if (
        found is None
        or not found.user.is_active
        or now >= found.session.expires_at
        or found.user.id != claims.user_id
        or found.session.id != claims.session_id
    ):
        raise not_valid()
    return SignedIn(found.user, found.session.id, tuple(Scope))
