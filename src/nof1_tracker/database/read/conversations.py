"""Finds conversations; a text in them is found by its trigrams.

The index `chat_search` names every conversation that may contain the text, and each
of those is searched. Where a thousand contain it, finding the newest is faster without
the index.

On PostgreSQL no trigram crosses from one word to the next. So a phrase is first looked up
in `chat_search_words`, by where its words meet; if that names few conversations, only those
are searched.
"""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    column,
    func,
    inspect,
    literal_column,
    or_,
    select,
    table,
)
from sqlalchemy.orm import Session

from nof1_tracker.database.models import ChatDecisionRow, LLMModel, ModelChat
from nof1_tracker.database.read.filters import ACCOUNT_ID, is_symbol, limited
from nof1_tracker.records.reading.emptiness import Stored
from nof1_tracker.records.stored import CHATS_COUNTED, ChatFilter, StoredChat

_INDEX = table("chat_search", column("rowid"), column("text"))
"""The index; on SQLite it is a separate table (see the migration)."""
_TEXT = (
    ModelChat.content
    + literal_column(r"E'\x1e'")
    + func.coalesce(ModelChat.summary, literal_column("''"))
)
"""The exact expression that PostgreSQL's index covers; no text contains \\x1e."""
_MEETING = re.compile(r".{4} [^ ]", re.DOTALL)
"""What a text needs for `chat_search_words` to make a number of it (see the migration)."""


