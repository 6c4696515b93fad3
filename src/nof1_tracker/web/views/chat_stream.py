"""The newest of ModelChat, with what is only held folded."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from nof1_tracker.records.sanitize import clean
from nof1_tracker.records.stored import StoredChat
from nof1_tracker.rendering.decision_words import (
    decided_words,
    folded_holds,
    held_words,
)
from nof1_tracker.rendering.html.cells import shorten
from nof1_tracker.rendering.html.palette import BENCHMARK, Stroke

_SUMMARY = 280
"""The most characters of a summary."""


@dataclass(frozen=True, slots=True)
class ChatEntry:
    """A conversation, or several of one model in a row that only held.

    Attributes:
        at: Of the newest of them.
        path: Address of the newest; None where it has no id.
        words: What was decided.
        quote: The model's own summary.
        folded: The conversations that are folded, newest first; empty for a single one.
    """

    account_id: str
    name: str
    stroke: Stroke
    at: datetime
    path: str | None
    words: str
    quote: str
    folded: tuple["ChatEntry", ...] = ()


def chat_stream(
    chats: Iterable[StoredChat], stroke_of: Mapping[str, Stroke], most: int
) -> tuple[ChatEntry, ...]:
    """The entries, newest first.

    Args:
        chats: Newest first.
        most: Number of entries.
    """
    return tuple(_entry(run, stroke_of) for run in folded_holds(chats)[:most])


def _entry(run: Sequence[StoredChat], stroke_of: Mapping[str, Stroke]) -> ChatEntry:
    newest = _single(run[0], stroke_of)
    if len(run) == 1:
        return newest
    return ChatEntry(
        newest.account_id,
        newest.name,
        newest.stroke,
        newest.at,
        newest.path,
        held_words(run),
        newest.quote,
        tuple(_single(each, stroke_of) for each in run),
    )


def _single(chat: StoredChat, stroke_of: Mapping[str, Stroke]) -> ChatEntry:
    summary = clean(chat.summary or "")
    return ChatEntry(
        account_id=chat.account_id,
        name=shorten(chat.name),
        stroke=stroke_of.get(chat.account_id, BENCHMARK),
        at=chat.observed_at,
        path=chat.conversation_id and chat_path(chat.conversation_id),
        words=decided_words(chat),
        quote=f"{summary[:_SUMMARY]}…" if len(summary) > _SUMMARY else summary,
    )


def chat_path(conversation_id: str) -> str:
    """The address of a conversation."""
    return f"/chat/{quote(conversation_id, safe='')}"
