"""What the rooms pass to each other: frozen records, their terms and the clock.

Conventions: times are aware UTC; money is USD as Decimal; ratios are fractions
(0.12 is 12 %); `observed_at` is the source's clock, `captured_at` is ours.
An undefined or unobserved number is None, never 0.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from nof1_tracker.errors import TrackerError
from nof1_tracker.terms import STALE_INTERVALS as STALE_INTERVALS
from nof1_tracker.terms import ChatDecision as ChatDecision
from nof1_tracker.terms import Endpoint as Endpoint
from nof1_tracker.terms import EquitySource as EquitySource
from nof1_tracker.terms import Kind as Kind
from nof1_tracker.terms import RunStatus as RunStatus
from nof1_tracker.terms import SeasonStatus as SeasonStatus
from nof1_tracker.terms import TradeSide as TradeSide
from nof1_tracker.terms import TradeStatus as TradeStatus
from nof1_tracker.terms import utc_now as utc_now

INITIAL_EQUITY = Decimal(10000)
"""USD that every account of every known season starts with."""

JsonObject = Mapping[str, Any]
"""A decoded JSON object; numbers are int or Decimal."""


class Clock(Protocol):
    """The time and the passing of time; tests replace it."""

    def now(self) -> datetime:
        """The current time, aware UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never jumps."""
        ...

    def sleep(self, seconds: float) -> None:
        """Returns after that many seconds."""
        ...


# --- what a source yields -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Request:
    """One payload asked of a source; `query` is part of its URL."""

    endpoint: Endpoint
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RawPayload:
    """A body exactly as it was served.

    Attributes:
        body: The bytes of the body, content encoding undone.
        origin: The URL or the file that it was read from.
        captured_at: When we received it (our clock; for a file, when it was saved).
        transport: browser, http or capture.
        endpoint: The endpoint recognised from its shape; None if not recognised.
        etag: Validator to send with the next request for `origin`; None if none.
    """

    body: bytes = field(repr=False)
    origin: str
    captured_at: datetime
    transport: str
    endpoint: Endpoint | None = None
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class NotModified:
    """The source says (304) that nothing changed since the payload we stored."""

    request: Request
    origin: str


@dataclass(frozen=True, slots=True)
class FetchFailure:
    """A request that stayed without a usable body, and why."""

    request: Request
    error: TrackerError


FetchResult = RawPayload | NotModified | FetchFailure


class PayloadSource(Protocol):
    """Somewhere that payloads come from. Use as a context manager."""

    @property
    def transport(self) -> str:
        """browser, http or capture."""
        ...

    def fetch(self, requests: Sequence[Request]) -> Iterator[FetchResult]:
        """Yields exactly one result per request, in the order of arrival.

        A failure of one request is a FetchFailure and does not end the others.

        Raises:
            SourceUnreachableError: No request can succeed: there is no connection.
            BrowserUnavailableError: No browser can be started.
        """
        ...

    def close(self) -> None:
        """Releases connections and processes. May be called twice."""
        ...


# --- what a payload says ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Account:
    """A competing account as one row of the source names it.

    Attributes:
        account_id: The site's identity of the account; unique over all seasons.
        name: Display name for people, with " - <variant>" where variants run.
        provider: Company behind the model; "Unknown" where it is not known.
        base_model: Groups the accounts of one model, e.g. "grok-4.20".
        variant: Competition that the account runs in; None in season 1.
        served_name: The display name as the site spelled it; None if it served none.
        is_benchmark: True for buy-and-hold, which is never ranked.
    """

    account_id: str
    name: str
    provider: str
    base_model: str
    variant: str | None = None
    served_name: str | None = None
    is_benchmark: bool = False


@dataclass(frozen=True, slots=True)
class Position:
    """An open position as observed at one instant.

    Attributes:
        quantity: Units of the underlying, always > 0; `side` carries the sign.
        entry_price, mark_price, liquidation_price: USD per unit.
        margin, unrealized_pnl, risk_usd: USD.
        confidence: 0..100, as stated by the model.
        entry_oid: Order that opened it; joins it with its closed legs.
        opened_at: None where the payload does not say (prompts).
        raw: The position as served.
    """

    account_id: str
    observed_at: datetime
    source: EquitySource
    symbol: str
    side: TradeSide
    quantity: Decimal
    entry_price: Decimal
    entry_oid: int
    mark_price: Decimal | None
    liquidation_price: Decimal | None
    leverage: Decimal | None
    margin: Decimal | None
    unrealized_pnl: Decimal | None
    confidence: Decimal | None
    risk_usd: Decimal | None
    profit_target: Decimal | None
    stop_loss: Decimal | None
    invalidation_condition: str | None
    opened_at: datetime | None
    raw: JsonObject


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An account's standing as observed at one instant.

    Attributes:
        equity: Cash plus unrealized PnL, USD.
        realized_pnl, unrealized_pnl, fees: USD; None where the source does not say.
        sharpe_ratio: As the source states it, not ours.
        win_rate: Fraction 0..1, as the source states it.
        hourly_marker: Hours since inception; only account-totals has it.
        positions: All positions open at that instant; None where not observed.
        raw: The row as served, without its positions (those carry their own).
        positions_complete: False where a position was served that could not be
            understood: then a missing one need not have been closed.
    """

    account_id: str
    observed_at: datetime
    source: EquitySource
    equity: Decimal
    realized_pnl: Decimal | None
    unrealized_pnl: Decimal | None
    fees: Decimal | None
    sharpe_ratio: Decimal | None
    win_rate: Decimal | None
    total_trades: int | None
    hourly_marker: int | None
    positions: tuple[Position, ...] | None
    raw: JsonObject
    positions_complete: bool = True


