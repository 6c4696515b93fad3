"""Queries of the lists that are read page by page, newest first."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from nof1_tracker.database.event_models import EventRow
from nof1_tracker.database.exchange_models import CandleRow
from nof1_tracker.database.models import (
    ChatDecisionRow,
    LeaderboardSnapshot,
    LLMModel,
    ModelChat,
    Position,
    Price,
    Trade,
)
from nof1_tracker.database.read.best_source import TRUSTED
from nof1_tracker.database.read.conversations import ChatQueries, stored_chat
from nof1_tracker.database.read.filters import ACCOUNT_ID, TRADED_AT, is_symbol
from nof1_tracker.database.read.listing.page_query import Order, read_page
from nof1_tracker.database.read.queries import trade_query
from nof1_tracker.database.read.revisions import revision_query, stored_revision
from nof1_tracker.database.version_models import RevisionRow
from nof1_tracker.records.asking.keyset import Page, Place
from nof1_tracker.records.asking.listed_rows import (
    EquityPoint,
    ListedDecision,
    ListedEvent,
    ObservedPosition,
    ObservedPrice,
    RowFilter,
)
from nof1_tracker.records.enums import EquitySource, PriceSource
from nof1_tracker.records.events import EventKind
from nof1_tracker.records.history.hyperliquid import Candle
from nof1_tracker.records.stored import (
    ChatFilter,
    RevisionFilter,
    StoredChat,
    StoredRevision,
    StoredTrade,
    TradeFilter,
)

_CANDLES = select(
    CandleRow.symbol,
    CandleRow.interval,
    CandleRow.opened_at,
    CandleRow.closed_at,
    CandleRow.open,
    CandleRow.high,
    CandleRow.low,
    CandleRow.close,
    CandleRow.volume,
    CandleRow.trades,
)
_EQUITY = select(
    ACCOUNT_ID,
    LLMModel.name,
    LeaderboardSnapshot.timestamp,
    LeaderboardSnapshot.source,
    LeaderboardSnapshot.total_assets,
    LeaderboardSnapshot.realized_pnl,
    LeaderboardSnapshot.unrealized_pnl,
    LeaderboardSnapshot.rank,
    LeaderboardSnapshot.open_positions,
).join(LLMModel, LLMModel.id == LeaderboardSnapshot.model_id)
POSITIONS = select(
    ACCOUNT_ID,
    LLMModel.name,
    Position.timestamp,
    Position.source,
    Position.symbol,
    Position.side,
    Position.quantity,
    Position.entry_price,
    Position.mark_price,
    Position.liquidation_price,
    Position.leverage,
    Position.margin,
    Position.unrealized_pnl,
    Position.confidence,
    Position.risk_usd,
    Position.profit_target,
    Position.stop_loss,
    Position.invalidation_condition,
    Position.entry_oid,
    Position.opened_at,
).join(LLMModel, LLMModel.id == Position.model_id)
DECISIONS = (
    select(
        ModelChat.conversation_id,
        ACCOUNT_ID,
        LLMModel.name,
        ModelChat.timestamp,
        ChatDecisionRow.symbol,
        ChatDecisionRow.signal,
        ChatDecisionRow.quantity,
        ChatDecisionRow.leverage,
        ChatDecisionRow.confidence,
        ChatDecisionRow.profit_target,
        ChatDecisionRow.stop_loss,
        ChatDecisionRow.risk_usd,
        ChatDecisionRow.is_add,
        ChatDecisionRow.invalidation_condition,
        ChatDecisionRow.justification,
    )
    .join(ModelChat, ModelChat.id == ChatDecisionRow.model_chat_id)
    .join(LLMModel, LLMModel.id == ModelChat.model_id)
)
_PRICES = select(Price.symbol, Price.observed_at, Price.source, Price.price)
_EVENTS = select(
    EventRow.key,
    EventRow.kind,
    EventRow.occurred_at,
    EventRow.detected_at,
    EventRow.account_id,
    EventRow.symbol,
    EventRow.title,
    EventRow.text,
    EventRow.numbers,
)


class ListQueries:
    """Queries of lists; each returns one page."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def equity(
        self,
        wanted: RowFilter,
        place: Place,
        *,
        season_id: int | None = None,
        source: EquitySource | None = None,
    ) -> Page[EquityPoint]:
        snapshot = LeaderboardSnapshot
        order = Order(snapshot.timestamp, snapshot.id)
        query = _EQUITY.where(*_conditions(wanted, order, ACCOUNT_ID))
        if season_id is not None:
            query = query.where(snapshot.season_id == season_id)
        if source is not None:
            query = query.where(snapshot.source == source)
        return read_page(self._session, query, order, place, EquityPoint)

    def positions(self, wanted: RowFilter, place: Place) -> Page[ObservedPosition]:
        order = Order(Position.timestamp, Position.id)
        conditions = _conditions(wanted, order, ACCOUNT_ID, Position.symbol)
        query = POSITIONS.where(*conditions)
        return read_page(self._session, query, order, place, ObservedPosition)

    def trades(self, wanted: TradeFilter, place: Place) -> Page[StoredTrade]:
        order = Order(TRADED_AT, Trade.id)
        return read_page(self._session, trade_query(wanted), order, place, StoredTrade)

    def traded_at(self, season_id: int, until: datetime) -> list[datetime]:
        """When each trade of the season closed, or else opened, up to then."""
        query = select(TRADED_AT).where(
            Trade.season_id == season_id, until >= TRADED_AT
        )
        return list(self._session.scalars(query))

    def observed_at(self, season_id: int, until: datetime) -> set[datetime]:
        """When the source dated an equity or a conversation of the season, up to then."""
        snapshot, chat = LeaderboardSnapshot, ModelChat
        equities = select(snapshot.timestamp).where(
            snapshot.season_id == season_id,
            snapshot.source.in_(TRUSTED),
            snapshot.timestamp <= until,
        )
        chats = select(chat.timestamp).where(
            chat.season_id == season_id, chat.timestamp <= until
        )
        found = (self._session.scalars(each.distinct()) for each in (equities, chats))
        return {time for times in found for time in times}

    def chats(self, wanted: ChatFilter, place: Place) -> Page[StoredChat]:
        query = ChatQueries(self._session).query(wanted)
        order = Order(ModelChat.timestamp, ModelChat.id)

        def chat(*row: Any) -> StoredChat:
            return stored_chat(row, wanted)

        return read_page(self._session, query, order, place, chat)

    def decisions(
        self, wanted: RowFilter, place: Place, *, signal: str | None = None
    ) -> Page[ListedDecision]:
        order = Order(ModelChat.timestamp, ChatDecisionRow.id)
        conditions = _conditions(wanted, order, ACCOUNT_ID, ChatDecisionRow.symbol)
        query = DECISIONS.where(*conditions)
        if signal is not None:
            query = query.where(ChatDecisionRow.signal == signal)
        return read_page(self._session, query, order, place, ListedDecision)

    def prices(
        self, wanted: RowFilter, place: Place, *, source: PriceSource | None = None
    ) -> Page[ObservedPrice]:
        order = Order(Price.observed_at, Price.id)
        query = _PRICES.where(*_conditions(wanted, order, symbol=Price.symbol))
        if source is not None:
            query = query.where(Price.source == source)
        return read_page(self._session, query, order, place, ObservedPrice)

    def candles(
        self, wanted: RowFilter, place: Place, *, interval: str | None = None
    ) -> Page[Candle]:
        """By when they began."""
        order = Order(CandleRow.opened_at, CandleRow.id)
        query = _CANDLES.where(*_conditions(wanted, order, symbol=CandleRow.symbol))
        if interval is not None:
            query = query.where(CandleRow.interval == interval)
        return read_page(self._session, query, order, place, Candle)

    def revisions(self, wanted: RevisionFilter, place: Place) -> Page[StoredRevision]:
        """The revision noted last comes first."""
        order = Order(RevisionRow.noted_at, RevisionRow.id)

        def revision(*row: Any) -> StoredRevision:
            return stored_revision(row)

        query = revision_query(wanted)
        return read_page(self._session, query, order, place, revision)

    def events(
        self, wanted: RowFilter, place: Place, *, kind: EventKind | None = None
    ) -> Page[ListedEvent]:
        order = Order(EventRow.occurred_at, EventRow.id)
        conditions = _conditions(wanted, order, EventRow.account_id, EventRow.symbol)
        query = _EVENTS.where(*conditions)
        if kind is not None:
            query = query.where(EventRow.kind == kind)
        return read_page(self._session, query, order, place, ListedEvent)


def _conditions(
    wanted: RowFilter,
    order: Order,
    account: SQLColumnExpression[Any] | None = None,
    symbol: InstrumentedAttribute[Any] | None = None,
) -> list[ColumnElement[bool]]:
    """The conditions, with the columns of the list that they are about."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.account_ids is not None and account is not None:
        conditions.append(account.in_(wanted.account_ids))
    if wanted.symbols and symbol is not None:
        conditions.append(is_symbol(symbol, wanted.symbols))
    if wanted.since is not None:
        conditions.append(order.time >= wanted.since)
    if wanted.until is not None:
        conditions.append(order.time < wanted.until)
    return conditions
