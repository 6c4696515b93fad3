"""Conversations as rows for programs."""

from collections.abc import Iterable
from typing import Any

from nof1_tracker.records.reading.conversation import Conversation
from nof1_tracker.records.stored import StoredChat
from nof1_tracker.rendering.programs.listed_objects import decision_rows
from nof1_tracker.rendering.programs.output import exact, iso

COLUMNS = (
    "conversation_id",
    "model_id",
    "name",
    "cycle_id",
    "observed_at",
    "decision",
    "symbol",
    "confidence",
    "summary",
)


FULL_COLUMNS = (*COLUMNS, "content")


def chat_rows(chats: Iterable[StoredChat], *, is_full: bool) -> list[dict[str, Any]]:
    """One row per conversation, keys as in COLUMNS or FULL_COLUMNS."""
    return [_row(chat, is_full=is_full) for chat in chats]


def _row(chat: StoredChat, *, is_full: bool) -> dict[str, Any]:
    row = {
        "conversation_id": chat.conversation_id,
        "model_id": chat.account_id,
        "name": chat.name,
        "cycle_id": chat.cycle_id,
        "observed_at": iso(chat.observed_at),
        "decision": None if chat.decision is None else chat.decision.value,
        "symbol": chat.symbol,
        "confidence": exact(chat.confidence),
        "summary": chat.summary,
    }
    return row | {"content": chat.content} if is_full else row


def conversation_object(conversation: Conversation) -> dict[str, Any]:
    """A conversation as a whole: FULL_COLUMNS, its prompt, and its decisions as rows."""
    return {
        **_row(conversation.chat, is_full=True),
        "prompt": conversation.prompt,
        "is_thought": conversation.is_thought,
        "decisions": decision_rows(conversation.decisions),
        "earlier": conversation.earlier,
        "later": conversation.later,
    }