@dataclass(frozen=True, slots=True)
class Leg:
    """A completed trade: one exit of all or part of a position.

    Attributes:
        trade_id: The site's `id`, unique and stable.
        quantity: Units of the underlying, always > 0.
        net_pnl: USD as served, never derived: not always gross minus fees.
        gross_pnl, fees: USD as served; fees are entry plus exit.
        status: closed, or liquidated where the source says so.
    """

    account_id: str
    trade_id: str
    symbol: str
    side: TradeSide
    quantity: Decimal
    entry_price: Decimal
    exit_price: Decimal
    net_pnl: Decimal
    gross_pnl: Decimal | None
    fees: Decimal | None
    status: TradeStatus
    opened_at: datetime
    closed_at: datetime
    entry_oid: int | None
    raw: JsonObject


@dataclass(frozen=True, slots=True)
class Decision:
    """What one conversation decided for one symbol.

    Attributes:
        signal: The site's word: hold, buy_to_enter, sell_to_enter, close_position, ...
        quantity: Units as stated by the model, sign as stated.
        confidence: 0..100.
        risk_usd: USD that the model says it risks.
    """

    symbol: str
    signal: str
    quantity: Decimal | None
    leverage: Decimal | None
    confidence: Decimal | None
    profit_target: Decimal | None
    stop_loss: Decimal | None
    risk_usd: Decimal | None
    invalidation_condition: str | None
    justification: str | None


@dataclass(frozen=True, slots=True)
class Conversation:
    """One ModelChat message with the decisions that it holds.

    Attributes:
        cycle_id: +1 per conversation and account; a gap is a conversation missed.
        content: The chain of thought, or the response as text.
        decision: Headline over all decisions (see scraper.model_chat).
        confidence: 0..100 of the headline.
        raw: The conversation as served, prompt included.
    """

    account_id: str
    conversation_id: str
    cycle_id: int | None
    observed_at: datetime
    content: str
    summary: str | None
    decision: ChatDecision
    symbol: str | None
    confidence: Decimal | None
    decisions: tuple[Decision, ...]
    raw: JsonObject


@dataclass(frozen=True, slots=True)
class ReportedStatistics:
    """What nof1 itself computes for an account, kept whole.

    Attributes:
        total_trades: Legs that nof1 counted, more than it serves; None if unsaid.
    """

    account_id: str
    observed_at: datetime
    total_trades: int | None
    raw: JsonObject


@dataclass(frozen=True, slots=True)
class Price:
    """A mid price in USD."""

    symbol: str
    observed_at: datetime
    price: Decimal


