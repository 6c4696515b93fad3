"""A database worth exporting, and what its export has to say, read by the ORM."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from nof1_tracker.database import models
from nof1_tracker.database.exchange_models import ExchangeEquity
from nof1_tracker.database.write.versions.versioned_table import VERSION_COLUMNS
from nof1_tracker.demo.site.faults import ESCAPES, MARKUP
from nof1_tracker.records.enums import (
    ChatDecision,
    EquitySource,
    TradeSide,
    TradeStatus,
)
from nof1_tracker.records.export_rows import ExportKind
from tests.integration.reading.boards import Board

Row = dict[str, Any]
START = datetime(2025, 10, 20, 1, 2, 3, 456789, tzinfo=UTC)
TEXTS = (
    "",
    "=HYPERLINK(1)",
    "'=1",
    "-5",
    '"quoted", and\ncut\r\nthrice\r',
    "\\N",
    "NULL",
    ESCAPES,
    MARKUP,
    "🚀 \u200f\u05e9\u05dc\u05d5\u05dd\u202e 中文 \u2028 \x7f",
    "\t ",
    "a\\nb {} % %s",
)
RAW = {"price": Decimal("1.10"), "text": ESCAPES, "list": [1, None, True], "e": "é🚀"}


def filled(engine: Engine) -> Board:
    """Every kind of row: whole, bare, hostile and at the edge of its columns."""
    board = Board(engine)
    board.model("alpha", name="=cmd|x", provider="Ma,ker", base_model="al", variant="V")
    board.model("buynhold_btc", is_benchmark=True)
    for place, text in enumerate(TEXTS):
        _chat(board, f"c{place}", text, START + timedelta(minutes=place))
    board.chat("alpha", "bare", summary=None, decision=None, season_id=None)
    for place, number in enumerate(("0.00000001", "-99999.87654321", "10000", "1.5")):
        _snapshot(board, Decimal(number), START + timedelta(microseconds=place))
    board.snapshot("buynhold_btc", "123456789.12345678", START)
    _position(board, "xyz:NVDA", START, quantity=Decimal("25.1499999999"))
    _position(board, "BTC", START + timedelta(days=99), entry_oid=2)
    _trades(board)
    return board


def _snapshot(board: Board, number: Decimal, at: datetime) -> None:
    board.add(
        models.LeaderboardSnapshot(
            season_id=board.season_ids[1],
            model_id=board.model("alpha"),
            timestamp=at,
            rank=1,
            total_assets=number,
            pnl=number - 10000,
            pnl_percent=Decimal("-12.3456"),
            win_rate=Decimal("33.3333"),
            total_trades=7,
            realized_pnl=-number,
            sharpe_ratio=Decimal("-0.000001"),
            source=EquitySource.ACCOUNT_TOTALS,
            hourly_marker=3,
            raw_data=RAW,
            updated_at=at + timedelta(hours=1),
        )
    )


def _position(board: Board, symbol: str, at: datetime, **changes: Any) -> None:
    fields: Row = {
        "side": TradeSide.SHORT,
        "quantity": Decimal(1),
        "entry_price": Decimal("0.00000001"),
        "entry_oid": 2**53 + 1,
        "leverage": Decimal("12.5"),
        "invalidation_condition": TEXTS[4],
        "source": EquitySource.MODEL_CHAT,
        "raw_data": RAW,
    }
    model_id = board.model("alpha")
    board.add(
        models.Position(
            model_id=model_id, timestamp=at, symbol=symbol, **(fields | changes)
        )
    )


def _chat(board: Board, name: str, text: str, at: datetime) -> None:
    decision = ChatDecision.BUY
    fields = {"timestamp": at, "cycle_id": 2**40, "symbol": text[:50] or None}
    chat_id = board.chat(
        "alpha", name, content=text, summary=text, decision=decision, **fields
    )
    board.add(
        models.ChatDecisionRow(
            model_chat_id=chat_id,
            symbol="BTC",
            signal="buy_to_enter",
            quantity=Decimal("-0.0000000001"),
            confidence=Decimal("72.5"),
            justification=text,
            invalidation_condition=None,
        )
    )


def _trades(board: Board) -> None:
    board.trade(
        "alpha",
        TEXTS[3],
        pnl=Decimal("-123.123456789012"),
        pnl_percent=Decimal("-0.0001"),
        gross_pnl=Decimal("0.000000000001"),
        size=Decimal("0.0000000001"),
        raw_data=RAW,
    )
    nothing = {"exit_price": None, "pnl": None, "closed_at": None}
    board.trade("alpha", "alpha_2", status=TradeStatus.OPEN, entry_oid=2, **nothing)
    board.trade("alpha", "lost", season_id=None, **nothing)
    unseen = {"opened_at_known": False, "opened_not_earlier_than": START}
    board.trade("alpha", "unseen", oddity=TEXTS[4], **unseen, **nothing)


# --- what the ORM reads ---------------------------------------------------------

_NAMES = {
    "timestamp": "observed_at",
    "total_assets": "equity",
    "pnl": "total_pnl",
    "pnl_percent": "total_return",
    "created_at": "stored_at",
    "updated_at": "changed_at",
    "raw_data": "raw",
}
_OF_TRADES = {"pnl": "net_pnl", "pnl_percent": "net_return", "size": "quantity"}
_LEFT_OUT = {
    *("id", "season_id", "model_id", "model_chat_id", "roi"),
    *VERSION_COLUMNS,
}
_PERCENT = {"total_return", "net_return", "win_rate"}


def expected(engine: Engine, kind: ExportKind) -> list[Row]:
    """Every row of the kind as the ORM reads it, under the names of the export."""
    with Session(engine) as session:
        seasons = {
            s.id: s.season_number for s in session.scalars(select(models.Season))
        }
        return [
            _account(parent) | {"season": seasons.get(season_id)} | row
            for row, parent, season_id in _READERS[kind](session)
        ]


def _account(row: Any) -> Row:
    model = row.model
    names = ("model_id", "name", "provider", "base_model", "variant", "is_benchmark")
    return {name: getattr(model, name) for name in names}


def _own(row: Any, names: Mapping[str, str] = _NAMES) -> Row:
    named = {
        names.get(column.key, column.key): getattr(row, column.key)
        for column in row.__table__.columns
        if column.key not in _LEFT_OUT
    }
    return {
        name: value / 100 if name in _PERCENT and value is not None else value
        for name, value in named.items()
    }


def _all(session: Session, table: Any) -> list[Any]:
    return list(session.scalars(select(table).order_by(table.id)))


def _snapshots(session: Session) -> list[tuple[Row, Any, Any]]:
    rows = _all(session, models.LeaderboardSnapshot)
    return [(_own(row), row, row.season_id) for row in rows]


def _positions(session: Session) -> list[tuple[Row, Any, Any]]:
    seen = {
        (row.model_id, row.timestamp): row.season_id
        for row in _all(session, models.LeaderboardSnapshot)
    }
    return [
        (_own(row), row, seen.get((row.model_id, row.timestamp)))
        for row in _all(session, models.Position)
    ]


def _chats(session: Session) -> list[tuple[Row, Any, Any]]:
    return [
        (_own(row) | {"source": "model_chat"}, row, row.season_id)
        for row in _all(session, models.ModelChat)
    ]


def _decisions(session: Session) -> list[tuple[Row, Any, Any]]:
    found = []
    for row in _all(session, models.ChatDecisionRow):
        chat = row.chat
        of_chat = {
            "conversation_id": chat.conversation_id,
            "cycle_id": chat.cycle_id,
            "observed_at": chat.timestamp,
            "source": "model_chat",
        }
        found.append((_own(row) | of_chat, chat, chat.season_id))
    return found


def _trade_rows(session: Session) -> list[tuple[Row, Any, Any]]:
    positions = {
        (row.model_id, row.entry_oid): row
        for row in sorted(_all(session, models.Position), key=lambda p: p.timestamp)
    }
    found = []
    for row in _all(session, models.Trade):
        seen = positions.get((row.model_id, row.entry_oid))
        source = "trades" if row.exit_price is not None else seen and seen.source.value
        at = row.closed_at if row.exit_price is not None else seen and seen.timestamp
        where = {"source": source, "observed_at": at}
        own = _own(row, _NAMES | _OF_TRADES) | where
        is_known = own.pop("opened_at_known")
        own["opened_not_later_than"] = None if is_known else row.opened_at
        own["opened_at"] = row.opened_at if is_known else None
        found.append((own, row, row.season_id))
    return found


def add_exchange_equities(board: Board) -> None:
    """Equities out of the exchange's record, of two resolutions."""
    for place, interval in enumerate(("1h", "4h")):
        board.add(
            ExchangeEquity(
                model_id=board.model("alpha"),
                observed_at=START + timedelta(hours=place),
                interval=interval,
                equity=Decimal("10000.00000001"),
            )
        )


def _exchange_equities(session: Session) -> list[tuple[Row, Any, Any]]:
    """All of season 1."""
    number = models.Season.season_number
    first = session.scalars(select(models.Season.id).where(number == 1)).one()
    return [
        (
            _own(row) | {"source": "hyperliquid"},
            SimpleNamespace(model=session.get(models.LLMModel, row.model_id)),
            first,
        )
        for row in _all(session, ExchangeEquity)
    ]


_READERS: dict[ExportKind, Callable[[Session], list[tuple[Row, Any, Any]]]] = {
    ExportKind.SNAPSHOTS: _snapshots,
    ExportKind.TRADES: _trade_rows,
    ExportKind.CHATS: _chats,
    ExportKind.DECISIONS: _decisions,
    ExportKind.POSITIONS: _positions,
    ExportKind.EXCHANGE_EQUITIES: _exchange_equities,
}
