"""A webhook, signed as specified by https://www.standardwebhooks.com.

Most languages have a library that verifies it. By hand: `webhook-signature` is "v1,"
followed by the base64 of HMAC-SHA256 over `webhook-id`, a dot, `webhook-timestamp`,
a dot and the body as received. Old timestamps are replays; `webhook-id` is the
event's key, the same on every attempt.
"""

import base64
import binascii
import time
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
from standardwebhooks import Webhook

from nof1_tracker import __version__
from nof1_tracker.errors import ConfigurationError, DeliveryError
from nof1_tracker.notify.channel_names import shown
from nof1_tracker.notify.deadline import Deadline
from nof1_tracker.notify.messages import Message
from nof1_tracker.notify.webhook_body import event_body
from nof1_tracker.records.events import StoredEvent

TIMEOUT = 10.0
"""Seconds to connect, and for the answer to begin."""
_BATCH = 20
"""Events taken at a time: each is one request, and all must end within the claim."""
_SHORTEST_KEY = 16
_PREFIX = "whsec_"


class SignedWebhook:
    """POSTs each event by itself: machines need neither digests nor quiet hours."""

    is_for_people = False
    batch = _BATCH

    def __init__(
        self, url: str, secret: str, now: Callable[[], float] = time.time
    ) -> None:
        """Args:
        secret: "whsec_" followed by base64, or any text of at least 16 bytes.
        now: Seconds since 1970, for the timestamp.

        Raises:
            ConfigurationError: The URL or the secret cannot be used.
        """
        self._url = _checked(url)
        self.name = shown(f"webhook+{self._url.scheme}", self._url.host)
        self._key = signing_key(secret)
        self._now = now
        self._deadline = Deadline()

    def send(self, message: Message) -> None:
        """POSTs the event of the message.

        Raises:
            DeliveryError: No answer came in time, or its status is not 2xx.
        """
        (stored,) = message.events
        self._deadline.run(lambda: self._post(stored))

    def _post(self, stored: StoredEvent) -> None:
        body = event_body(stored)
        headers = {
            "content-type": "application/json",
            "user-agent": f"nof1-tracker/{__version__}",
            **signed_headers(self._key, stored.event.key, int(self._now()), body),
        }
        try:
            # Only the status counts. The body is not read, and a redirect is not
            # followed, because it would send what was signed to somebody else.
            with httpx.stream(
                "POST", self._url, content=body, headers=headers, timeout=TIMEOUT
            ) as answer:
                status = answer.status_code
        except httpx.HTTPError as error:
            raise DeliveryError(_reason(error)) from None
        if not 200 <= status < 300:
            raise DeliveryError(f"It answered with status {status}.")


def _checked(url: str) -> httpx.URL:
    try:
        checked = httpx.URL(url)
    except httpx.InvalidURL:
        checked = httpx.URL()
    if checked.scheme not in ("http", "https") or not checked.host:
        raise ConfigurationError(
            "NOTIFY_WEBHOOK_URL is not an http:// or https:// URL.",
            "Write it as https://host/path.",
        )
    return checked


def signing_key(secret: str) -> bytes:
    """The key that a secret stands for.

    The library would leave out what is not base64, and take a key of any length.

    Raises:
        ConfigurationError: It is too short, or is not base64 where it should be.
    """
    if secret.startswith(_PREFIX):
        try:
            key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            key = b""
    else:
        key = secret.encode()
    if len(key) < _SHORTEST_KEY:
        raise ConfigurationError(
            "NOTIFY_WEBHOOK_SECRET is too short, or is not base64 after whsec_.",
            'Make one: echo "whsec_$(openssl rand -base64 32)".',
        )
    return key


def signed_headers(
    key: bytes, identity: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """The three headers of the standard; the body is UTF-8."""
    time_of = datetime.fromtimestamp(timestamp, UTC)
    return {
        "webhook-id": identity,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": Webhook(key).sign(identity, time_of, body.decode()),
    }


def _reason(error: httpx.HTTPError) -> str:
    """What went wrong, in our own words: the error's text may contain the URL."""
    if isinstance(error, httpx.TimeoutException):
        return f"No answer within {TIMEOUT:g} s."
    if isinstance(error, httpx.ConnectError):
        return "No connection: name, network or TLS failed."
    return f"The connection broke ({type(error).__name__})."
