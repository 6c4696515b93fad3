"""Reads a season's prices, and all that its models said, for a page about it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import starmap

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from nof1_tracker.database.columns.numpy_columns import read_columns
from nof1_tracker.database.exchange_models import CandleRow
from nof1_tracker.database.models import ModelChat, Price
from nof1_tracker.database.read.conversations import chat_query, stored_chat
from nof1_tracker.database.read.filters import ACCOUNT_ID
from nof1_tracker.database.read.listing.row_lists import DECISIONS
from nof1_tracker.records.asking.listed_rows import ListedDecision
from nof1_tracker.records.enums import ChatDecision
from nof1_tracker.records.reading.prices_and_chats import PriceCourse
from nof1_tracker.records.stored import ChatFilter, StoredChat

ACTED = (ChatDecision.BUY, ChatDecision.SELL, ChatDecision.CLOSE)


class SeasonWordQueries:
    """Queries of a season's prices and conversations."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def prices(
        self, symbols: Sequence[str], since: datetime, until: datetime
    ) -> Mapping[str, PriceCourse]:
        """The finest candles of each symbol, else the prices that were observed."""
        found = {
            symbol: self._candles(symbol, since, until)
            or self._observed(symbol, since, until)
            for symbol in symbols
        }
        return {symbol: course for symbol, course in found.items() if course}

    def _candles(
        self, symbol: str, since: datetime, until: datetime
    ) -> PriceCourse | None:
        wanted = (
            CandleRow.symbol == symbol,
            CandleRow.closed_at >= since,
            CandleRow.closed_at < until,
        )
        row = CandleRow
        finest = select(row.interval, row.closed_at, row.opened_at).where(*wanted)
        lengths = {
            interval: ended - began
            for interval, ended, began in self._session.execute(finest)
        }
        if not lengths:
            return None
        columns = read_columns(
            self._session,
            select(row.closed_at, row.close, row.open, row.high, row.low)
            .where(
                *wanted, row.interval == min(lengths, key=lambda each: lengths[each])
            )
            .order_by(row.closed_at),
        )
        return PriceCourse(
            times=columns["closed_at"],
            prices=columns["close"],
            opens=columns["open"],
            highs=columns["high"],
            lows=columns["low"],
        )

    def _observed(
        self, symbol: str, since: datetime, until: datetime
    ) -> PriceCourse | None:
        columns = read_columns(
            self._session,
            select(Price.observed_at, Price.price)
            .where(
                Price.symbol == symbol,
                Price.observed_at >= since,
                Price.observed_at < until,
            )
            .order_by(Price.observed_at, Price.id),
        )
        if not len(columns["price"]):
            return None
        return PriceCourse(times=columns["observed_at"], prices=columns["price"])

    def chats(
        self, season_id: int, account_ids: Sequence[str], until: datetime
    ) -> tuple[StoredChat, ...]:
        """Conversations before `until`, newest first, with the content of those that acted."""
        own = (
            ModelChat.season_id == season_id,
            ModelChat.timestamp < until,
            ACCOUNT_ID.in_(account_ids),
        )
        acted = ModelChat.decision.in_(ACTED)
        found = [
            *self._chats(ChatFilter(with_content=True), (*own, acted)),
            *self._chats(ChatFilter(), (*own, ~acted | ModelChat.decision.is_(None))),
        ]
        return tuple(sorted(found, key=lambda each: each.observed_at, reverse=True))

    def _chats(
        self, wanted: ChatFilter, conditions: Sequence[ColumnElement[bool]]
    ) -> Iterator[StoredChat]:
        query = chat_query(wanted, conditions)
        for row in self._session.execute(query):
            yield stored_chat(row, wanted)

    def decisions(
        self, season_id: int, account_ids: Sequence[str], until: datetime
    ) -> Mapping[str, tuple[ListedDecision, ...]]:
        """What conversations that acted decided, by their ids."""
        query = DECISIONS.where(
            ModelChat.season_id == season_id,
            ModelChat.timestamp < until,
            ModelChat.decision.in_(ACTED),
            ACCOUNT_ID.in_(account_ids),
        )
        found: dict[str, list[ListedDecision]] = defaultdict(list)
        for decision in starmap(ListedDecision, self._session.execute(query)):
            if decision.conversation_id is not None:
                found[decision.conversation_id].append(decision)
        return {name: tuple(own) for name, own in found.items()}
