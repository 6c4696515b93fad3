"""Reads decisions of models with what they knew, as cases are made of them."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import starmap
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from nof1_tracker.database.models import (
    ChatDecisionRow,
    LeaderboardSnapshot,
    ModelChat,
    Position,
    Price,
    Season,
    Trade,
)
from nof1_tracker.database.read.filters import ACCOUNT_ID
from nof1_tracker.database.read.listing.row_lists import DECISIONS, POSITIONS
from nof1_tracker.database.read.queries import trade_query
from nof1_tracker.records.asking.listed_rows import (
    ListedDecision,
    ObservedPosition,
    ObservedPrice,
)
from nof1_tracker.records.enums import ChatDecision, EquitySource, PriceSource
from nof1_tracker.records.headline import SIGNALS
from nof1_tracker.records.progress.cases import CaseEvidence
from nof1_tracker.records.stored import StoredTrade, TradeFilter

MOST_ACTED: Final = 600
"""The most decisions that acted which are read, evenly spread."""
MOST_HELD: Final = 300
"""The most conversations whose decisions to hold are read, evenly spread."""
_SOON: Final = timedelta(minutes=15)
"""A model answers a prompt within this time."""
_FILLED: Final = timedelta(minutes=10)
"""The order of a decision is filled within this time."""
_AT_ONCE: Final = 400
"""Values in one statement."""
_HOLD: Final = [word for word, kind in SIGNALS.items() if kind is ChatDecision.HOLD]
_ACTED: Final = [word for word in SIGNALS if word not in _HOLD]
_One = TypeVar("_One")


class _Prompt(NamedTuple):
    """When a model was asked, and the equity that its prompt states."""

    at: datetime
    equity: Decimal


class CaseEvidenceQueries:
    """Queries of what cases are made of."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_season(
        self, season_id: int, number: Decimal, until: datetime
    ) -> tuple[CaseEvidence, ...]:
        """Decisions of a season with what was known, evenly spread, oldest first.

        Prompts and legs are left out: `prompt` and `legs` read those of one case.

        Args:
            number: Of the season.
            until: Leaves out what was decided then or later.
        """
        decisions = self._decisions(season_id, until)
        prompts = self._prompts(season_id, until)
        asked = [
            (decision, prompt)
            for decision in decisions
            if (prompt := _before(prompts.get(decision.account_id, ()), decision))
        ]
        times = sorted({prompt.at for _, prompt in asked})
        symbols = sorted({decision.symbol for decision, _ in asked})
        positions = self._positions(season_id, times)
        prices = self._prices(times, symbols)
        return tuple(
            CaseEvidence(
                season=number,
                decision=decision,
                asked_at=prompt.at,
                prompt=None,
                equity=prompt.equity,
                available_cash=None,
                positions=tuple(positions.get((decision.account_id, prompt.at), ())),
                prices=tuple(prices.get(prompt.at, ())),
            )
            for decision, prompt in asked
        )

    def season_of(self, conversation_id: str) -> Decimal | None:
        """Number of the season of a conversation; None if it is not stored."""
        query = select(Season.season_number).join(
            ModelChat, ModelChat.season_id == Season.id
        )
        return self._session.scalar(
            query.where(ModelChat.conversation_id == conversation_id)
        )

    def prompt(self, conversation_id: str) -> str | None:
        """The prompt of a conversation; None where it is not stored."""
        query = select(ModelChat.raw_data)
        raw = self._session.scalar(
            query.where(ModelChat.conversation_id == conversation_id)
        )
        stated = (raw or {}).get("user_prompt")
        return stated if isinstance(stated, str) and stated else None

    def legs(self, season_id: int, decision: ListedDecision) -> tuple[StoredTrade, ...]:
        """The legs of the position that the decision was about, or opened."""
        wanted = TradeFilter(account_ids=(decision.account_id,), season_id=season_id)
        query = trade_query(wanted).where(
            Trade.symbol == decision.symbol,
            Trade.opened_at < decision.observed_at + _FILLED,
            Trade.closed_at > decision.observed_at - _FILLED,
        )
        rows = self._session.execute(query.order_by(Trade.closed_at, Trade.id))
        return tuple(starmap(StoredTrade, rows))

    # --- parts ------------------------------------------------------------------------

    def _decisions(self, season_id: int, until: datetime) -> list[ListedDecision]:
        chat, row = ModelChat, ChatDecisionRow
        of_season = chat.season_id == season_id, chat.timestamp < until
        order = chat.timestamp, chat.id
        acted = (
            select(row.id)
            .join(chat, chat.id == row.model_chat_id)
            .where(*of_season, row.signal.in_(_ACTED))
            .order_by(*order, row.symbol)
        )
        chats = select(chat.id).where(*of_season).order_by(*order)
        found = self._in_parts(
            _spread(self._session.scalars(acted).all(), MOST_ACTED),
            lambda ids: DECISIONS.where(row.id.in_(ids)),
        )
        held = self._in_parts(
            _spread(self._session.scalars(chats).all(), MOST_HELD),
            lambda ids: DECISIONS.where(chat.id.in_(ids), row.signal.in_(_HOLD)),
        )
        known = [*starmap(ListedDecision, found), *starmap(ListedDecision, held)]
        return sorted(known, key=lambda each: (each.observed_at, each.account_id))

    def _prompts(
        self, season_id: int, until: datetime
    ) -> Mapping[str, Sequence[_Prompt]]:
        """What each account was asked, oldest first."""
        row = LeaderboardSnapshot
        query = (
            select(ACCOUNT_ID, row.timestamp, row.total_assets)
            .join(row.model)
            .where(
                row.season_id == season_id,
                row.source == EquitySource.MODEL_CHAT,
                row.timestamp < until,
            )
            .order_by(row.timestamp)
        )
        found: dict[str, list[_Prompt]] = defaultdict(list)
        for account_id, at, equity in self._session.execute(query):
            found[account_id].append(_Prompt(at, equity))
        return found

    def _positions(
        self, season_id: int, times: Sequence[datetime]
    ) -> Mapping[tuple[str, datetime], Sequence[ObservedPosition]]:
        snapshot = LeaderboardSnapshot
        accounts = select(snapshot.model_id).where(snapshot.season_id == season_id)
        ids = self._session.scalars(accounts.distinct()).all()
        rows = self._in_parts(
            times,
            lambda part: POSITIONS.where(
                Position.model_id.in_(ids),
                Position.timestamp.in_(part),
                Position.source == EquitySource.MODEL_CHAT,
            ).order_by(Position.symbol, Position.entry_oid),
        )
        found: dict[tuple[str, datetime], list[ObservedPosition]] = defaultdict(list)
        for seen in starmap(ObservedPosition, rows):
            found[seen.account_id, seen.observed_at].append(seen)
        return found

    def _prices(
        self, times: Sequence[datetime], symbols: Sequence[str]
    ) -> Mapping[datetime, Sequence[ObservedPrice]]:
        row = Price
        rows = self._in_parts(
            times,
            lambda part: select(
                row.symbol, row.observed_at, row.source, row.price
            ).where(
                row.symbol.in_(symbols),
                row.observed_at.in_(part),
                row.source == PriceSource.MODEL_CHAT,
            ),
        )
        found: dict[datetime, list[ObservedPrice]] = defaultdict(list)
        for price in starmap(ObservedPrice, rows):
            found[price.observed_at].append(price)
        return found

    def _in_parts(
        self, values: Sequence[Any], query: Callable[[Sequence[Any]], Any]
    ) -> Iterator[Any]:
        """The rows of a query for so many values that one statement cannot have them."""
        for start in range(0, len(values), _AT_ONCE):
            yield from self._session.execute(query(values[start : start + _AT_ONCE]))


def _before(prompts: Sequence[_Prompt], decision: ListedDecision) -> _Prompt | None:
    """The prompt that the conversation answered; None where it is not stored."""
    at = decision.observed_at
    place = bisect_right(prompts, at, key=lambda each: each.at)
    if not place or at - prompts[place - 1].at > _SOON:
        return None
    return prompts[place - 1]


def _spread(rows: Sequence[_One], most: int) -> Sequence[_One]:
    """At most that many, evenly spread, the first and the last among them."""
    if len(rows) <= most:
        return rows
    return [rows[place * (len(rows) - 1) // (most - 1)] for place in range(most)]
