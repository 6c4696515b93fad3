"""Which positions were open at a time, as each account was last observed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session, aliased

from nof1_tracker.database.models import (
    LeaderboardSnapshot,
    LLMModel,
    Position,
    Trade,
)
from nof1_tracker.database.read.best_source import newest_first
from nof1_tracker.database.read.filters import ACCOUNT_ID, is_symbol, stored_spans
from nof1_tracker.records.reading.emptiness import StoredSpan
from nof1_tracker.records.reading.open_positions import AccountPosition
from nof1_tracker.records.stored import OpenPosition


@dataclass(frozen=True, slots=True)
class Observation:
    """The snapshot of an account that shows its open positions last."""

    account_id: str
    name: str
    snapshot: LeaderboardSnapshot


class OpenPositionQueries:
    """Queries of `positions`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def observations(
        self, season_id: int, at: datetime, account_ids: Collection[str] | None = None
    ) -> Sequence[Observation]:
        """The newest observation up to `at` of each account, or of these, by name."""
        snapshot = aliased(LeaderboardSnapshot)
        newest = (
            select(snapshot.id)
            .where(
                snapshot.model_id == LLMModel.id,
                snapshot.season_id == season_id,
                snapshot.timestamp <= at,
                snapshot.open_positions.is_not(None),
            )
            .order_by(*newest_first(snapshot))
            .limit(1)
            .correlate(LLMModel)
            .scalar_subquery()
        )
        query = select(ACCOUNT_ID, LLMModel.name, LeaderboardSnapshot).join(
            LeaderboardSnapshot, LeaderboardSnapshot.id == newest
        )
        if account_ids is not None:
            query = query.where(ACCOUNT_ID.in_(account_ids))
        rows = self._session.execute(query.order_by(LLMModel.name))
        return [Observation(*row) for row in rows]

    def spans(self) -> tuple[StoredSpan, ...]:
        """The seasons of which positions were observed, by number."""
        return stored_spans(
            self._session, LeaderboardSnapshot.open_positions.is_not(None)
        )

    def open_in(
        self, observation: Observation, symbols: Sequence[str] = ()
    ) -> Sequence[AccountPosition]:
        """The positions of an observation, by symbol."""
        snapshot = observation.snapshot
        query = (
            select(Position, Trade)
            .outerjoin(Trade, Trade.id == _its_trade())
            .where(
                Position.model_id == snapshot.model_id,
                Position.timestamp == snapshot.timestamp,
                Position.source == snapshot.source,
            )
        )
        if symbols:
            query = query.where(is_symbol(Position.symbol, symbols))
        rows = self._session.execute(query.order_by(Position.symbol))
        return [
            AccountPosition(
                observation.account_id, observation.name, open_position(position, trade)
            )
            for position, trade in rows
        ]


def _its_trade() -> ScalarSelect[int]:
    """The row of `trades` that knows best when the position was opened."""
    return (
        select(Trade.id)
        .where(
            Trade.model_id == Position.model_id,
            Trade.entry_oid == Position.entry_oid,
            Trade.symbol == Position.symbol,
        )
        .order_by(Trade.opened_at_known.desc(), Trade.opened_at, Trade.id)
        .limit(1)
        .correlate(Position)
        .scalar_subquery()
    )


def open_position(position: Position, trade: Trade | None) -> OpenPosition:
    """The position as a record; its trade may know when it was opened."""
    is_told = position.opened_at is not None
    return OpenPosition(
        symbol=position.symbol,
        side=position.side,
        quantity=position.quantity,
        entry_price=position.entry_price,
        mark_price=position.mark_price,
        liquidation_price=position.liquidation_price,
        stop_loss=position.stop_loss,
        profit_target=position.profit_target,
        leverage=position.leverage,
        confidence=position.confidence,
        unrealized_pnl=position.unrealized_pnl,
        observed_at=position.timestamp,
        source=position.source,
        opened_at=position.opened_at or (trade.opened_at if trade else None),
        opened_at_known=is_told or (trade is not None and trade.opened_at_known),
        opened_not_earlier_than=(
            trade.opened_not_earlier_than if trade and not is_told else None
        ),
    )
