"""Makes and deletes accounts."""

from collections.abc import Sequence

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.identity.email_addresses import address_key, parse_email
from nof1_tracker.identity.password_rules import check_password
from nof1_tracker.identity.slowing_down import OF_REGISTERING
from nof1_tracker.identity.usernames import name_key, parse_username
from nof1_tracker.records.people.people import Asking, User
from nof1_tracker.records.people.vocabularies import SecurityEventKind
from nof1_tracker.services.sign_in.sign_in_services import SignInServices
from nof1_tracker.services.sign_in.slow_down import by_address, count_attempt

_KNOWN_SUBJECT = "Your nof1-tracker account"
_KNOWN = """\
Somebody, perhaps you, has just tried to make an account with this address. There is one
already, so nothing was changed. If that was you, sign in, or reset your password:

{address}/reset
"""


def register(
    services: SignInServices, username: str, email: str, password: str, asking: Asking
) -> None:
    """Makes an account for the person who asks; does not sign them in.

    Where the address has an account already, nothing is made and nothing is said: its
    owner gets a letter. Names are public, so that one that is taken is told.

    Raises:
        ConfigurationError: Registration is off, or the name, the address or the password
            cannot be used.
        TooManyAttemptsError: Too many accounts were asked for from that address.
        DatabaseError: The database cannot be used.
    """
    if not services.registration:
        raise ConfigurationError(
            "This server makes no accounts for those who ask.", "Ask its administrator."
        )
    with services.writing() as unit:
        limited = by_address(OF_REGISTERING, asking.address)
        count_attempt(services, unit, limited)
        unit.commit()
    if create_user(services, username, email, password, asking) is None:
        _tell_owner(services, parse_email(email).shown)


def create_user(
    services: SignInServices,
    username: str,
    email: str,
    password: str,
    asking: Asking,
    *,
    is_admin: bool = False,
) -> User | None:
    """Makes an account.

    Returns:
        The person; None where the address has an account already.

    Raises:
        ConfigurationError: The name, the address or the password cannot be used.
        DatabaseError: The database cannot be used.
    """
    name, address = parse_username(username), parse_email(email)
    check_password(password, (*name, *address))
    made = services.hashing.make(password)
    with services.writing() as unit:
        unit.users.hold_names()
        if unit.users.has_name(name.key):
            raise ConfigurationError(
                f"The name {name.shown} is taken.", "Choose another one."
            )
        if unit.users.has_address(address.key):
            return None
        now = services.clock.now()
        user = unit.users.add(name, address, made, now, is_admin=is_admin)
        services.note(unit, SecurityEventKind.REGISTERED, user, asking)
        unit.commit()
    return user


def delete_user(services: SignInServices, user: User, asking: Asking) -> None:
    """Deletes an account with all that is the person's.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with services.writing() as unit:
        unit.rooms.leave_all(user.id)  # so that others go on playing in them
        unit.users.delete(user.id)
        services.note(unit, SecurityEventKind.ACCOUNT_DELETED, user, asking)
        unit.commit()


def all_people(services: SignInServices) -> Sequence[User]:
    """Everybody with an account, by name.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with services.reading() as unit:
        return unit.users.all()


def person_named(services: SignInServices, name: str) -> User:
    """The person of that name or address.

    Raises:
        ConfigurationError: There is nobody.
        DatabaseError: The database cannot be used.
    """
    with services.reading() as unit:
        found = unit.users.find(name_key(name), address_key(name))
    if found is None:
        raise ConfigurationError(
            f"There is no account {name}.", "See `nof1-tracker users list`."
        )
    return found.user


def _tell_owner(services: SignInServices, email: str) -> None:
    mail = services.mail
    if mail is not None:
        text = _KNOWN.format(address=services.address)
        services.background.begin(lambda: mail.send(email, _KNOWN_SUBJECT, text))
