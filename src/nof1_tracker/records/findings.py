"""What the detectors find: facts, not yet put into words.

Texts of the site (names, symbols, reasons) are as it spells them; the code that makes words
of them makes them inert.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from nof1_tracker.records.changes import (
    CurrentSeason,
    Hold,
    KnownAccount,
    NewRejection,
    Peak,
)
from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.events import EventKind
from nof1_tracker.records.status import Drift

# --- trading --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PositionOpened:
    """An entry; its figures are those of all its legs together.

    Attributes:
        entry_price, notional: USD.
        confidence: From 0 to 100, as the model gave it.
    """

    account: KnownAccount
    symbol: str
    side: TradeSide
    quantity: Decimal
    entry_price: Decimal
    notional: Decimal
    leverage: Decimal | None
    confidence: Decimal | None


@dataclass(frozen=True, slots=True)
class LegClosed:
    """An exit.

    Attributes:
        entry_price, exit_price, fees: USD.
        net_pnl: USD, after fees; None where the source does not say.
        holding_period: None where it is not known, or not plausible.
        is_liquidation: True where it is reported as a liquidation.
    """

    account: KnownAccount
    symbol: str
    side: TradeSide
    quantity: Decimal
    entry_price: Decimal
    exit_price: Decimal
    net_pnl: Decimal | None
    fees: Decimal | None
    leverage: Decimal | None
    holding_period: timedelta | None
    is_liquidation: bool


@dataclass(frozen=True, slots=True)
class PositionVanished:
    """A position that is gone and whose legs never came."""

    account: KnownAccount
    symbol: str
    side: TradeSide
    quantity: Decimal
    last_observed_at: datetime


@dataclass(frozen=True, slots=True)
class LegRestated:
    """A value of a completed leg that the site serves otherwise now.

    Attributes:
        field: Column of the value.
        old, new: USD, units or a time; `new` is None where the site states none.
    """

    account: KnownAccount
    symbol: str
    side: TradeSide
    field: str
    old: Decimal | datetime
    new: Decimal | datetime | None


# --- the competition ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccountEquity:
    """An account and its equity, USD."""

    account: KnownAccount
    equity: Decimal


@dataclass(frozen=True, slots=True)
class RankRise:
    """An account that passed others.

    Attributes:
        rank: Its place now; 1 is the leader.
        passed: Whom it passed, the former leader first; never empty.
    """

    riser: AccountEquity
    rank: int
    passed: tuple[AccountEquity, ...]


@dataclass(frozen=True, slots=True)
class EquityFall:
    """An account below its peak.

    Attributes:
        drawdown: Fraction of the peak, < 0.
    """

    account: KnownAccount
    equity: Decimal
    peak: Peak
    drawdown: Decimal


@dataclass(frozen=True, slots=True)
class SeasonStarted:
    """Another season than before is the current one."""

    season: CurrentSeason


@dataclass(frozen=True, slots=True)
class AccountJoined:
    """An account that was never seen before."""

    account: KnownAccount


# --- the source -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceStale:
    """A source without anything new for longer than the limit.

    Attributes:
        source: What a person calls it.
        fresh_at: When it was last fresh.
        age: For how long it has not been.
        reason: Why the last cycle failed, in words; "" if it did not.
    """

    source: str
    fresh_at: datetime
    age: timedelta
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SourceRecovered:
    """A stale source that is fresh again.

    Attributes:
        fresh_at: When it was last fresh before.
    """

    source: str
    fresh_at: datetime


@dataclass(frozen=True, slots=True)
class EndpointHeld:
    """An endpoint is left alone because the site asked for a pause."""

    hold: Hold


@dataclass(frozen=True, slots=True)
class EndpointAnswers:
    """An endpoint that was left alone answers again."""

    endpoint: str
    since: datetime
    pause: timedelta


@dataclass(frozen=True, slots=True)
class BodiesUnrecorded:
    """Bodies are stored without being recorded; why, in words.

    Attributes:
        bodies: Of the cycle in which that began, > 0.
    """

    bodies: int
    reason: str


@dataclass(frozen=True, slots=True)
class BodiesRecordedAgain:
    """All bodies of a cycle are recorded again after a time in which some were not."""

    since: datetime
    pause: timedelta


@dataclass(frozen=True, slots=True)
class RecordingResumed:
    """A monitor looks again after a time in which none did."""

    last_look_at: datetime
    pause: timedelta


@dataclass(frozen=True, slots=True)
class DatabaseAway:
    """The database has not answered since a time; why, in words."""

    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class DatabaseBack:
    """The database answers again after a time in which it did not."""

    since: datetime
    pause: timedelta


@dataclass(frozen=True, slots=True)
class ConversationsMissed:
    """Gaps in ModelChat that were found at one look.

    Attributes:
        since, until: When the stored conversations around all of them were.
        by_account: How many each account lacks, > 0, the most first; never empty.
    """

    since: datetime
    until: datetime
    by_account: tuple[tuple[KnownAccount, int], ...]

    @property
    def missing(self) -> int:
        """How many conversations are missing in total, > 0."""
        return sum(missing for _, missing in self.by_account)


@dataclass(frozen=True, slots=True)
class SchemaChanged:
    """A field, type or word that is new, or a field that is gone."""

    change: Drift


@dataclass(frozen=True, slots=True)
class PayloadRejected:
    """A row or body rejected for a new reason."""

    rejection: NewRejection


# --- findings -------------------------------------------------------------------


TradingFacts = PositionOpened | LegClosed | PositionVanished | LegRestated
CompetitionFacts = RankRise | EquityFall | SeasonStarted | AccountJoined
SourceFacts = (
    SourceStale
    | SourceRecovered
    | EndpointHeld
    | EndpointAnswers
    | BodiesUnrecorded
    | BodiesRecordedAgain
    | RecordingResumed
    | DatabaseAway
    | DatabaseBack
    | ConversationsMissed
    | SchemaChanged
    | PayloadRejected
)
Facts = TradingFacts | CompetitionFacts | SourceFacts


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that happened once, before it is put into words.

    Attributes:
        facts: What its title and text are made from.
        kind, key, occurred_at, account_id, symbol, numbers: As in `Event`.
    """

    kind: EventKind
    key: str
    occurred_at: datetime
    facts: Facts
    account_id: str | None = None
    symbol: str | None = None
    numbers: Mapping[str, Decimal] = field(default_factory=dict)
