"""Rows for reading tests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from nof1_tracker.database import models
from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.records.enums import (
    ChatDecision,
    EquitySource,
    TradeSide,
    TradeStatus,
)

NOW = datetime(2025, 10, 28, 7, tzinfo=UTC)
TOTALS, CHAT = EquitySource.ACCOUNT_TOTALS, EquitySource.MODEL_CHAT
BOARD, PAGE = EquitySource.LEADERBOARD, EquitySource.PAGE


Run = Callable[..., str]
"""Gives the output of a command; its exit code is 0 if `code` does not say else."""


def ago(**units: float) -> datetime:
    return NOW - timedelta(**units)


class Board:
    """Writes rows for a test: says what matters, the rest is plausible."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._models: dict[str, int] = {}
        self._unit: UnitOfWork | None = None
        with Session(engine) as session:
            rows = session.execute(
                select(models.Season.season_number, models.Season.id)
            )
            self.season_ids = {float(number): row_id for number, row_id in rows}

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Writes all rows of the context in one transaction, not each in its own."""
        with UnitOfWork(self.engine, writes=True) as unit:
            self._unit = unit
            try:
                yield
            finally:
                self._unit = None
            unit.commit()

    def add(self, row: Any) -> int:
        if self._unit is None:
            with self.at_once():
                return self.add(row)
        self._unit.session.add(row)
        self._unit.session.flush()
        return int(row.id)

    def model(self, account_id: str, **changes: Any) -> int:
        if account_id not in self._models:
            fields = {"name": account_id.title(), "provider": "Maker"} | changes
            self._models[account_id] = self.add(
                models.LLMModel(model_id=account_id, **fields)
            )
        return self._models[account_id]

    def snapshot(
        self,
        account_id: str,
        equity: str,
        at: datetime,
        source: EquitySource = TOTALS,
        *,
        season: float = 1,
        open_positions: int | None = None,
    ) -> None:
        self.add(
            models.LeaderboardSnapshot(
                season_id=self.season_ids[season],
                open_positions=open_positions,
                model_id=self.model(account_id),
                timestamp=at,
                total_assets=Decimal(equity),
                pnl=Decimal(equity) - 10000,
                source=source,
            )
        )

    def trade(self, account_id: str, name: str, **changes: Any) -> None:
        fields: dict[str, Any] = {
            "season_id": self.season_ids[1],
            "symbol": "BTC",
            "side": TradeSide.LONG,
            "status": TradeStatus.CLOSED,
            "entry_price": Decimal(100),
            "exit_price": Decimal(110),
            "size": Decimal(1),
            "pnl": Decimal(10),
            "opened_at": ago(hours=3),
            "closed_at": ago(hours=1),
        }
        model_id = self.model(account_id)
        row = models.Trade(model_id=model_id, trade_id=name, **(fields | changes))
        self.add(row)

    def close(self, season: float, at: datetime | None) -> None:
        """States when a season closed."""
        with Session(self.engine) as session:
            row = session.get_one(models.Season, self.season_ids[season])
            row.end_date = at
            session.commit()

    def position(self, account_id: str, at: datetime, **changes: Any) -> None:
        fields: dict[str, Any] = {
            "symbol": "BTC",
            "side": TradeSide.LONG,
            "quantity": Decimal(2),
            "entry_price": Decimal(100),
            "mark_price": Decimal(110),
            "entry_oid": 7,
            "source": TOTALS,
        }
        model_id = self.model(account_id)
        row = models.Position(model_id=model_id, timestamp=at, **(fields | changes))
        self.add(row)

    def season_id(self, number: float) -> int:
        return self.season_ids[number]

    def chat(self, account_id: str, name: str, **changes: Any) -> int:
        fields: dict[str, Any] = {
            "season_id": self.season_ids[1],
            "timestamp": ago(minutes=5),
            "content": "I think.",
            "summary": "Thinking.",
            "decision": ChatDecision.HOLD,
        }
        model_id = self.model(account_id)
        return self.add(
            models.ModelChat(
                model_id=model_id, conversation_id=name, **(fields | changes)
            )
        )
