"""Rows of the lists that are read page by page, for programs."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from nof1_tracker.records.asking.listed_rows import (
    EquityPoint,
    ListedDecision,
    ListedEvent,
    ObservedPosition,
    ObservedPrice,
)
from nof1_tracker.records.enums import EquitySource
from nof1_tracker.records.history.hyperliquid import Candle
from nof1_tracker.rendering.programs.output import exact, iso

EQUITY_COLUMNS = (
    "model_id",
    "name",
    "observed_at",
    "source",
    "equity",
    "realized_pnl",
    "unrealized_pnl",
    "rank",
    "open_positions",
)
POSITION_COLUMNS = (
    "model_id",
    "name",
    "observed_at",
    "source",
    "symbol",
    "side",
    "quantity",
    "entry_price",
    "mark_price",
    "liquidation_price",
    "leverage",
    "margin",
    "unrealized_pnl",
    "confidence",
    "risk_usd",
    "profit_target",
    "stop_loss",
    "invalidation_condition",
    "entry_oid",
    "opened_at",
)
DECISION_COLUMNS = (
    "conversation_id",
    "model_id",
    "name",
    "observed_at",
    "source",
    "symbol",
    "signal",
    "quantity",
    "leverage",
    "confidence",
    "profit_target",
    "stop_loss",
    "risk_usd",
    "is_add",
    "invalidation_condition",
    "justification",
)
PRICE_COLUMNS = ("symbol", "observed_at", "source", "price")
CANDLE_COLUMNS = (
    "symbol",
    "interval",
    "opened_at",
    "closed_at",
    "open",
    "high",
    "low",
    "close",
    "volume",
    "trades",
    "source",
)
EVENT_COLUMNS = (
    "key",
    "kind",
    "occurred_at",
    "detected_at",
    "model_id",
    "symbol",
    "title",
    "text",
    "numbers",
)


def equity_rows(points: Iterable[EquityPoint]) -> list[dict[str, Any]]:
    """One row per observation, keys as in EQUITY_COLUMNS; USD."""
    return [
        {
            "model_id": point.account_id,
            "name": point.name,
            "observed_at": iso(point.observed_at),
            "source": point.source.value,
            "equity": exact(point.equity),
            "realized_pnl": exact(point.realized_pnl),
            "unrealized_pnl": exact(point.unrealized_pnl),
            "rank": point.rank,
            "open_positions": point.open_positions,
        }
        for point in points
    ]


def position_rows(positions: Iterable[ObservedPosition]) -> list[dict[str, Any]]:
    """One row per observation, keys as in POSITION_COLUMNS; confidence is 0..100."""
    return [
        {
            "model_id": position.account_id,
            "name": position.name,
            "observed_at": iso(position.observed_at),
            "source": position.source.value,
            "symbol": position.symbol,
            "side": position.side.value,
            "quantity": exact(position.quantity),
            "entry_price": exact(position.entry_price),
            "mark_price": exact(position.mark_price),
            "liquidation_price": exact(position.liquidation_price),
            "leverage": exact(position.leverage),
            "margin": exact(position.margin),
            "unrealized_pnl": exact(position.unrealized_pnl),
            "confidence": exact(position.confidence),
            "risk_usd": exact(position.risk_usd),
            "profit_target": exact(position.profit_target),
            "stop_loss": exact(position.stop_loss),
            "invalidation_condition": position.invalidation_condition,
            "entry_oid": position.entry_oid,
            "opened_at": iso(position.opened_at),
        }
        for position in positions
    ]


def decision_rows(decisions: Iterable[ListedDecision]) -> list[dict[str, Any]]:
    """One row per symbol, keys as in DECISION_COLUMNS; confidence is 0..100."""
    return [
        {
            "conversation_id": decision.conversation_id,
            "model_id": decision.account_id,
            "name": decision.name,
            "observed_at": iso(decision.observed_at),
            "source": EquitySource.MODEL_CHAT.value,
            "symbol": decision.symbol,
            "signal": decision.signal,
            "quantity": exact(decision.quantity),
            "leverage": exact(decision.leverage),
            "confidence": exact(decision.confidence),
            "profit_target": exact(decision.profit_target),
            "stop_loss": exact(decision.stop_loss),
            "risk_usd": exact(decision.risk_usd),
            "is_add": decision.is_add,
            "invalidation_condition": decision.invalidation_condition,
            "justification": decision.justification,
        }
        for decision in decisions
    ]


def price_rows(prices: Iterable[ObservedPrice]) -> list[dict[str, Any]]:
    """One row per price, keys as in PRICE_COLUMNS; USD per unit."""
    return [
        {
            "symbol": price.symbol,
            "observed_at": iso(price.observed_at),
            "source": price.source.value,
            "price": exact(price.price),
        }
        for price in prices
    ]


def candle_rows(candles: Iterable[Candle]) -> list[dict[str, Any]]:
    """One row per candle, keys as in CANDLE_COLUMNS; USD per unit, units."""
    return [
        {
            "symbol": candle.symbol,
            "interval": candle.interval,
            "opened_at": iso(candle.opened_at),
            "closed_at": iso(candle.closed_at),
            "open": exact(candle.open),
            "high": exact(candle.high),
            "low": exact(candle.low),
            "close": exact(candle.close),
            "volume": exact(candle.volume),
            "trades": candle.trades,
            "source": "hyperliquid",
        }
        for candle in candles
    ]


def event_rows(events: Iterable[ListedEvent]) -> list[dict[str, Any]]:
    """One row per event, keys as in EVENT_COLUMNS."""
    return [
        {
            "key": event.key,
            "kind": event.kind.value,
            "occurred_at": iso(event.occurred_at),
            "detected_at": iso(event.detected_at),
            "model_id": event.account_id,
            "symbol": event.symbol,
            "title": event.title,
            "text": event.text,
            "numbers": {
                name: exact(Decimal(number)) for name, number in event.numbers.items()
            },
        }
        for event in events
    ]
