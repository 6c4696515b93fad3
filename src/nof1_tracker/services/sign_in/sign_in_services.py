"""What all use cases of signing in work with."""

from dataclasses import dataclass, field

from nof1_tracker.clock import Clock, SystemClock
from nof1_tracker.database.config import data_folder
from nof1_tracker.database.connection import Engine
from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.identity.lifetimes import OF_LOG
from nof1_tracker.identity.password_hashing import Hashing
from nof1_tracker.identity.secret_tokens import keyed_digest
from nof1_tracker.identity.slowing_down import FORGOTTEN_AFTER, network_of
from nof1_tracker.records.people.people import Asking, User
from nof1_tracker.records.people.vocabularies import SecurityEventKind
from nof1_tracker.services.sign_in.mail import Background, Mail
from nof1_tracker.services.sign_in.server_key import load_key
from nof1_tracker.settings import (
    MailSettings,
    SignInSettings,
    WebSettings,
    load_settings,
)


@dataclass(frozen=True)
class SignInServices:
    """The database, the clock, and what makes and checks secrets.

    Attributes:
        key: Of the server: 32 bytes.
        mail: Sends letters; None where no mail server is set.
        address: Where the server is reached, for links in letters.
        registration: Whether people may make accounts for themselves.
    """

    engine: Engine
    clock: Clock
    hashing: Hashing
    key: bytes
    mail: Mail | None = None
    address: str = "http://127.0.0.1:8321"
    registration: bool = True
    background: Background = field(default_factory=Background)

    def reading(self) -> PeopleUnit:
        """A unit that reads."""
        return PeopleUnit(self.engine)

    def writing(self) -> PeopleUnit:
        """A unit that writes."""
        return PeopleUnit(self.engine, writes=True)

    def digest(self, purpose: str, text: str) -> str:
        """What is stored of a text that could be guessed."""
        return keyed_digest(self.key, purpose, text)

    def note(
        self,
        unit: PeopleUnit,
        kind: SecurityEventKind,
        user: User | None,
        asking: Asking,
    ) -> None:
        """Writes into the security log, and forgets what is too old."""
        now = self.clock.now()
        place = asking.address and self.digest("address", network_of(asking.address))
        unit.log.note(kind, None if user is None else user.id, place, now)
        unit.log.forget_before(now - OF_LOG)
        unit.attempts.forget_before(now - FORGOTTEN_AFTER)
        unit.sessions.forget_expired(now)


def open_sign_in(engine: Engine) -> SignInServices:
    """The services, as the settings have them.

    Raises:
        ConfigurationError: A setting is wrong, or the key can neither be read nor made.
    """
    settings, mail = load_settings(SignInSettings), load_settings(MailSettings)
    public = load_settings(WebSettings).public_url
    return SignInServices(
        engine,
        SystemClock(),
        Hashing(),
        load_key(settings, data_folder()),
        None if mail.host is None else Mail(mail),
        public or SignInServices.address,
        settings.registration,
    )
