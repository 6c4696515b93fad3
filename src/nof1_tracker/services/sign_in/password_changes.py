"""Changes passwords, and resets those that were forgotten."""

from nof1_tracker.errors import ConfigurationError, SignInError, TooManyAttemptsError
from nof1_tracker.identity.email_addresses import address_key
from nof1_tracker.identity.lifetimes import OF_RESET
from nof1_tracker.identity.password_rules import check_password
from nof1_tracker.identity.secret_tokens import digest_of, make_token
from nof1_tracker.identity.slowing_down import OF_ADDRESS, OF_RESETS, OF_RESETTING
from nof1_tracker.identity.usernames import name_key
from nof1_tracker.records.people.people import Asking, SignedIn, User
from nof1_tracker.records.people.vocabularies import SecurityEventKind
from nof1_tracker.services.sign_in.sign_in import known_person
from nof1_tracker.services.sign_in.sign_in_services import SignInServices
from nof1_tracker.services.sign_in.slow_down import by_address, count_attempt

_SUBJECT = "Reset your nof1-tracker password"
_LETTER = """\
Somebody, perhaps you, has asked to reset the password of {name}. Within an hour, once:

{link}

If that was not you, do nothing: your password stays as it is.
"""
_CHANGED_SUBJECT = "Your nof1-tracker password was changed"
_CHANGED = """\
The password of {name} was changed just now. If that was not you, reset it:

{address}/reset
"""


def change_password(
    services: SignInServices, who: SignedIn, old: str, new: str, asking: Asking
) -> None:
    """Changes the password, and ends all other sessions of the person.

    Raises:
        SignInError: The old password is wrong.
        TooManyAttemptsError: Others failed before.
        ConfigurationError: The new password cannot be used.
        DatabaseError: The database cannot be used.
    """
    user = who.user
    check_password(new, (user.username, user.email))
    confirm_password(services, user, old, asking)
    made = services.hashing.make(new)
    with services.writing() as unit:
        unit.users.set_password(user.id, made, services.clock.now())
        unit.sessions.end_all(user.id, who.session_id)
        unit.tokens.forget_resets(user.id)
        services.note(unit, SecurityEventKind.PASSWORD_CHANGED, user, asking)
        unit.commit()
    _tell_changed(services, user)


def confirm_password(
    services: SignInServices, user: User, password: str, asking: Asking
) -> None:
    """Asks a person who is signed in for the password again.

    Raises:
        SignInError: It is wrong.
        TooManyAttemptsError: Others failed before.
        DatabaseError: The database cannot be used.
    """
    try:
        known_person(services, user.username, password, asking)
    except TooManyAttemptsError:
        raise
    except SignInError:
        raise SignInError("The password is wrong.", "Try again.") from None


def request_reset(services: SignInServices, name: str, asking: Asking) -> None:
    """Sends a letter that resets the password, if somebody has that name or address.

    Looked up later, so that the answer is the same, and as quick, for everybody.

    Raises:
        TooManyAttemptsError: Too many were asked for from that address.
        DatabaseError: The database cannot be used.
    """
    with services.writing() as unit:
        count_attempt(services, unit, by_address(OF_ADDRESS, asking.address))
        unit.commit()
    services.background.begin(lambda: _send_reset(services, name, asking))


def _send_reset(services: SignInServices, name: str, asking: Asking) -> None:
    with services.writing() as unit:
        found = unit.users.find(name_key(name), address_key(name))
        if found is None or services.mail is None or not found.user.is_active:
            return
        try:
            count_attempt(services, unit, {OF_RESETS: str(found.user.id)})
        except TooManyAttemptsError:
            return
        unit.commit()
    link = make_reset(services, found.user, asking)
    text = _LETTER.format(name=found.user.username, link=link)
    services.mail.send(found.user.email, _SUBJECT, text)


def make_reset(services: SignInServices, user: User, asking: Asking) -> str:
    """The address of a page that sets a new password, once, within an hour.

    Raises:
        DatabaseError: The database cannot be used.
    """
    secret, now = make_token(), services.clock.now()
    with services.writing() as unit:
        unit.tokens.add_reset(user.id, digest_of(secret), (now, now + OF_RESET))
        services.note(unit, SecurityEventKind.RESET_REQUESTED, user, asking)
        unit.commit()
    return f"{services.address}/reset/{secret}"


def reset_password(
    services: SignInServices, secret: str, new: str, asking: Asking
) -> None:
    """Sets the password with a secret that was sent; ends all sessions and tokens.

    Raises:
        ConfigurationError: The new password cannot be used, or the secret is not valid.
        TooManyAttemptsError: Too many failed from that address.
        DatabaseError: The database cannot be used.
    """
    check_password(new)
    with services.writing() as unit:
        count_attempt(services, unit, by_address(OF_RESETTING, asking.address))
        unit.commit()
    made = services.hashing.make(new)
    with services.writing() as unit:
        now = services.clock.now()
        user_id = unit.tokens.use_reset(digest_of(secret), now)
        found = user_id and unit.users.get(user_id)
        if not found:
            raise ConfigurationError(
                "This link is not valid, or no longer.", "Ask for another one."
            )
        user = found.user
        check_password(new, (user.username, user.email))
        unit.users.set_password(user.id, made, now)
        unit.sessions.end_all(user.id)
        unit.tokens.revoke_all(user.id)
        unit.tokens.forget_resets(user.id)
        services.note(unit, SecurityEventKind.PASSWORD_RESET, user, asking)
        unit.commit()
    _tell_changed(services, user)


def _tell_changed(services: SignInServices, user: User) -> None:
    mail = services.mail
    if mail is not None:
        text = _CHANGED.format(name=user.username, address=services.address)
        services.background.begin(lambda: mail.send(user.email, _CHANGED_SUBJECT, text))
