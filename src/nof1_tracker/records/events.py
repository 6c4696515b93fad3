"""What is worth telling somebody, as it is stored and delivered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import blake2b


class EventKind(StrEnum):
    """What happened; of several that apply to one trade, the gravest is told."""

    POSITION_OPENED = "position_opened"
    """An entry that was not there before."""
    POSITION_CLOSED = "position_closed"
    """A leg closed, or a position vanished and its legs never came."""
    LARGE_TRADE = "large_trade"
    """A position was opened whose notional reaches the limit."""
    LARGE_LOSS = "large_loss"
    """A leg closed whose net loss reaches the limit."""
    LIQUIDATION = "liquidation"
    """The exchange closed a leg."""
    LEG_RESTATED = "leg_restated"
    """The site now serves a completed leg with another amount, size or time."""
    RANK_CHANGE = "rank_change"
    """An account overtook another among the first places, by a margin."""
    DRAWDOWN = "drawdown"
    """Equity fell below the season's peak by the limit; reported once per peak."""
    NEW_MODEL = "new_model"
    """An account that was never seen before."""
    NEW_SEASON = "new_season"
    """The newest trusted equity belongs to another season than before."""
    STALE_SOURCE = "stale_source"
    """A source has had nothing new for longer than the limit, or the database is away."""
    ENDPOINT_HELD = "endpoint_held"
    """The site asked for a pause of five minutes or more before one of its endpoints."""
    UNRECORDED = "unrecorded"
    """Bodies were stored without being recorded: the archive cannot be written."""
    SCHEMA_DRIFT = "schema_drift"
    """A field, type or word is new or gone, or a row could not be parsed."""
    GAP = "gap"
    """Conversations were missed: the site no longer served them when it was asked."""
    RECOVERED = "recovered"
    """A stale source has something new again, an endpoint answers again after a pause
    that it asked for, bodies are recorded again, or recording resumed."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened once.

    Attributes:
        key: The same wherever and whenever it is detected; see `event_key`.
        occurred_at: When it happened, by the source's clock where there is one.
        account_id: The site's id of the account; None if it does not concern a single
            account.
        title: One line for a person; the site's texts in it are sanitized.
        text: Further details, a few lines at most; may be empty.
        numbers: By name, with the unit as suffix: _usd, or _ratio for fractions.
    """

    kind: EventKind
    key: str
    occurred_at: datetime
    account_id: str | None
    symbol: str | None
    title: str
    text: str
    numbers: Mapping[str, Decimal] = field(default_factory=dict)


def event_key(subject: str, *parts: object) -> str:
    """The key of the event that these parts identify within the subject.

    It has only letters, digits and one colon, because it is sent in headers and is
    part of a signature.
    """
    identity = "\x1f".join(str(part) for part in parts)
    digest = blake2b(identity.encode("utf-8", "replace"), digest_size=16).hexdigest()
    return f"{subject}:{digest}"


# --- what becomes of events -----------------------------------------------------


class DeliveryStatus(StrEnum):
    """The state of an event's delivery through one channel."""

    PENDING = "pending"
    CLAIMED = "claimed"
    """A sender is at work; if it takes too long, another takes over."""
    SENT = "sent"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as stored.

    Attributes:
        detected_at: When it was found in the tables (our clock).
        is_news: False if it was history at the first look, so that nobody is notified.
    """

    event: Event
    detected_at: datetime
    is_news: bool = True


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """The state of a channel.

    Attributes:
        waiting, sent, given_up: Numbers of events.
        failures: Consecutive failed attempts; 0 if the last one succeeded.
        sent_at: When it last accepted a message; None if never.
        retry_at: Nothing is sent before this time; None if it is not paused.
        error: Why the last attempt failed; None if it did not.
    """

    name: str
    waiting: int
    sent: int
    given_up: int
    failures: int
    sent_at: datetime | None
    retry_at: datetime | None
    error: str | None
