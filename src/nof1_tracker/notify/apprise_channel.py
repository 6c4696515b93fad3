"""Telegram, Discord, Slack, WeCom, e-mail and a hundred more, through Apprise."""

import logging
from collections.abc import Iterable

from apprise import Apprise, AppriseAsset, NotifyBase, NotifyFormat

from nof1_tracker.errors import ConfigurationError, DeliveryError
from nof1_tracker.notify.channel_names import scheme_of, scrubbed, shown
from nof1_tracker.notify.deadline import Deadline
from nof1_tracker.notify.messages import Message
from nof1_tracker.records.sanitize import printable

_LONGEST_REASON = 200
_MOST_EVENTS = 1000
_TALKATIVE = ("apprise", "urllib3", "requests")
"""Loggers whose lines, at some level, contain URLs with their secrets."""


class AppriseChannel:
    """One URL of Apprise."""

    is_for_people = True
    batch = _MOST_EVENTS

    def __init__(self, url: str) -> None:
        """Parses the URL and sends nothing.

        Raises:
            ConfigurationError: Apprise does not know the URL, or finds it incomplete.
        """
        _keep_to_themselves()
        # Sent in the caller's thread: the threads of Apprise's own pool would keep
        # the process from ending for as long as a service does not answer.
        asset = AppriseAsset(app_id="nof1-tracker", async_mode=False, service_timeout=0)
        service = Apprise.instantiate(url, asset=asset)
        if not isinstance(service, NotifyBase):
            raise ConfigurationError(
                f"NOTIFY_URLS: Apprise cannot use {shown(scheme_of(url), None)}.",
                "See https://appriseit.com for the form of each service's URL.",
            )
        self._url = url
        self._host = _public_host(service)
        self._apprise = Apprise(asset=asset)
        self._apprise.add(service)
        self._deadline = Deadline()
        self.name = shown(scheme_of(url), self._host)

    def send(self, message: Message) -> None:
        """Sends the message to the service.

        Raises:
            DeliveryError: It was not accepted; says why, without a secret.
        """
        self._deadline.run(lambda: self._notify(message))

    def _notify(self, message: Message) -> None:
        told: list[str] = []
        is_sent = self._apprise.notify(
            body=message.text,
            title=message.title,
            body_format=NotifyFormat.TEXT,
            log_callback=lambda entry, _service: told.append(entry.message),
            log_level=logging.WARNING,
        )
        if not is_sent:
            reason = " ".join(told) or "The service did not accept it."
            secretless = scrubbed(reason, self._url, self._host)
            raise DeliveryError(printable(secretless, _LONGEST_REASON))


def _keep_to_themselves() -> None:
    """Keeps these libraries' lines out of our log, which reports failures itself."""
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        logger.propagate = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())


def _public_host(service: NotifyBase) -> str | None:
    """The host in a URL, if it really is one: many services put a token there.

    It is one if the service's URL format has a host and Apprise shows it in the
    private form of the URL.
    """
    host = str(service.host or "")
    forms: Iterable[object] = service.templates
    has_host = any("{host}" in str(form) for form in forms)
    url = str(service.url(privacy=True))  # type: ignore[no-untyped-call]
    authority = url.partition("://")[2].partition("/")[0]
    is_shown = authority.rpartition("@")[2].partition(":")[0] == host
    return host if host and has_host and is_shown else None
