"""What changed in the tables since the last look, and what is remembered of it.

Conventions are those of `records`. An account is known here by our own number of
it too (`model_id`): its names change, the number does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from nof1_tracker.records.enums import EquitySource, TradeSide, TradeStatus
from nof1_tracker.records.status import Drift
from nof1_tracker.records.stored import is_future


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account as it is known now."""

    model_id: int
    account_id: str
    name: str
    provider: str
    is_benchmark: bool


@dataclass(frozen=True, slots=True)
class ChangedTrade:
    """A leg, or the row of an open or vanished position.

    Attributes:
        exit_price, net_pnl, fees: None until its legs are known.
        opened_at: The first sighting where `opened_at_known` is False.
        complete_by: When it was first served or stored; None where that is not known.
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
    opened_at_known: bool = True
    complete_by: datetime | None = None
    last_observed_at: datetime | None = None

    @property
    def ended_at(self) -> datetime | None:
        """When it closed; where that is dated in the future, when it was served."""
        return self.complete_by if self._exits_in_future else self.closed_at

    @property
    def holding_period(self) -> timedelta | None:
        """How long it was held, >= 0; None where that is not known, or not plausible."""
        if self.closed_at is None or not self.opened_at_known or self._exits_in_future:
            return None
        held = self.closed_at - self.opened_at
        return held if held >= timedelta() else None

    @property
    def _exits_in_future(self) -> bool:
        return is_future(self.closed_at, self.complete_by)


@dataclass(frozen=True, slots=True)
class RestatedLeg:
    """A served value of a completed leg that changed.

    Attributes:
        field: Column of the value, such as pnl or closed_at.
        old, new: The values; `new` is None where the site states that there is none.
        observed_at: When it was first served so; None where no time is known.
        noted_at: When this database noted it (our clock).
    """

    model_id: int
    trade_id: str
    symbol: str
    side: TradeSide
    field: str
    old: Decimal | datetime
    new: Decimal | datetime | None
    observed_at: datetime | None
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class ObservedEquity:
    """An account's trusted equity at one instant, USD."""

    model_id: int
    observed_at: datetime
    source: EquitySource
    equity: Decimal


@dataclass(frozen=True, slots=True)
class CurrentSeason:
    """The season of the newest trusted equity.

    Attributes:
        closed_at: The official close; None while there is none.
    """

    id: int
    number: Decimal
    name: str
    started_at: datetime | None
    is_provisional: bool
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConversationGap:
    """Conversations missing between two stored ones of an account.

    Attributes:
        after_cycle, before_cycle: The stored cycles around them.
        since, until: When those were.
    """

    model_id: int
    after_cycle: int
    before_cycle: int
    since: datetime
    until: datetime

    @property
    def missing(self) -> int:
        """How many conversations lie between the two, > 0."""
        return self.before_cycle - self.after_cycle - 1


@dataclass(frozen=True, slots=True)
class NewRejection:
    """A row or a body that could not be understood, and when it was first seen."""

    endpoint: str
    reason: str
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Watermark:
    """The highest row looked at, by table."""

    trades: int = 0
    snapshots: int = 0
    chats: int = 0
    accounts: int = 0
    rejections: int = 0
    revisions: int = 0


@dataclass(frozen=True, slots=True)
class Changes:
    """What the tables say that they did not say at the last look, and how it stands.

    Attributes:
        trades: New rows, those of whole entries together.
        restated: Values of completed legs that changed at the source, not because
            newer code reads them otherwise.
        vanished: All positions that vanished without a leg, new or not.
        snapshots: New trusted equities in the order of their time.
        standing: The newest trusted equity of each account in the season; those of
            benchmarks are left out, here and in `snapshots`.
        schema_drift: The newest changes of what the source serves, new or not.
        snapshot_at, chat_at: Times of the newest rows; None without any.
        watermark: Up to where this look went.
    """

    accounts: Mapping[int, KnownAccount]
    new_accounts: tuple[int, ...]
    season: CurrentSeason | None
    trades: tuple[ChangedTrade, ...]
    vanished: tuple[ChangedTrade, ...]
    snapshots: tuple[ObservedEquity, ...]
    standing: tuple[ObservedEquity, ...]
    gaps: tuple[ConversationGap, ...]
    rejections: tuple[NewRejection, ...]
    schema_drift: tuple[Drift, ...]
    snapshot_at: datetime | None
    chat_at: datetime | None
    watermark: Watermark
    restated: tuple[RestatedLeg, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """An endpoint that is left alone because the site asked for a pause.

    Attributes:
        since: When it asked first, without an answer since then.
        until: When it will be asked again.
        wish: The pause that it asked for last; longer ones are cut.
    """

    endpoint: str
    since: datetime
    until: datetime
    wish: timedelta


@dataclass(frozen=True, slots=True)
class Archiving:
    """How recording went in a cycle that had something to record.

    Attributes:
        unrecorded: Bodies that were stored without being recorded.
        reason: Why the first of them could not be recorded; "" without any.
    """

    unrecorded: int = 0
    reason: str = ""


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
    """What has been looked at, and what later events are measured against.

    Attributes:
        baseline: Where the first look ended: what is older is history.
        order: Accounts in the order that was last told, first the leader.
        stale: When the sources that are stale by now were last fresh.
        held: Since when the endpoints have been held whose holds were found.
        unrecorded_since: When bodies were first not recorded; None while all are.
        trades_at: When trades were last fetched without fault.
        rebuilt: Rows that were made from what was stored already, by table: those
            above the first of a pair, up to the second. They are never news.
    """

    first_look_at: datetime
    last_look_at: datetime
    baseline: Watermark
    watermark: Watermark
    season_id: int | None = None
    order: tuple[int, ...] = ()
    peaks: Mapping[int, Peak] = field(default_factory=dict)
    stale: Mapping[str, datetime] = field(default_factory=dict)
    held: Mapping[str, datetime] = field(default_factory=dict)
    unrecorded_since: datetime | None = None
    trades_at: datetime | None = None
    rebuilt: tuple[tuple[Watermark, Watermark], ...] = ()
