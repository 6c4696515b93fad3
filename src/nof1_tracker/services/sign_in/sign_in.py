"""Signs people in, and knows them again."""

from typing import NamedTuple

from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.errors import SignInError
from nof1_tracker.identity.email_addresses import address_key
from nof1_tracker.identity.lifetimes import NOTED_EVERY, OF_SESSION, has_ended
from nof1_tracker.identity.secret_tokens import digest_of, make_token
from nof1_tracker.identity.slowing_down import OF_ACCOUNT, OF_ADDRESS
from nof1_tracker.identity.usernames import name_key
from nof1_tracker.records.people.people import Asking, SignedIn, User
from nof1_tracker.records.people.vocabularies import (
    Scope,
    SecurityEventKind,
    SessionKind,
)
from nof1_tracker.services.progress.player_progress import day_in
from nof1_tracker.services.sign_in.sign_in_services import SignInServices
from nof1_tracker.services.sign_in.slow_down import by_address, count_attempt, forgive


class NewSession(NamedTuple):
    """A session that has just begun, with its secret, which is not stored."""

    secret: str
    user: User


def sign_in(
    services: SignInServices, name: str, password: str, asking: Asking
) -> NewSession:
    """Begins a session for the person of that name or address.

    Raises:
        SignInError: There is no such person, the password is wrong, or the account may
            not be used: which of them is not told.
        TooManyAttemptsError: Others failed before.
        DatabaseError: The database cannot be used.
    """
    user = known_person(services, name, password, asking)
    secret, now = make_token(), services.clock.now()
    with services.writing() as unit:
        unit.sessions.add(
            user.id,
            SessionKind.BROWSER,
            digest_of(secret),
            (now, now + OF_SESSION),
            asking.user_agent,
        )
        note_sign_in(services, unit, user, asking)
        day_in(unit, user.id, now)
        unit.commit()
    return NewSession(secret, user)


def note_sign_in(
    services: SignInServices, unit: PeopleUnit, user: User, asking: Asking
) -> None:
    """Notes that the person has signed in."""
    unit.users.note_sign_in(user.id, services.clock.now())
    services.note(unit, SecurityEventKind.SIGNED_IN, user, asking)


def known_person(
    services: SignInServices, name: str, password: str, asking: Asking
) -> User:
    """The person of that name or address, once the password fits.

    The attempt is counted before the password is looked at; where nobody has the name,
    it is compared with nobody's password, which takes as long.

    Raises:
        SignInError: As `sign_in`.
        TooManyAttemptsError: Others failed before.
        DatabaseError: The database cannot be used.
    """
    account = {OF_ACCOUNT: name_key(name)}
    address = by_address(OF_ADDRESS, asking.address)
    with services.writing() as unit:
        slows = count_attempt(services, unit, {**account, **address})
        found = unit.users.find(name_key(name), address_key(name))
        unit.commit()
    fits = services.hashing.fits(password, found and found.password_hash)
    user = found and found.user
    is_outdated = bool(
        fits and found and services.hashing.is_outdated(found.password_hash)
    )
    newer = services.hashing.make(password) if is_outdated else None
    with services.writing() as unit:
        if not (fits and user and user.is_active):
            _note_failure(services, unit, user, asking, slows=slows)
            raise SignInError(
                "Name or password is wrong.", "Check both, or reset the password."
            )
        forgive(services, unit, account, address)
        if newer is not None:
            unit.users.rehash(user.id, newer)
        unit.commit()
    return user


def _note_failure(
    services: SignInServices,
    unit: PeopleUnit,
    user: User | None,
    asking: Asking,
    *,
    slows: bool,
) -> None:
    services.note(unit, SecurityEventKind.SIGN_IN_FAILED, user, asking)
    if slows:
        services.note(unit, SecurityEventKind.SLOWED_DOWN, user, asking)
    unit.commit()


def whose_session(services: SignInServices, secret: str) -> SignedIn | None:
    """Who holds that secret; None once the session has ended.

    To players, the first use in a day of UTC is a sign-in: a session lasts for weeks.

    Raises:
        DatabaseError: The database cannot be used.
    """
    now = services.clock.now()
    with services.reading() as unit:
        found = unit.sessions.find(digest_of(secret))
    if found is None or not found.user.is_active:
        return None
    session = found.session
    if has_ended(session.expires_at, session.last_used_at, now):
        return None
    if now - session.last_used_at >= NOTED_EVERY:
        with services.writing() as unit:
            unit.sessions.note_use(session.id, now)
            day_in(unit, found.user.id, now)
            unit.commit()
    return SignedIn(found.user, session.id, tuple(Scope))