@dataclass(frozen=True, slots=True)
class Inception:
    """When an account started and with how many USD."""

    account_id: str
    started_at: datetime
    initial_equity: Decimal


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row, or a whole body, that could not be understood.

    Attributes:
        endpoint: Its kind of payload as spelled by Endpoint, or "unknown".
        reason: What is wrong with it, for a person.
        original: The JSON as served (or the body as text).
    """

    endpoint: str
    reason: str
    original: str


@dataclass(frozen=True, slots=True)
class Trait:
    """One thing that the rows of a payload have: a field of a type, or a word in it.

    Attributes:
        path: The field, with a point before one inside another; `*` stands for a
            key that is no name of a field (a coin), `[]` for the items of a list.
        json_type: null, boolean, number, string, object or array.
        word: One of the words that the field chooses from; empty for its type.
        example: A value as JSON, shortened.
    """

    path: str
    json_type: str
    word: str
    example: str


@dataclass(frozen=True, slots=True)
class Harvest:
    """Everything that one payload says.

    Attributes:
        endpoint: None where the payload was not recognised.
        observed_at: The source's own clock for the payload, else `captured_at`.
        fetched: Rows in the payload, good and bad.
        accounts: Every account that a record below refers to, once each.
        warnings: Oddities worth a line to a person (unknown fields, new words).
        traits: The shape of its rows, to be held against what was served before.
    """

    endpoint: Endpoint | None
    origin: str
    transport: str
    captured_at: datetime
    observed_at: datetime
    fetched: int
    accounts: tuple[Account, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    legs: tuple[Leg, ...] = ()
    conversations: tuple[Conversation, ...] = ()
    statistics: tuple[ReportedStatistics, ...] = ()
    prices: tuple[Price, ...] = ()
    inceptions: tuple[Inception, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    warnings: tuple[str, ...] = ()
    traits: tuple[Trait, ...] = ()
    etag: str | None = None


# --- what became of it ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows of one kind by what storing them did."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0

    @property
    def total(self) -> int:
        """Rows in all."""
        return self.inserted + self.updated + self.unchanged

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.inserted + other.inserted,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
        )


@dataclass(frozen=True, slots=True)
class SeasonSpan:
    """A season and the half-open span [start, end) of time that belongs to it.

    Attributes:
        number: 1, 1.5, 2, ...; 0 gathers what lies in no known span.
        start: None only for season 0.
        end: None while the season runs.
        is_provisional: True while number and name are our guess.
    """

    id: int
    number: Decimal
    name: str
    start: datetime | None
    end: datetime | None
    initial_equity: Decimal
    status: SeasonStatus
    is_provisional: bool

    def holds(self, time: datetime) -> bool:
        """True where the time lies in the span."""
        if self.start is None or time < self.start:
            return False
        return self.end is None or time < self.end


# --- what the tables say --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StoredSnapshot:
    """An account's equity as stored.

    Attributes:
        rank: Among the accounts of its own observation; None for a benchmark.
    """

    account_id: str
    observed_at: datetime
    source: EquitySource
    equity: Decimal
    unrealized_pnl: Decimal | None
    rank: int | None


@dataclass(frozen=True, slots=True)
class StoredTrade:
    """A leg or an open position as stored.

    Attributes:
        name: Display name of the account.
        net_pnl, gross_pnl, fees: USD; None while it is open.
        confidence: 0..100, as the model stated it at entry.
        closed_at: None while it is open, and where its exit was not observed.
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


@dataclass(frozen=True, slots=True)
class TradeFilter:
    """Which trades are wanted; None and 0 mean no limit.

    Attributes:
        symbol: As served, or without its venue (NVDA finds xyz:NVDA); any case.
        since, until: [since, until) holds the closing, else the opening.
    """

    account_ids: tuple[str, ...] | None = None
    symbol: str | None = None
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
        content: None where it was not asked for.
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
"""Conversations with a text are not counted any further: each has to be looked into."""


@dataclass(frozen=True, slots=True)
class ChatFilter:
    """Which conversations are wanted; None and 0 mean no limit.

    Attributes:
        symbol: Of the headline or of any decision in it; see TradeFilter.
        search: Text that content or summary holds, in any case.
        with_content: Whether the content is wanted too (10 kB each).
    """

    account_ids: tuple[str, ...] | None = None
    decision: ChatDecision | None = None
    symbol: str | None = None
    search: str | None = None
    since: datetime | None = None
    limit: int = 0
    with_content: bool = False


@dataclass(frozen=True, slots=True)
class NewestRows:
    """When an account was last observed, by kind; None: never."""

    name: str
    account_id: str
    snapshot_at: datetime | None
    trade_at: datetime | None
    chat_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChatGaps:
    """Conversations missing between an account's first and last stored cycle.

    Attributes:
        largest: Missing in a row, at most; 0 where nothing is missing.
        largest_from, largest_to: Times of the conversations around it.
    """

    name: str
    account_id: str
    stored: int
    missing: int
    largest: int
    largest_from: datetime | None
    largest_to: datetime | None


@dataclass(frozen=True, slots=True)
class TradeCoverage:
    """Completed legs stored, against those that nof1 counted for the account."""

    name: str
    account_id: str
    stored: int
    reported: int
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A scrape or an import as it was noted.

    Attributes:
        finished_at: None while it runs, and for ever where it was killed.
        counts: The lines of its summary.
    """

    started_at: datetime
    finished_at: datetime | None
    transport: str
    origin: str
    status: RunStatus
    counts: tuple[JsonObject, ...]
    error: str | None


@dataclass(frozen=True, slots=True)
class RejectedGroup:
    """What was rejected for one reason at one endpoint, counted with repeats."""

    endpoint: str
    reason: str
    occurrences: int
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Drift:
    """A change of what the source serves, noted after it had been watched for a day.

    Attributes:
        json_type, word, example: As in Trait.
        noted_at: When it was first served so, or first missing.
        is_gone: True for a field that every row had, and none has any more.
    """

    endpoint: str
    path: str
    json_type: str
    word: str
    example: str
    noted_at: datetime
    is_gone: bool


@dataclass(frozen=True, slots=True)
class StoredRejected:
    """What could not be understood when it was fetched, as it was kept.

    Attributes:
        endpoint: Its kind of payload as spelled by Endpoint, or "unknown".
        original: A row as JSON, or a whole body as text.
    """

    endpoint: str
    reason: str
    original: str
    origin: str
    first_seen_at: datetime
