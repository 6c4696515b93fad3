"""Stores ModelChat conversations and the decisions in them."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, cast

from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session

from nof1_tracker.database.engine.column_types import JsonText, canonical_json
from nof1_tracker.database.models import ChatDecisionRow, ModelChat
from nof1_tracker.database.write.accounts import AccountRow
from nof1_tracker.database.write.seasons import SeasonRepository
from nof1_tracker.database.write.upsert import Target, in_chunks, upsert
from nof1_tracker.records.parsed import Conversation, Decision
from nof1_tracker.records.stored import Tally

_UPDATES = [
    "model_id",
    "cycle_id",
    "timestamp",
    "content",
    "summary",
    "decision",
    "symbol",
    "confidence",
    "raw_data",
    "raw_digest",
]
_READ = ("cycle_id", "user_prompt", "cot_trace", "cot_trace_summary", "llm_response")
"""The served fields from which columns are filled."""
CHATS = Target(
    table=cast("Table", ModelChat.__table__),
    key=("conversation_id",),
    update=tuple(_UPDATES),
    returning=("id", "conversation_id"),
)
_DECISION_UPDATES = [
    "signal",
    "quantity",
    "leverage",
    "confidence",
    "profit_target",
    "stop_loss",
    "risk_usd",
    "invalidation_condition",
    "justification",
]
DECISIONS = Target(
    table=cast("Table", ChatDecisionRow.__table__),
    key=("model_chat_id", "symbol"),
    update=tuple(_DECISION_UPDATES),
)


class ChatRepository:
    """Stores conversations; an unchanged one costs reading a digest, not 15 kB."""

    def __init__(self, session: Session, seasons: SeasonRepository) -> None:
        self._session = session
        self._seasons = seasons

    def store(
        self,
        conversations: Sequence[Conversation],
        accounts: Mapping[str, AccountRow],
        season_id: int | None = None,
    ) -> tuple[Tally, Tally]:
        """Stores them; returns the tallies of conversations and of decisions."""
        texts = {c.conversation_id: canonical_json(c.raw) for c in conversations}
        digests = {key: _digest(text) for key, text in texts.items()}
        stored = self._stored_digests(list(digests))
        changed = [
            c
            for c in conversations
            if stored.get(c.conversation_id) != digests[c.conversation_id]
            or season_id is not None
        ]
        changed = self._without_those_that_say_less(changed, stored)
        rows = [
            self._row(
                c,
                accounts[c.account_id].id,
                texts[c.conversation_id],
                digests[c.conversation_id],
                season_id,
            )
            for c in changed
        ]
        result = upsert(self._session, CHATS.and_season(season_id), rows)
        ids = {conversation_id: row_id for row_id, conversation_id in result.affected}
        decisions = self._store_decisions(
            [c for c in changed if c.conversation_id in ids], ids
        )
        unchanged = len(conversations) - len(changed)
        same = sum(len(c.decisions) for c in conversations) - decisions.total
        return (
            result.tally + Tally(unchanged=unchanged),
            decisions + Tally(unchanged=same),
        )

    def _stored_digests(self, conversation_ids: Sequence[str]) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for chunk in in_chunks(conversation_ids, 1000):
            rows = self._session.execute(
                select(ModelChat.conversation_id, ModelChat.raw_digest).where(
                    ModelChat.conversation_id.in_(chunk)
                )
            )
            found |= {str(key): digest for key, digest in rows}
        return found

    def _without_those_that_say_less(
        self, changed: list[Conversation], stored: Mapping[str, str | None]
    ) -> list[Conversation]:
        """A field that is no longer served does not erase what is known."""
        ids = [c.conversation_id for c in changed if c.conversation_id in stored]
        known: dict[str | None, Any] = {}
        for chunk in in_chunks(ids, 200):
            rows = self._session.execute(
                select(ModelChat.conversation_id, ModelChat.raw_data).where(
                    ModelChat.conversation_id.in_(chunk)
                )
            )
            known |= {row.conversation_id: row.raw_data for row in rows}
        return [
            c
            for c in changed
            if not _says_less(c.raw, _read_of(known.get(c.conversation_id)))
        ]

    def _row(
        self,
        conversation: Conversation,
        model_id: int,
        text: str,
        digest: str,
        season_id: int | None,
    ) -> dict[str, Any]:
        return {
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
            "raw_digest": digest,
        }

    def _store_decisions(
        self, conversations: Iterable[Conversation], ids: Mapping[str, int]
    ) -> Tally:
        rows = [
            _decision_row(ids[c.conversation_id], decision)
            for c in conversations
            for decision in c.decisions
        ]
        tally = upsert(self._session, DECISIONS, rows).tally
        return tally + Tally(updated=self._drop_withdrawn(rows, list(ids.values())))

    def _drop_withdrawn(self, rows: Iterable[Mapping[str, Any]], ids: list[int]) -> int:
        """Deletes the decisions that a changed conversation no longer holds."""
        kept = {(row["model_chat_id"], row["symbol"]) for row in rows}
        table = ChatDecisionRow
        dropped = 0
        for chunk in in_chunks(ids, 1000):
            stored = self._session.execute(
                select(table.id, table.model_chat_id, table.symbol).where(
                    table.model_chat_id.in_(chunk)
                )
            )
            gone = [row_id for row_id, *key in stored if tuple(key) not in kept]
            if gone:
                self._session.execute(delete(table).where(table.id.in_(gone)))
            dropped += len(gone)
        return dropped


def _read_of(raw: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: raw.get(name) for name in _READ} if raw else {}


def _says_less(new: Any, known: Any) -> bool:
    """True if something known is missing from the new value, at any depth."""
    if not known:
        return False
    if not isinstance(known, Mapping):
        return new is None
    if not isinstance(new, Mapping):
        return not new
    return any(_says_less(new.get(key), value) for key, value in known.items())


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _decision_row(model_chat_id: int, decision: Decision) -> dict[str, Any]:
    return {
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
    }
