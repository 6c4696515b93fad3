"""Letters about passwords, sent through a mail server.

They are sent in a thread of their own, so that an answer takes as long whether one is
sent or not.
"""

import logging
import smtplib
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from threading import BoundedSemaphore
from typing import Final

from nof1_tracker.settings import MailSettings

log = logging.getLogger(__name__)

_SECONDS: Final = 20
_MOST_WAITING: Final = 100


class Mail:
    """Sends letters.

    Args:
        settings: The mail server, which must have a host.
        trusted: Certificates to trust; None for those of this machine.
    """

    def __init__(
        self, settings: MailSettings, trusted: ssl.SSLContext | None = None
    ) -> None:
        self._settings = settings
        self._trusted = trusted

    def send(self, to: str, subject: str, text: str) -> None:
        """Sends a letter. One that cannot be sent is logged, without what it says."""
        letter = EmailMessage()
        letter["From"], letter["To"] = self._settings.sender, to
        letter["Subject"] = subject
        letter.set_content(text)
        try:
            with self._connected() as server:
                server.send_message(letter)
        except (OSError, smtplib.SMTPException) as error:
            kind = type(error).__name__
            log.warning("A letter could not be sent (%s); see NOF1_SMTP_HOST.", kind)

    def _connected(self) -> smtplib.SMTP:
        host, port = str(self._settings.host), self._settings.port
        trusted = self._trusted or ssl.create_default_context()
        server: smtplib.SMTP
        if self._settings.security == "tls":
            server = smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=trusted)
        else:
            server = smtplib.SMTP(host, port, timeout=_SECONDS)
        try:
            if self._settings.security == "starttls":
                server.starttls(context=trusted)
            if self._settings.user and self._settings.password:
                password = self._settings.password.get_secret_value()
                server.login(self._settings.user, password)
        except BaseException:
            server.close()
            raise
        return server


class Background:
    """Does one thing after the other, later; what would wait too long is dropped."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="mail")
        self._free = BoundedSemaphore(_MOST_WAITING)

    def begin(self, work: Callable[[], None]) -> None:
        """Does it later; returns at once."""
        if not self._free.acquire(blocking=False):
            log.warning("Too many requests about passwords wait; one was dropped.")
            return
        self._pool.submit(self._do, work)

    def _do(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            log.exception("A request about a password failed")
        finally:
            self._free.release()

    def finish(self) -> None:
        """Returns once all of it is done; accepts nothing more."""
        self._pool.shutdown()
