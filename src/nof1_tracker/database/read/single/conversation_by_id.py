"""Finds one conversation by its id, or a part of it, and reads it as a whole."""

from collections.abc import Sequence
from datetime import datetime
from itertools import starmap
from typing import Any

from sqlalchemy import ColumnElement, UnaryExpression, select
from sqlalchemy.orm import Session

from nof1_tracker.database.models import ModelChat
from nof1_tracker.database.read.conversations import chat_query, stored_chat
from nof1_tracker.database.read.listing.row_lists import DECISIONS
from nof1_tracker.database.read.single.ids_alike import ids_alike
from nof1_tracker.records.asking.listed_rows import ListedDecision
from nof1_tracker.records.reading.conversation import Conversation
from nof1_tracker.records.stored import ChatFilter

_PROMPT = "user_prompt"
"""The field of a conversation as served that holds its prompt."""
_TRACE = "cot_trace"
"""The field that holds the chain of thought: a text, or the answer once more."""


class ConversationQueries:
    """Queries of one conversation."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def ids_alike(self, text: str, limit: int) -> Sequence[str]:
        """Ids that contain the text, newest first; see `ids_alike`."""
        return ids_alike(
            self._session,
            ModelChat.conversation_id,
            text,
            newest_first=ModelChat.timestamp,
            limit=limit,
        )

    def read(self, conversation_id: str) -> Conversation:
        """The conversation with exactly this id, which is stored."""
        wanted, time = ChatFilter(with_content=True), ModelChat.timestamp
        is_it = ModelChat.conversation_id == conversation_id
        row = self._session.execute(chat_query(wanted, [is_it])).one()
        stored = self._session.scalars(select(ModelChat).where(is_it)).one()
        decided = DECISIONS.where(is_it)
        return Conversation(
            chat=stored_chat(row, wanted),
            prompt=_text(stored.raw_data, _PROMPT),
            is_thought=not stored.raw_data or bool(_text(stored.raw_data, _TRACE)),
            decisions=tuple(
                sorted(
                    starmap(ListedDecision, self._session.execute(decided)),
                    key=lambda each: each.symbol,
                )
            ),
            earlier=self._beside(
                stored, time < stored.timestamp, nearest_first=time.desc()
            ),
            later=self._beside(
                stored, time > stored.timestamp, nearest_first=time.asc()
            ),
        )

    def _beside(
        self,
        chat: ModelChat,
        is_there: ColumnElement[bool],
        *,
        nearest_first: UnaryExpression[datetime],
    ) -> str | None:
        """The id of the account's conversation that is nearest on that side."""
        return self._session.scalars(
            select(ModelChat.conversation_id)
            .where(ModelChat.model_id == chat.model_id, is_there)
            .order_by(nearest_first)
            .limit(1)
        ).first()


def _text(served: dict[str, Any] | None, field: str) -> str | None:
    text = (served or {}).get(field)
    return text if isinstance(text, str) and text.strip() else None
