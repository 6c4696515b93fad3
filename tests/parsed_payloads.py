"""Builders of records for storage tests; arguments not given are plausible."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, inspect, select
from sqlalchemy.orm import Session

from nof1_tracker.database import UnitOfWork, models
from nof1_tracker.database.engine.column_types import dump_json
from nof1_tracker.database.hour_models import EquityHour
from nof1_tracker.records.enums import (
    ChatDecision,
    Endpoint,
    EquitySource,
    TradeSide,
    TradeStatus,
)
from nof1_tracker.records.parsed import (
    Account,
    Conversation,
    Decision,
    Inception,
    Leg,
    ParsedPayload,
    Position,
    Rejected,
    Served,
    Snapshot,
)
from nof1_tracker.records.run_summary import StoredRows
from nof1_tracker.services.storing.store_records import store_records

START = datetime(2025, 10, 20, tzinfo=UTC)
ALPHA, BETA, HOLDER = "alpha-1", "beta-2", "buynhold_btc"


def at(hours: float) -> datetime:
    """The time that many hours after the start of season 1."""
    return START + timedelta(hours=hours)


def account(account_id: str, **changes: Any) -> Account:
    fields: dict[str, Any] = {
        "account_id": account_id,
        "name": account_id.title(),
        "provider": "Unknown",
        "base_model": account_id,
        "is_benchmark": account_id == HOLDER,
    }
    return Account(**(fields | changes))


def position(account_id: str, hours: float, **changes: Any) -> Position:
    fields: dict[str, Any] = {
        "account_id": account_id,
        "observed_at": at(hours),
        "source": EquitySource.ACCOUNT_TOTALS,
        "symbol": "BTC",
        "side": TradeSide.LONG,
        "quantity": Decimal("0.5"),
        "entry_price": Decimal(100000),
        "entry_oid": 77,
        "mark_price": Decimal(101000),
        "liquidation_price": None,
        "leverage": Decimal(10),
        "margin": None,
        "unrealized_pnl": Decimal(500),
        "confidence": Decimal(65),
        "risk_usd": None,
        "profit_target": None,
        "stop_loss": None,
        "invalidation_condition": None,
        "opened_at": at(0.5),
        "raw": {"symbol": "BTC"},
    }
    return Position(**(fields | changes))


def snapshot(account_id: str, hours: float, equity: str, **changes: Any) -> Snapshot:
    fields: dict[str, Any] = {
        "account_id": account_id,
        "observed_at": at(hours),
        "source": EquitySource.ACCOUNT_TOTALS,
        "equity": Decimal(equity),
        "realized_pnl": None,
        "unrealized_pnl": None,
        "fees": None,
        "sharpe_ratio": None,
        "win_rate": None,
        "total_trades": None,
        "hourly_marker": int(hours),
        "positions": (),
        "raw": {"equity": Decimal(equity)},
    }
    return Snapshot(**(fields | changes))


def prompted(account_id: str, hours: float, equity: str, **changes: Any) -> Snapshot:
    """A snapshot with the account value stated in a prompt."""
    fields = {"source": EquitySource.MODEL_CHAT, "hourly_marker": None}
    return snapshot(account_id, hours, equity, **(fields | changes))


def leg(account_id: str, closed: float, **changes: Any) -> Leg:
    fields: dict[str, Any] = {
        "account_id": account_id,
        "trade_id": f"{account_id}_{closed}",
        "symbol": "BTC",
        "side": TradeSide.LONG,
        "quantity": Decimal("0.5"),
        "entry_price": Decimal(100000),
        "exit_price": Decimal(101000),
        "net_pnl": Decimal("470.5"),
        "gross_pnl": Decimal(500),
        "fees": Decimal("29.5"),
        "status": TradeStatus.CLOSED,
        "opened_at": at(0.5),
        "closed_at": at(closed),
        "entry_oid": 77,
        "raw": {"leverage": 1},
    }
    return Leg(**(fields | changes))


def decision(symbol: str, signal: str = "hold", **changes: Any) -> Decision:
    fields: dict[str, Any] = {
        "symbol": symbol,
        "signal": signal,
        "quantity": Decimal("0.5"),
        "leverage": Decimal(10),
        "confidence": Decimal(65),
        "profit_target": None,
        "stop_loss": None,
        "risk_usd": None,
        "invalidation_condition": None,
        "justification": "",
    }
    return Decision(**(fields | changes))


def conversation(account_id: str, hours: float, **changes: Any) -> Conversation:
    fields: dict[str, Any] = {
        "account_id": account_id,
        "conversation_id": f"{account_id}_{hours}",
        "cycle_id": int(hours * 10),
        "observed_at": at(hours),
        "content": "I hold.",
        "has_thought": True,
        "summary": None,
        "decision": ChatDecision.HOLD,
        "symbol": "BTC",
        "confidence": Decimal(65),
        "decisions": (decision("BTC"),),
        "raw": {"id": f"{account_id}_{hours}"},
    }
    return Conversation(**(fields | changes))


def parsed(
    endpoint: Endpoint = Endpoint.ACCOUNT_TOTALS,
    *,
    snapshots: Sequence[Snapshot] = (),
    legs: Sequence[Leg] = (),
    conversations: Sequence[Conversation] = (),
    inceptions: Sequence[Inception] = (),
    rejected: Sequence[Rejected] = (),
    accounts: Sequence[Account] = (),
    observed: float = 0,
    etag: str | None = None,
) -> ParsedPayload:
    rows: list[Any] = [*snapshots, *legs, *conversations, *inceptions]
    named = {each.account_id: each for each in accounts}
    for row in rows:
        named.setdefault(row.account_id, account(row.account_id))
    return ParsedPayload(
        endpoint=endpoint,
        origin=f"test://{endpoint}",
        transport="capture",
        captured_at=at(observed),
        observed_at=at(observed),
        fetched=len(rows) + len(rejected),
        accounts=tuple(named.values()),
        snapshots=tuple(snapshots),
        legs=tuple(legs),
        conversations=tuple(conversations),
        inceptions=tuple(inceptions),
        rejected=tuple(rejected),
        etag=etag,
        served=Served(at(observed)),
    )


def trades_of(*legs: Leg) -> ParsedPayload:
    return parsed(Endpoint.TRADES, legs=legs)


def chats_of(*conversations: Conversation) -> ParsedPayload:
    return parsed(Endpoint.CONVERSATIONS, conversations=conversations)


def totals_of(*snapshots: Snapshot) -> ParsedPayload:
    return parsed(Endpoint.ACCOUNT_TOTALS, snapshots=snapshots)


def store(engine: Engine, *parsed_payloads: ParsedPayload) -> list[StoredRows]:
    """Stores each in a transaction of its own; returns the outcome of the last."""
    stored: list[StoredRows] = []
    for each in parsed_payloads:
        with UnitOfWork(engine, writes=True) as unit:
            stored = store_records(unit.repositories, each).rows
            unit.commit()
    return stored


STORED = (
    models.Season,
    models.LLMModel,
    models.LeaderboardSnapshot,
    EquityHour,
    models.Position,
    models.Trade,
    models.ModelChat,
    models.ChatDecisionRow,
    models.ReportedStatistics,
    models.Price,
)
_OURS = ("id", "created_at", "updated_at")


def contents(engine: Engine) -> Mapping[str, list[str]]:
    """Everything observed, by table, without the database's own ids and times."""
    with Session(engine) as session:
        names: dict[str, dict[int, str]] = {
            "model_id": {
                m.id: str(m.model_id) for m in session.scalars(select(models.LLMModel))
            },
            "season_id": {
                s.id: str(s.season_number)
                for s in session.scalars(select(models.Season))
            },
            "model_chat_id": {
                c.id: str(c.conversation_id)
                for c in session.scalars(select(models.ModelChat))
            },
        }
        return {
            table.__tablename__: sorted(
                dump_json(_told(row, names)) for row in session.scalars(select(table))
            )
            for table in STORED
        }


def _told(row: Any, names: Mapping[str, Mapping[int, str]]) -> dict[str, Any]:
    told = {}
    for column in inspect(type(row)).columns:
        value = getattr(row, column.key)
        if column.key in _OURS:
            continue
        if isinstance(value, int) and column.key in names:
            value = names[column.key][value]
        plain = isinstance(value, dict | int | None)
        told[column.key] = value if plain else str(value)
    return told
