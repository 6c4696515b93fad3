"""ModelChat conversations and the decisions in them.

A decision, once stored, stays: a conversation that is served again without it, or with
figures that cannot be read, takes nothing away.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from nof1_tracker.database.engine.column_types import JsonText
from nof1_tracker.database.engine.written_json import canonical_json
from nof1_tracker.database.models import ChatDecisionRow, ModelChat
from nof1_tracker.database.write.accounts import AccountRow
from nof1_tracker.database.write.seasons import SeasonRepository
from nof1_tracker.database.write.upsert import in_chunks, values_by_key
from nof1_tracker.database.write.versions.store_versions import (
    Stored,
    assign_season,
    store_versions,
)
from nof1_tracker.database.write.versions.versioned_table import Row, VersionedTable
from nof1_tracker.records.headline import headline
from nof1_tracker.records.live.feed_entries import FeedKind
from nof1_tracker.records.parsed import Conversation, Decision, Served
from nof1_tracker.records.stored import Tally

CHATS = VersionedTable(
    table=cast("Table", ModelChat.__table__),
    key=("conversation_id",),
    span=None,
    group=("content",),
    optional=("cycle_id", "summary"),
    computed=("timestamp",),
    announced_as=(FeedKind.CHATS, "conversation_id"),
)
_STATABLE = (
    "quantity",
    "leverage",
    "confidence",
    "profit_target",
    "stop_loss",
    "risk_usd",
)
DECISIONS = VersionedTable(
    table=cast("Table", ChatDecisionRow.__table__),
    key=("model_chat_id", "symbol"),
    span="model_chat_id",
    group=("signal", *_STATABLE),
    optional=("invalidation_condition", "justification", "is_add"),
    announced_as=(FeedKind.CHATS, "model_chat_id"),
)
_MOST_FIELDS = 60
"""Valid fields of a conversation that are counted: `stated` has 63 bits."""


class ChatRepository:
    """Stores conversations; an unchanged one costs reading a digest, not 15 kB."""

    def __init__(self, session: Session, seasons: SeasonRepository) -> None:
        self._session = session
        self._seasons = seasons

    def store(
        self,
        conversations: Sequence[Conversation],
        accounts: Mapping[str, AccountRow],
        served: Served,
        season_id: int | None = None,
    ) -> tuple[Tally, Tally]:
        """Stores them; returns the tallies of conversations and of decisions."""
        rows = [
            self._row(each, accounts[each.account_id].id, served, season_id)
            for each in conversations
        ]
        stored = store_versions(self._session, CHATS, rows)
        assign_season(self._session, CHATS, rows, season_id)
        decisions = self._store_decisions(conversations, served)
        self._refresh_headlines(conversations, stored, decisions)
        return stored.tally, decisions.tally

    def _row(
        self,
        conversation: Conversation,
        model_id: int,
        served: Served,
        season_id: int | None,
    ) -> dict[str, Any]:
        text = canonical_json(conversation.raw)
        row = {
            "conversation_id": conversation.conversation_id,
            "season_id": season_id or self._seasons.id_at(conversation.observed_at),
            "model_id": model_id,
            "cycle_id": conversation.cycle_id,
            "timestamp": conversation.observed_at,
            "content": conversation.content,
            "summary": conversation.summary,
            "decision": conversation.decision,
            "symbol": conversation.symbol,
            "confidence": conversation.confidence,
            "raw_data": JsonText(text),
        }
        return row | CHATS.version_columns(row, text, served, _stated(conversation))

    def _store_decisions(
        self, conversations: Iterable[Conversation], served: Served
    ) -> Stored:
        deciding = [each for each in conversations if each.decisions]
        ids = self._ids([each.conversation_id for each in deciding])
        rows = [
            _decision_row(ids[each.conversation_id], decision, served)
            for each in deciding
            for decision in each.decisions
        ]
        return store_versions(self._session, DECISIONS, rows)

    def _ids(self, conversation_ids: Iterable[str]) -> dict[str, int]:
        key = ModelChat.conversation_id
        return values_by_key(self._session, key, ModelChat.id, conversation_ids)

    def _refresh_headlines(
        self,
        conversations: Iterable[Conversation],
        chats: Stored,
        decisions: Stored,
    ) -> None:
        """Gives conversations that changed the headline of the decisions that stand."""
        served = Counter(each.conversation_id for each in conversations)
        repeated = [key for key, times in served.items() if times > 1]
        changed = {*chats.updated, *self._ids(repeated).values()}
        changed |= {row["model_chat_id"] for row in decisions.updated.values()}
        changed |= self._older(chats, decisions.inserted)
        self.refresh_headlines(sorted(changed))

    def _older(self, chats: Stored, inserted: Sequence[Row]) -> set[int]:
        """The conversations that were stored before these decisions of theirs."""
        new = self._ids([row["conversation_id"] for row in chats.inserted])
        return {row["model_chat_id"] for row in inserted} - set(new.values())

    def refresh_headlines(self, chat_ids: Sequence[int]) -> None:
        """Gives conversations the headline of the decisions that stand in them."""
        for chunk in in_chunks(chat_ids, 500):
            self._refresh(chunk)

    def _refresh(self, chat_ids: Sequence[int]) -> None:
        by_chat: dict[int, list[Decision]] = defaultdict(list)
        table = ChatDecisionRow
        for row in self._session.execute(
            select(table.model_chat_id, table.symbol, table.signal, table.risk_usd)
            .add_columns(table.confidence)
            .where(table.model_chat_id.in_(chat_ids))
            .order_by(table.id)
        ):
            by_chat[row.model_chat_id].append(_standing_decision(row))
        wanted = [
            {"row_id": chat_id, **_headline(decisions)}
            for chat_id, decisions in by_chat.items()
        ]
        if wanted:
            chat = CHATS.table
            self._session.connection().execute(
                update(chat)
                .where(chat.c.id == bindparam("row_id"))
                .values(
                    decision=bindparam("headline", type_=chat.c.decision.type),
                    symbol=bindparam("of_symbol", type_=chat.c.symbol.type),
                    confidence=bindparam("sure", type_=chat.c.confidence.type),
                    updated_at=chat.c.updated_at,
                ),
                wanted,
            )


def _stated(conversation: Conversation) -> int:
    """The thought's bit, and one more for each valid field of its decisions.

    The text of a response that replaces a missing thought gives way to any thought.
    """
    fields = sum(1 + len(each.stated) for each in conversation.decisions)
    counted = (1 << min(fields, _MOST_FIELDS)) - 1
    return counted << 1 | conversation.has_thought


def _headline(decisions: Sequence[Decision]) -> dict[str, Any]:
    decision, symbol, confidence = headline(tuple(decisions))
    return {"headline": decision, "of_symbol": symbol, "sure": confidence}


def _standing_decision(row: Any) -> Decision:
    return Decision(
        symbol=row.symbol,
        signal=row.signal,
        quantity=None,
        leverage=None,
        confidence=row.confidence,
        profit_target=None,
        stop_loss=None,
        risk_usd=row.risk_usd,
        invalidation_condition=None,
        justification=None,
        is_add=None,
    )


def _decision_row(
    model_chat_id: int, decision: Decision, served: Served
) -> dict[str, Any]:
    row = {
        "model_chat_id": model_chat_id,
        "symbol": decision.symbol,
        "signal": decision.signal,
        "quantity": decision.quantity,
        "leverage": decision.leverage,
        "confidence": decision.confidence,
        "profit_target": decision.profit_target,
        "stop_loss": decision.stop_loss,
        "risk_usd": decision.risk_usd,
        "invalidation_condition": decision.invalidation_condition,
        "justification": decision.justification,
        "is_add": decision.is_add,
    }
    stated = 1 | sum(
        1 << bit for bit, name in enumerate(DECISIONS.group) if name in decision.stated
    )
    text = canonical_json(decision.raw)
    return row | DECISIONS.version_columns(row, text, served, stated)
