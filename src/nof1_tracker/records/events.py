"""Events worth reporting, and the rows that they are detected from.

Conventions are those of `records.parsed`. Here an account also has the database's own
id (`model_id`): its names change, that id does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import blake2b

from nof1_tracker.records.enums import EquitySource, TradeSide, TradeStatus
from nof1_tracker.records.status import Drift


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
    RANK_CHANGE = "rank_change"
    """An account overtook another among the first places, by a margin."""
    DRAWDOWN = "drawdown"
    """Equity fell below the season's peak by the limit; reported once per peak."""
    NEW_MODEL = "new_model"
    """An account that was never seen before."""
    NEW_SEASON = "new_season"
    """The newest trusted equity belongs to another season than before."""
    STALE_SOURCE = "stale_source"
    """A source has had nothing new for longer than the limit."""
    SCHEMA_DRIFT = "schema_drift"
    """A field, type or word is new or gone, or a row could not be parsed."""
    GAP = "gap"
    """Conversations were missed: the site no longer served them when it was asked."""
    RECOVERED = "recovered"
    """A stale source has something new again, or recording resumed after a pause."""


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


# --- what is new in the tables --------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccountNews:
    """An account as currently known."""

    model_id: int
    account_id: str
    name: str
    provider: str
    is_benchmark: bool


@dataclass(frozen=True, slots=True)
class TradeNews:
    """A leg, or the row of an open or vanished position.

    Attributes:
        exit_price, net_pnl, fees: None until its legs are known.
        last_observed_at: When a vanished position was last seen; None for others.
    """

    model_id: int
    trade_id: str
    entry_oid: int | None
    symbol: str
    side: TradeSide
    status: TradeStatus
    quantity: Decimal
    entry_price: Decimal
    exit_price: Decimal | None
    net_pnl: Decimal | None
    fees: Decimal | None
    leverage: Decimal | None
    confidence: Decimal | None
    opened_at: datetime
    closed_at: datetime | None
    last_observed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EquityNews:
    """An account's trusted equity at one instant, USD."""

    model_id: int
    observed_at: datetime
    source: EquitySource
    equity: Decimal


@dataclass(frozen=True, slots=True)
class SeasonNews:
    """The season of the newest trusted equity."""

    id: int
    number: Decimal
    name: str
    started_at: datetime | None
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class GapNews:
    """Conversations missing between two stored ones of an account.

    Attributes:
        after_cycle, before_cycle: The stored cycles before and after the gap.
        since, until: The times of those two.
    """

    model_id: int
    after_cycle: int
    before_cycle: int
    since: datetime
    until: datetime

    @property
    def missing(self) -> int:
        """The number of missing conversations, > 0."""
        return self.before_cycle - self.after_cycle - 1


@dataclass(frozen=True, slots=True)
class RejectionNews:
    """A row or a body that could not be parsed, and when it was first seen."""

    endpoint: str
    reason: str
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Watermark:
    """The highest row id read so far, by table."""

    trades: int = 0
    snapshots: int = 0
    chats: int = 0
    accounts: int = 0
    rejections: int = 0


@dataclass(frozen=True, slots=True)
class News:
    """What is new in the tables since the last look, and the present state.

    Attributes:
        trades: New rows; the rows of one entry come together.
        vanished: All positions that vanished without a leg, new or not.
        snapshots: New trusted equities, ordered by time.
        standing: The newest trusted equity of each account in the season; benchmarks
            are left out, here and in `snapshots`.
        changes: The newest changes of the source's schema, new or not.
        snapshot_at, chat_at: Times of the newest rows; None if there are none.
        watermark: How far this look went.
    """

    accounts: Mapping[int, AccountNews]
    new_accounts: tuple[int, ...]
    season: SeasonNews | None
    trades: tuple[TradeNews, ...]
    vanished: tuple[TradeNews, ...]
    snapshots: tuple[EquityNews, ...]
    standing: tuple[EquityNews, ...]
    gaps: tuple[GapNews, ...]
    rejections: tuple[RejectionNews, ...]
    changes: tuple[Drift, ...]
    snapshot_at: datetime | None
    chat_at: datetime | None
    watermark: Watermark


# --- what is remembered from look to look ---------------------------------------


@dataclass(frozen=True, slots=True)
class Peak:
    """The highest equity of an account in the season.

    Attributes:
        is_told: True once a drawdown from it was detected.
    """

    equity: Decimal
    observed_at: datetime
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class Memory:
    """What the detectors have read, and what later events are measured against.

    Attributes:
        baseline: Where the first look ended: older rows are history.
        order: Accounts in the ranking last reported, the leader first.
        stale: When the sources that are now stale were last fresh.
        trades_at: When trades were last fetched without errors.
    """

    first_look_at: datetime
    last_look_at: datetime
    baseline: Watermark
    watermark: Watermark
    season_id: int | None = None
    order: tuple[int, ...] = ()
    peaks: Mapping[int, Peak] = field(default_factory=dict)
    stale: Mapping[str, datetime] = field(default_factory=dict)
    trades_at: datetime | None = None


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
