"""Rows of lists that are read page by page, and which of them are wanted.

Conventions: `records.parsed`. `name` is the display name of the account.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from nof1_tracker.records.enums import EquitySource, PriceSource, TradeSide
from nof1_tracker.records.events import EventKind


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows are wanted; None means no limit.

    Attributes:
        symbols: As served, or without a venue (NVDA finds xyz:NVDA); ignores case.
        since, until: [since, until) limits the time that the list is ordered by.
    """

    account_ids: tuple[str, ...] | None = None
    symbols: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class EquityPoint:
    """An account's equity at one instant, from one source.

    Attributes:
        equity, realized_pnl, unrealized_pnl: USD.
        rank: Among the accounts of its own observation; None for a benchmark.
        open_positions: None if not all of them were observed.
    """

    account_id: str
    name: str
    observed_at: datetime
    source: EquitySource
    equity: Decimal
    realized_pnl: Decimal | None
    unrealized_pnl: Decimal | None
    rank: int | None
    open_positions: int | None


@dataclass(frozen=True, slots=True)
class ObservedPosition:
    """An open position as it was observed at one instant.

    Attributes:
        quantity: Units, > 0; the side is the sign.
        entry_price, mark_price, liquidation_price, profit_target, stop_loss: USD per
            unit.
        margin, unrealized_pnl, risk_usd: USD.
        confidence: 0..100, as the model stated it.
        opened_at: None if the source does not say.
    """

    account_id: str
    name: str
    observed_at: datetime
    source: EquitySource
    symbol: str
    side: TradeSide
    quantity: Decimal
    entry_price: Decimal
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
    entry_oid: int
    opened_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListedDecision:
    """What a conversation decided for one symbol.

    Attributes:
        observed_at: When the conversation took place (the source's clock).
        signal: In the site's own words.
        quantity: Units, with the sign that the model gave it.
        confidence: 0..100, as the model stated it.
        profit_target, stop_loss: USD per unit.
        risk_usd: USD.
        is_add: Whether it adds to an open position; None where the site does not say.
    """

    conversation_id: str | None
    account_id: str
    name: str
    observed_at: datetime
    symbol: str
    signal: str
    quantity: Decimal | None
    leverage: Decimal | None
    confidence: Decimal | None
    profit_target: Decimal | None
    stop_loss: Decimal | None
    risk_usd: Decimal | None
    is_add: bool | None
    invalidation_condition: str | None
    justification: str | None


@dataclass(frozen=True, slots=True)
class ObservedPrice:
    """A mid price, USD per unit."""

    symbol: str
    observed_at: datetime
    source: PriceSource
    price: Decimal


@dataclass(frozen=True, slots=True)
class ListedEvent:
    """An event as stored.

    Attributes:
        detected_at: When it was found in the tables (our clock).
        numbers: By name, with the unit as suffix.
    """

    key: str
    kind: EventKind
    occurred_at: datetime
    detected_at: datetime
    account_id: str | None
    symbol: str | None
    title: str
    text: str
    numbers: Mapping[str, Decimal | int]
