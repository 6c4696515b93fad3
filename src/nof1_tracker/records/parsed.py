"""The contents of a payload, as frozen records.

Conventions: times are aware UTC; money is USD as Decimal; ratios are fractions
(0.12 is 12 %); `observed_at` is the source's clock, `captured_at` is ours.
An undefined or unobserved number is None, never 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from nof1_tracker.records.enums import (
    ChatDecision,
    Endpoint,
    EquitySource,
    PriceSource,
    RowKind,
    TradeSide,
    TradeStatus,
)

INITIAL_EQUITY = Decimal(10000)
"""USD that an account of a new season starts with, as in every known season."""


JsonObject = Mapping[str, Any]
"""A decoded JSON object; numbers are int or Decimal."""


COMPETITIONS: Final[Mapping[int, str]] = {
    1: "New Baseline",
    2: "Monk Mode",
    3: "Situational Awareness",
    4: "Max Leverage",
}
"""Competitions of season 1.5 by `competition_id`."""


@dataclass(frozen=True, slots=True)
class Account:
    """A competing account, as identified by one row of the source.

    Attributes:
        account_id: The id by which the row names the account; unique over all seasons.
        name: Display name, with " - <variant>" where a season has variants.
        provider: Company behind the model; "Unknown" if not known.
        base_model: Groups the accounts of one model, e.g. "grok-4.20".
        variant: Competition in which the account takes part; None in season 1.
        served_name: The display name as the site spelled it; None if not served.
        is_benchmark: True for buy-and-hold, which is never ranked.
        aliases: Other ids by which the row names the same account.
        former: Ids that it had before it was renamed, as the row states.
        run_id: A run that the row states beside its account (season 1). Where an
            account is stored under it, the row belongs to that account.
        row_key: See `key`; None where that is `account_id`.
    """

    account_id: str
    name: str
    provider: str
    base_model: str
    variant: str | None = None
    served_name: str | None = None
    is_benchmark: bool = False
    aliases: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    run_id: str | None = None
    row_key: str | None = None

    @property
    def key(self) -> str:
        """The `account_id` of its records: distinguishes the runs in one payload."""
        return self.row_key or self.account_id


@dataclass(frozen=True, slots=True)
class Position:
    """An open position as observed at one instant.

    Attributes:
        quantity: Units of the underlying, always > 0; `side` is the sign.
        entry_price, mark_price, liquidation_price: USD per unit.
        margin, unrealized_pnl, risk_usd: USD.
        confidence: 0..100, as stated by the model.
        entry_oid: Id of the order that opened it; joins it with its closed legs.
        opened_at: None if the payload does not say (prompts).
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
        realized_pnl, unrealized_pnl, fees: USD; None where the source does not say,
            or is known to say something else.
        sharpe_ratio: As the source states it, not ours.
        win_rate: Fraction 0..1, as the source states it.
        hourly_marker: Hours since inception; only account-totals has it.
        positions: All positions open at that instant; None where not observed.
        raw: The row as served, without its positions (those carry their own).
        positions_complete: False where a position was served that could not be
            understood: then a missing one need not have been closed.
        open_positions: How many there are, where `positions` is None but the number is
            known all the same.
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
    open_positions: int | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """A completed trade: one exit of all or part of a position.

    Attributes:
        trade_id: The site's `id`, unique and stable.
        quantity: Units of the underlying, always > 0.
        net_pnl: USD as served, never derived: not always gross minus fees.
        gross_pnl, fees: USD as served; fees are entry plus exit.
        status: closed, or liquidated where the source says so.
        oddity: Why its figures are implausible, for a person; None where they are not.
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
    oddity: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What one conversation decided for one symbol.

    Attributes:
        signal: The site's word: hold, buy_to_enter, sell_to_enter, close_position, ...
        quantity: Units, with the sign as stated by the model.
        confidence: 0..100.
        risk_usd: USD that the model says it risks.
        is_add: Whether it adds to an open position; None where the site does not say.
        stated: Names of the fields above that were served and valid, as null too.
        raw: The decision as served.
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
    is_add: bool | None = None
    stated: frozenset[str] = frozenset()
    raw: Any = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """One ModelChat message with its decisions.

    Attributes:
        cycle_id: Rises by 1 per conversation of an account; a gap is a missed one.
        content: The chain of thought, or else the response as text.
        has_thought: Whether the content is the chain of thought.
        decision: Headline of all decisions (see scraper.model_chat).
        confidence: 0..100, confidence of the headline.
        raw: The conversation as served, including the prompt.
    """

    account_id: str
    conversation_id: str
    cycle_id: int | None
    observed_at: datetime
    content: str
    has_thought: bool
    summary: str | None
    decision: ChatDecision
    symbol: str | None
    confidence: Decimal | None
    decisions: tuple[Decision, ...]
    raw: JsonObject


@dataclass(frozen=True, slots=True)
class ReportedStatistics:
    """Statistics that nof1 itself computes for an account, kept as served.

    Attributes:
        total_trades: Legs counted by nof1, more than it serves; None if not stated.
    """

    account_id: str
    observed_at: datetime
    total_trades: int | None
    raw: JsonObject


@dataclass(frozen=True, slots=True)
class Price:
    """A mid price in USD, and what a prompt states of the market beside it.

    Attributes:
        funding_rate: Per hour, as a fraction; longs pay shorts where it is positive.
        open_interest: Units of the underlying.
        stated_at: When a prompt stated it; None where no prompt did.
    """

    symbol: str
    observed_at: datetime
    price: Decimal
    source: PriceSource = PriceSource.CRYPTO_PRICES
    funding_rate: Decimal | None = None
    open_interest: Decimal | None = None
    stated_at: datetime | None = None

    @property
    def order(self) -> tuple[datetime, Decimal]:
        """The place among those that prompts state for one time; the least stands."""
        return self.stated_at or self.observed_at, self.price


@dataclass(frozen=True, slots=True)
class Inception:
    """When an account started and with how many USD."""

    account_id: str
    started_at: datetime
    initial_equity: Decimal


UNKNOWN_ENDPOINT = "unknown"
"""Stands for the endpoint of what was not recognised, where one is stored."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row, or a whole body, that could not be parsed.

    Attributes:
        endpoint: Its kind of payload as spelled by Endpoint, or UNKNOWN_ENDPOINT.
        reason: What is wrong with it, for a person.
        original: The JSON as served (or the body as text).
        is_partial: True for a part of a row that is stored without it.
        is_untimely: True for a row dated after its observation, which newer code
            would reject as well.
    """

    endpoint: str
    reason: str
    original: str
    is_partial: bool = False
    is_untimely: bool = False


@dataclass(frozen=True, slots=True)
class Trait:
    """A feature of a payload's rows: a field of some type, or a word in the field.

    Attributes:
        path: Name of the field, nested names joined by dots; `*` stands for a key
            that is not a field name (a coin), `[]` for the items of a list.
        json_type: null, boolean, number, string, object or array.
        word: One value of a field with a fixed vocabulary; empty for the field's type.
        example: A value as shortened JSON.
    """

    path: str
    json_type: str
    word: str
    example: str


@dataclass(frozen=True, slots=True)
class Served:
    """When a body was observed, and which code read it: what its rows are weighed by.

    Attributes:
        observed_at: The payload's own clock, else the time at which it was served,
            else what its folder is named by; None where no time is known.
        parser: Version of the parser.
    """

    observed_at: datetime | None = None
    parser: int = 0


@dataclass(frozen=True, slots=True)
class ParsedPayload:
    """Everything that one payload contains.

    Attributes:
        endpoint: None if the payload was not recognised.
        observed_at: The source's own time of the payload, else `captured_at`.
        fetched: Number of rows in the payload, good and bad.
        accounts: Every account that a record below refers to, once each.
        rejected: What could not be understood; of much a sample, see below.
        rejected_rows: How many rows, or bodies, could not be understood.
        rejected_parts: How many parts of rows: figures, positions, decisions.
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
    served: Served = Served()
    rejected_rows: int = 0
    rejected_parts: int = 0

    @property
    def row_kind(self) -> RowKind:
        """What its own rows are, the rejected ones among them."""
        return self.endpoint.row_kind if self.endpoint else RowKind.UNRECOGNISED

    @property
    def source(self) -> str:
        """The endpoint as summaries name it; "-" where it was not recognised."""
        return self.endpoint.value if self.endpoint else "-"