class ChatQueries:
    """Queries of `chat`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, wanted: ChatFilter) -> tuple[Sequence[StoredChat], int | None]:
        """The wanted conversations, newest first, and their total number.

        The total is None if a text was searched and more than CHATS_COUNTED
        conversations contain it.
        """
        conditions, few = self._narrowed(wanted)
        query = chat_query(wanted, conditions).order_by(
            ModelChat.timestamp.desc(), ModelChat.id.desc()
        )
        rows = self._session.execute(limited(query, wanted.limit))
        found = [stored_chat(row, wanted) for row in rows]
        if few is not None:
            return found, few
        total = _total(found, wanted)
        if total is None and wanted.search is None:
            total = self._count(conditions)
        return found, total

    def count(self, wanted: ChatFilter) -> int:
        """The number of wanted conversations."""
        conditions, few = self._narrowed(wanted)
        return self._count(conditions) if few is None else few

    def stored(self) -> Stored:
        """All conversations, and when the first and the last of them were."""
        time = ModelChat.timestamp
        spanned = select(func.count(ModelChat.id), func.min(time), func.max(time))
        return Stored(*self._session.execute(spanned).one())

    def query(self, wanted: ChatFilter) -> Any:
        """The columns of the wanted conversations, in any order and without a limit."""
        return chat_query(wanted, self._narrowed(wanted)[0])

    def _narrowed(
        self, wanted: ChatFilter
    ) -> tuple[Sequence[ColumnElement[bool]], int | None]:
        """The conditions, and the total where the search already has it."""
        conditions = _conditions(wanted)
        if wanted.search is None:
            return conditions, None
        few = self._few_with(wanted.search, conditions)
        if few is not None:
            return [ModelChat.id.in_(few)], len(few)
        return [*conditions, _holds(wanted.search)], None

    def _count(self, conditions: Sequence[ColumnElement[bool]]) -> int:
        query = select(func.count()).select_from(ModelChat)
        counted = _of_accounts(query).where(*conditions)
        return int(self._session.scalars(counted).one())

    def _few_with(
        self, text: str, conditions: Sequence[ColumnElement[bool]]
    ) -> Sequence[int] | None:
        """Ids of all conversations with the text; None if there are many."""
        query = _of_accounts(self._candidates(text)).where(*conditions)
        ids = self._session.scalars(query.limit(CHATS_COUNTED + 1)).all()
        return ids if len(ids) <= CHATS_COUNTED else None

    def _candidates(self, text: str) -> Select[Any]:
        connection = self._session.connection()
        if connection.dialect.name == "postgresql":
            return self._postgresql_candidates(text)
        query = select(ModelChat.id).where(_holds(text))
        if not inspect(connection).has_table(_INDEX.name):
            return query
        # FTS5 has no ESCAPE, so a wildcard in the text matches any letter.
        pattern = text.replace("%", "_")
        return query.join(_INDEX, _INDEX.c.rowid == ModelChat.id).where(
            _INDEX.c.text.like(f"%{pattern}%")
        )

    def _postgresql_candidates(self, text: str) -> Select[Any]:
        query = select(ModelChat.id)
        named = self._named_by_words(text)
        if named is None:
            return query.where(_TEXT.icontains(text, autoescape=True))
        return query.where(ModelChat.id.in_(named), _holds(text))

    def _named_by_words(self, text: str) -> Sequence[int] | None:
        """Ids of all conversations in which words meet as they do in the text.

        None if they do not meet in it, or do so in many conversations.
        """
        if _MEETING.search(text) is None:
            return None
        words = func.chat_search_words
        query = select(ModelChat.id).where(words(_TEXT).bool_op("@>")(words(text)))
        ids = self._session.scalars(query.limit(CHATS_COUNTED + 1)).all()
        return ids if len(ids) <= CHATS_COUNTED else None


def chat_query(wanted: ChatFilter, conditions: Sequence[ColumnElement[bool]]) -> Any:
    """The columns of conversations that meet the conditions, for `stored_chat`."""
    query = select(
        ModelChat.conversation_id,
        ACCOUNT_ID,
        LLMModel.name,
        ModelChat.cycle_id,
        ModelChat.timestamp,
        ModelChat.decision,
        ModelChat.symbol,
        ModelChat.confidence,
        ModelChat.summary,
        *([ModelChat.content] if wanted.with_content else []),
    )
    return _of_accounts(query).where(*conditions)


def stored_chat(row: Sequence[Any], wanted: ChatFilter) -> StoredChat:
    """The conversation in a row of `ChatQueries.query`."""
    content = () if wanted.with_content else (None,)
    return StoredChat(*row, *content)


def _of_accounts(query: Any) -> Any:
    return query.join(LLMModel, LLMModel.id == ModelChat.model_id)


def _total(found: Sequence[StoredChat], wanted: ChatFilter) -> int | None:
    """The total if it is already known; None if the limit cut some off."""
    is_cut = wanted.limit and len(found) >= wanted.limit
    return None if is_cut else len(found)


def _conditions(wanted: ChatFilter) -> list[ColumnElement[bool]]:
    """All conditions except the text."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.account_ids is not None:
        conditions.append(ACCOUNT_ID.in_(wanted.account_ids))
    if wanted.season_id is not None:
        conditions.append(ModelChat.season_id == wanted.season_id)
    if wanted.decision is not None:
        conditions.append(ModelChat.decision == wanted.decision)
    if wanted.symbols:
        conditions.append(_concerns(wanted.symbols))
    if wanted.since is not None:
        conditions.append(ModelChat.timestamp >= wanted.since)
    if wanted.until is not None:
        conditions.append(ModelChat.timestamp < wanted.until)
    return conditions


def _holds(text: str) -> ColumnElement[bool]:
    """True for a chat with the text in its content or summary; ignores case."""
    return or_(
        ModelChat.content.icontains(text, autoescape=True),
        ModelChat.summary.icontains(text, autoescape=True),
    )


def _concerns(symbols: Sequence[str]) -> ColumnElement[bool]:
    """True for a chat whose headline or any decision concerns one of the symbols."""
    decided = (
        select(ChatDecisionRow.id)
        .where(
            ChatDecisionRow.model_chat_id == ModelChat.id,
            is_symbol(ChatDecisionRow.symbol, symbols),
        )
        .exists()
    )
    return or_(is_symbol(ModelChat.symbol, symbols), decided)
