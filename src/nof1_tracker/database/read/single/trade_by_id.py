"""Finds one trade by its id, or a part of it, and reads what is stored around it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import starmap

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from nof1_tracker.database.exchange.exchange_tables import stored_fill
from nof1_tracker.database.exchange_models import FillRow
from nof1_tracker.database.models import (
    ChatDecisionRow,
    LLMModel,
    ModelChat,
    Position,
    Price,
    Trade,
)
from nof1_tracker.database.read.filters import ACCOUNT_ID, TRADED_AT, is_symbol
from nof1_tracker.database.read.listing.row_lists import DECISIONS, POSITIONS
from nof1_tracker.database.read.queries import trade_query
from nof1_tracker.database.read.single.ids_alike import ids_alike
from nof1_tracker.records.asking.listed_rows import ListedDecision, ObservedPosition
from nof1_tracker.records.history.hyperliquid import Fill
from nof1_tracker.records.reading.trade_evidence import SeenPrice, TradeEvidence
from nof1_tracker.records.stored import StoredTrade, TradeFilter


class TradeQueries:
    """Queries of one trade."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def ids_alike(self, text: str, limit: int) -> Sequence[str]:
        """Ids that contain the text, newest first; see `ids_alike`."""
        return ids_alike(
            self._session, Trade.trade_id, text, newest_first=TRADED_AT, limit=limit
        )

    def evidence(self, trade_id: str, margin: timedelta) -> TradeEvidence:
        """What is stored around the trade with exactly this id, which is stored.

        Args:
            margin: How long before its opening and after its end decisions count.
        """
        (trade,) = self._trades(Trade.trade_id == trade_id)
        legs = self._legs(trade)
        began = min(each.opened_not_earlier_than or each.opened_at for each in legs)
        ended = max(map(last_known, legs))
        return TradeEvidence(
            trade=trade,
            legs=legs,
            decisions=self._decisions(trade, began - margin, ended + margin),
            positions=self._positions(trade),
            prices=self._prices(trade, legs[0].opened_at, ended),
            fills=self._fills(trade),
        )

    def _trades(self, *conditions: ColumnElement[bool]) -> tuple[StoredTrade, ...]:
        query = trade_query(TradeFilter()).where(*conditions)
        ordered = query.order_by(Trade.opened_at, Trade.closed_at, Trade.id)
        return tuple(StoredTrade(*row) for row in self._session.execute(ordered))

    def _legs(self, trade: StoredTrade) -> tuple[StoredTrade, ...]:
        if trade.entry_oid is None:
            return (trade,)
        return self._trades(
            ACCOUNT_ID.in_([trade.account_id]),
            Trade.entry_oid == trade.entry_oid,
            Trade.symbol == trade.symbol,
        )

    def _decisions(
        self, trade: StoredTrade, since: datetime, until: datetime
    ) -> tuple[ListedDecision, ...]:
        bare = trade.symbol.rpartition(":")[2]
        query = DECISIONS.where(
            ACCOUNT_ID.in_([trade.account_id]),
            is_symbol(ChatDecisionRow.symbol, (trade.symbol, bare)),
            ModelChat.timestamp.between(since, until),
        ).order_by(ModelChat.timestamp, ModelChat.id)
        return tuple(starmap(ListedDecision, self._session.execute(query)))

    def _positions(self, trade: StoredTrade) -> tuple[ObservedPosition, ...]:
        if trade.entry_oid is None:
            return ()
        query = POSITIONS.where(
            ACCOUNT_ID.in_([trade.account_id]),
            Position.entry_oid == trade.entry_oid,
            Position.symbol == trade.symbol,
        ).order_by(Position.timestamp, Position.id)
        return tuple(starmap(ObservedPosition, self._session.execute(query)))

    def _prices(
        self, trade: StoredTrade, since: datetime, until: datetime
    ) -> tuple[SeenPrice, ...]:
        query = (
            select(Price.observed_at, Price.price)
            .where(
                Price.symbol == trade.symbol, Price.observed_at.between(since, until)
            )
            .order_by(Price.observed_at)
        )
        return tuple(starmap(SeenPrice, self._session.execute(query)))

    def _fills(self, trade: StoredTrade) -> tuple[Fill, ...]:
        if trade.entry_oid is None:
            return ()
        query = (
            select(FillRow)
            .join(LLMModel, LLMModel.id == FillRow.model_id)
            .where(ACCOUNT_ID.in_([trade.account_id]), FillRow.oid == trade.entry_oid)
            .order_by(FillRow.filled_at, FillRow.id)
        )
        return tuple(map(stored_fill, self._session.scalars(query)))


def last_known(trade: StoredTrade) -> datetime:
    """Until when something is known of it."""
    return trade.closed_at or trade.last_observed_at or trade.opened_at
