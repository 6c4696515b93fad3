"""Settings become rules, channels and terms of delivery."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.detectors.rules import Rules
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.notify.channel import Channel
from nof1_tracker.notify.channel_names import identity, numbered
from nof1_tracker.notify.quiet_hours import QuietHours
from nof1_tracker.records.events import EventKind
from nof1_tracker.settings import AlertSettings, span_of

_PERCENT = Decimal(100)


@dataclass(frozen=True, slots=True)
class Terms:
    """How events are delivered.

    Attributes:
        digest_over: More events at once become one message.
        urgent: Kinds that are told in quiet hours too.
        give_up_after: Since the first attempt.
    """

    digest_over: int
    quiet: QuietHours
    urgent: frozenset[EventKind]
    give_up_after: timedelta

    def kinds_for(self, channel: Channel, now: datetime) -> Collection[EventKind]:
        """The events that may be sent to the channel at this hour."""
        is_quiet = channel.is_for_people and self.quiet.holds(now)
        return self.urgent if is_quiet else tuple(EventKind)


def terms_of(settings: AlertSettings) -> Terms:
    """The terms that the settings state."""
    quiet = QuietHours()
    if settings.quiet_hours is not None:
        start, end = span_of(settings.quiet_hours)
        quiet = QuietHours(start, end, ZoneInfo(settings.timezone))
    give_up_after = timedelta(hours=settings.give_up_after)
    return Terms(settings.digest_over, quiet, settings.urgent, give_up_after)


def rules_of(settings: AlertSettings) -> Rules:
    """The rules that the settings state; 0 switches one off."""
    stale_after = timedelta(minutes=settings.stale_after)
    return Rules(
        kinds=settings.kinds,
        large_notional=settings.large_notional or None,
        large_loss=settings.large_loss or None,
        drawdown=settings.drawdown / _PERCENT or None,
        places=settings.places,
        rank_margin=settings.rank_margin / _PERCENT,
        stale_after=stale_after or None,
    )


@dataclass(frozen=True, slots=True)
class NamedChannel:
    """A channel of the settings.

    Attributes:
        name: Tells it apart from the others of the same settings; without a secret.
        address: Its whole URL, which is secret.
    """

    name: str
    channel: Channel
    address: str = field(repr=False)


def stored_name(engine: Engine, named: NamedChannel) -> str:
    """The channel's name in the tables, which other channels do not change.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine, writes=True) as unit:
        deliveries = unit.repositories.deliveries
        digest = identity(named.address, deliveries.identity_key())
        name = deliveries.name_of(digest, named.name, named.channel.name)
        unit.commit(is_bookkeeping=True)
    return name


def channels_of(settings: AlertSettings) -> Sequence[NamedChannel]:
    """The channels that the settings name, those of Apprise first.

    Raises:
        ConfigurationError: A URL or the secret cannot be used.
    """
    channels: list[Channel] = []
    addresses = [url.get_secret_value() for url in settings.urls]
    if settings.urls:
        from nof1_tracker.notify.apprise_channel import (  # noqa: PLC0415  0.4 s
            AppriseChannel,
        )

        channels += [AppriseChannel(url) for url in addresses]
    if settings.webhook_url is not None:
        channels.append(_webhook(settings))
        addresses.append(settings.webhook_url.get_secret_value())
    names = numbered([channel.name for channel in channels])
    found = zip(names, channels, addresses, strict=True)
    return [NamedChannel(*each) for each in found]


def _webhook(settings: AlertSettings) -> Channel:
    from nof1_tracker.notify.webhook import SignedWebhook  # noqa: PLC0415  httpx

    if settings.webhook_url is None or settings.webhook_secret is None:
        raise ConfigurationError(
            "NOTIFY_WEBHOOK_URL needs NOTIFY_WEBHOOK_SECRET.",
            'Make one: echo "whsec_$(openssl rand -base64 32)".',
        )
    return SignedWebhook(
        settings.webhook_url.get_secret_value(),
        settings.webhook_secret.get_secret_value(),
    )
