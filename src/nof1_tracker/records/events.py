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
    """A position opened whose notional reaches the limit."""
    LARGE_LOSS = "large_loss"
    """A leg closed whose net loss reaches the limit."""
    LIQUIDATION = "liquidation"
    """A leg closed by the exchange."""
    RANK_CHANGE = "rank_change"
    """An account passed another among the first places, by a margin."""
    DRAWDOWN = "drawdown"
    """Equity fell below its peak of the season by the limit, told once per peak."""
    NEW_MODEL = "new_model"
    """An account that was never seen before."""
    NEW_SEASON = "new_season"
    """The newest trusted equity is of another season than before."""
    STALE_SOURCE = "stale_source"
    """A source without news for longer than the limit."""
    SCHEMA_DRIFT = "schema_drift"
    """A field, type or word that is new or gone, or a row that is not understood."""
    GAP = "gap"
    """Conversations that the site no longer served when it was asked."""
    RECOVERED = "recovered"
    """A stale source has news again, or recording resumed after a pause."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened once.

    Attributes:
        key: The same wherever and whenever it is detected; see `event_key`.
        occurred_at: When it happened, by the source's clock where there is one.
        account_id: The site's identity of the account; None if not of one account.
        title: One line for a person; texts of the site in it are inert.
        text: More of it, a few lines at most; may be empty.
        numbers: By name, the unit as its suffix: _usd, or _ratio for fractions.
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
    """The key of what these parts tell apart from everything of the same subject.

    Letters, digits and one colon: it travels in headers and is part of a signature.
    """
    told = "\x1f".join(str(part) for part in parts)
    digest = blake2b(told.encode("utf-8", "replace"), digest_size=16).hexdigest()
    return f"{subject}:{digest}"


# --- what becomes of events -----------------------------------------------------


class DeliveryStatus(StrEnum):
    """How far an event has come on its way through one channel."""

    PENDING = "pending"
    CLAIMED = "claimed"
    """Somebody is sending it; if that takes too long, somebody else does."""
    SENT = "sent"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it is kept.

    Attributes:
        detected_at: When it was found in the tables (our clock).
        is_news: False where it was history at the first look and is told to nobody.
    """

    event: Event
    detected_at: datetime
    is_news: bool = True


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """How a channel fares.

    Attributes:
        waiting, sent, given_up: Events.
        failures: Attempts in a row that failed; 0 where the last one went well.
        sent_at: When it last took a message; None: never.
        retry_at: Before that nothing is sent; None: whenever there is something.
        error: Why the last attempt failed; None where it did not.
    """

    name: str
    waiting: int
    sent: int
    given_up: int
    failures: int
    sent_at: datetime | None
    retry_at: datetime | None
    error: str | None
