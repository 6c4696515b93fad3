"""Outcomes of storing, and rows as stored. Conventions: `records.parsed`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from nof1_tracker.records.enums import (
    ChatDecision,
    EquitySource,
    RevisedTable,
    RevisionCause,
    SeasonStatus,
    TradeSide,
    TradeStatus,
)
from nof1_tracker.records.reading.emptiness import Emptiness


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of rows of one kind, by the outcome of storing them."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0

    @property
    def total(self) -> int:
        """The total number of rows."""
        return self.inserted + self.updated + self.unchanged

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.inserted + other.inserted,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
        )


@dataclass(frozen=True, slots=True)
class SeasonSpan:
    """A season and the half-open time span [start, until) that belongs to it.

    What is observed after the close and before the next season belongs to the season
    that closed.

    Attributes:
        number: 1, 1.5, 2, ...; 0 collects rows before the first known season.
        start: None only for season 0.
        end: The official close of the competition, which bounds nothing; None while
            it runs.
        is_provisional: True while its number and name are a guess of this program.
        until: Start of the next known season; None if there is none.
    """

    id: int
    number: Decimal
    name: str
    start: datetime | None
    end: datetime | None
    initial_equity: Decimal
    status: SeasonStatus
    is_provisional: bool
    until: datetime | None = None

    def holds(self, time: datetime) -> bool:
        """True if the time lies in the span, before the close or after it."""
        if self.start is None or time < self.start:
            return False
        return self.until is None or time < self.until


@dataclass(frozen=True, slots=True)
class SettledHours:
    """The hours of account totals of which everything that was served is stored.

    Attributes:
        last: Hourly marker of the last of them.
        until: Time of the newest hour stored. Later rows are of later hours, or of a
            season in which the accounts count their hours from 1 again.
    """

    last: int
    until: datetime


@dataclass(frozen=True, slots=True)
class StoredSnapshot:
    """An account's equity as stored.

    Attributes:
        rank: Rank among the accounts of its own observation; None for a benchmark.
        sharpe_ratio: As nof1 states it, not annualised.
        total_trades, win_rate: Completed legs, as the source counts them, and the
            fraction of them that it calls wins; None where it does not say.
    """

    account_id: str
    observed_at: datetime
    source: EquitySource
    equity: Decimal
    unrealized_pnl: Decimal | None
    rank: int | None
    sharpe_ratio: Decimal | None = None
    total_trades: int | None = None
    win_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LegCounts:
    """The completed legs of an account, counted by the sign of their net PnL."""

    positive: int
    negative: int
    zero: int
    unknown: int


@dataclass(frozen=True, slots=True)
class OpenPosition:
    """A position that was open when its account was last observed.

    Attributes:
        quantity: > 0.
        entry_price, mark_price, liquidation_price, stop_loss, profit_target: USD per
            unit; None where not observed.
        unrealized_pnl: USD at the mark; None where not observed.
        confidence: 0..100, as the model stated it.
        opened_at: When it was opened, or first seen where `opened_at_known` is False;
            None where its opening is not stored.
        opened_not_earlier_than: Lower bound of an opening that is not known; None
            where none is known.
    """

    symbol: str
    side: TradeSide
    quantity: Decimal
    entry_price: Decimal
    mark_price: Decimal | None
    liquidation_price: Decimal | None
    stop_loss: Decimal | None
    profit_target: Decimal | None
    leverage: Decimal | None
    confidence: Decimal | None
    unrealized_pnl: Decimal | None
    observed_at: datetime
    source: EquitySource
    opened_at: datetime | None
    opened_at_known: bool
    opened_not_earlier_than: datetime | None

    @property
    def held(self) -> timedelta | None:
        """Up to the observation, >= 0; a lower bound where the opening is not known."""
        if self.opened_at is None:
            return None
        return max(self.observed_at - self.opened_at, timedelta(0))

    def distance(self, level: Decimal | None) -> Decimal | None:
        """How far the price must move to reach the level, as a fraction of the mark.

        < 0 where the level is below the mark; None where either is not known.
        """
        if level is None or not level or not self.mark_price:
            return None
        return level / self.mark_price - 1


@dataclass(frozen=True, slots=True)
class StoredTrade:
    """A leg or an open position as stored.

    Attributes:
        name: Display name of the account.
        opened_at: The first sighting where `opened_at_known` is False.
        opened_not_earlier_than: Lower bound of an opening that is not known; None
            where none is known.
        oddity: What was implausible when it was parsed; None where nothing was.
        complete_by: When it was first served or stored; None where that is not known.
        net_pnl, gross_pnl, fees: USD; None while it is open.
        confidence: 0..100, as the model stated it at entry.
        closed_at: None while it is open, and if its exit was not observed.
        last_observed_at: When its position was last seen; None for completed legs.
    """

    trade_id: str | None
    account_id: str
    name: str
    symbol: str
    side: TradeSide
    status: TradeStatus
    quantity: Decimal
    entry_price: Decimal
    exit_price: Decimal | None
    net_pnl: Decimal | None
    gross_pnl: Decimal | None
    fees: Decimal | None
    leverage: Decimal | None
    confidence: Decimal | None
    opened_at: datetime
    closed_at: datetime | None
    entry_oid: int | None
    last_observed_at: datetime | None = None
    opened_at_known: bool = True
    opened_not_earlier_than: datetime | None = None
    oddity: str | None = None
    complete_by: datetime | None = None

    @property
    def exits_in_future(self) -> bool:
        """True where its exit is dated later than it was served."""
        return is_future(self.closed_at, self.complete_by)

    @property
    def implausible(self) -> str | None:
        """What is implausible about it, in words; None where nothing is."""
        oddities = [self.oddity] if self.oddity else []
        if self.exits_in_future:
            oddities.append(EXIT_IN_FUTURE)
        return "; ".join(oddities) or None

    @property
    def held(self) -> timedelta | None:
        """How long it was held, >= 0; a lower bound where the opening is not known.

        While it is open, until it was last seen. None where an exit is not known, or
        not plausible.
        """
        is_open = self.status is TradeStatus.OPEN
        until = self.last_observed_at if is_open else self.closed_at
        if until is None or self.exits_in_future:
            return None
        if until < self.opened_at:
            return timedelta() if is_open else None
        return until - self.opened_at


EXIT_IN_FUTURE = "exit after it was served"
"""What is said of a leg whose exit is dated later than the leg was served."""
CLOCKS_DIFFER = timedelta(minutes=10)
"""An exit may be dated this much after it was served: clocks differ, and a capture is
dated by its first payload."""


def is_future(closed_at: datetime | None, complete_by: datetime | None) -> bool:
    """True for an exit that is dated later than its leg was served."""
    if closed_at is None or complete_by is None:
        return False
    return closed_at - complete_by > CLOCKS_DIFFER


@dataclass(frozen=True, slots=True)
class TradeFilter:
    """Which trades are wanted; None and 0 mean no limit.

    Attributes:
        season_id: Row of the season.
        symbols: As served, or without a venue (NVDA finds xyz:NVDA); ignores case.
        since, until: [since, until) limits the time of closing, or else of opening.
    """

    account_ids: tuple[str, ...] | None = None
    season_id: int | None = None
    symbols: tuple[str, ...] = ()
    side: TradeSide | None = None
    status: TradeStatus | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 0


@dataclass(frozen=True, slots=True)
class StoredChat:
    """A conversation as stored.

    Attributes:
        name: Display name of the account.
        confidence: 0..100 of the headline decision.
        content: None if it was not requested.
    """

    conversation_id: str | None
    account_id: str
    name: str
    cycle_id: int | None
    observed_at: datetime
    decision: ChatDecision | None
    symbol: str | None
    confidence: Decimal | None
    summary: str | None
    content: str | None


CHATS_COUNTED = 1_000
"""Limit for counting conversations with a text, because each has to be searched."""


@dataclass(frozen=True, slots=True)
class ChatFilter:
    """Which conversations are wanted; None and 0 mean no limit.

    Attributes:
        season_id: Row of the season.
        symbols: Those of the headline or of any decision; see TradeFilter.
        since, until: [since, until) limits the time of the conversation.
        search: Text that the content or summary contains; ignores case.
        with_content: Whether to return the content too (10 kB each).
    """

    account_ids: tuple[str, ...] | None = None
    season_id: int | None = None
    decision: ChatDecision | None = None
    symbols: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    search: str | None = None
    limit: int = 0
    with_content: bool = False


@dataclass(frozen=True, slots=True)
class RevisedRow:
    """What a revised row is known by; None where rows of its table have no such thing.

    Attributes:
        served_id: The site's id of the trade or of the conversation.
        observed_at: When it was observed (the source's clock).
    """

    table: RevisedTable
    id: int
    served_id: str | None
    symbol: str | None
    entry_oid: int | None
    observed_at: datetime | None
    source: EquitySource | None


RevisedValue = Decimal | datetime | str | int


@dataclass(frozen=True, slots=True)
class StoredRevision:
    """A change of a stored value.

    Attributes:
        account_id, name: Of the account of the row; None for prices.
        old, new: The values as the column has them; `new` is None where the source
            stated that there is none.
        observed_before, observed_after: When the version that gave way and the one
            that stands since were observed; None where no time is known.
        archive_entry: Segment and record of the body with which the change became
            known, as "segment:record"; None where it was not recorded.
        noted_at: When this database noted it (our clock).
    """

    row: RevisedRow
    account_id: str | None
    name: str | None
    field: str
    old: RevisedValue
    new: RevisedValue | None
    observed_before: datetime | None
    observed_after: datetime | None
    cause: RevisionCause
    archive_entry: str | None
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class RevisionFilter:
    """Which revisions are wanted; None and 0 mean no limit.

    Attributes:
        season: Only of rows of this season; rows that name none go by their time.
        season_until: When the next season starts.
        since, until: [since, until) limits when the new value was observed.
    """

    season: SeasonSpan | None = None
    season_until: datetime | None = None
    account_ids: tuple[str, ...] | None = None
    table: RevisedTable | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 0


@dataclass(frozen=True, slots=True)
class RevisionList:
    """Some revisions, the one observed last first, and the total number.

    Attributes:
        emptiness: Why there is none; None where there is one.
    """

    total: int
    rows: tuple[StoredRevision, ...]
    emptiness: Emptiness | None = None
