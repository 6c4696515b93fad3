"""The newest of ModelChat, with what is only held folded."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from nof1_tracker.records.enums import ChatDecision
from nof1_tracker.records.sanitize import clean
from nof1_tracker.records.stored import StoredChat
from nof1_tracker.rendering.html.cells import shorten
from nof1_tracker.rendering.html.palette import BENCHMARK, Stroke
from nof1_tracker.rendering.text import span

_VERBS = {
    ChatDecision.BUY: "goes long",
    ChatDecision.SELL: "goes short",
    ChatDecision.CLOSE: "closes",
}
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
    runs: list[list[StoredChat]] = []
    holding: dict[str, list[StoredChat]] = {}
    for chat in chats:
        if chat.decision in _VERBS:
            holding.pop(chat.account_id, None)
            runs.append([chat])
        elif chat.account_id in holding:
            holding[chat.account_id].append(chat)
        else:
            holding[chat.account_id] = [chat]
            runs.append(holding[chat.account_id])
    return tuple(_entry(run, stroke_of) for run in runs[:most])


def _entry(run: Sequence[StoredChat], stroke_of: Mapping[str, Stroke]) -> ChatEntry:
    newest = _single(run[0], stroke_of)
    if len(run) == 1:
        return newest
    length = span(run[0].observed_at - run[-1].observed_at)
    return ChatEntry(
        newest.account_id,
        newest.name,
        newest.stroke,
        newest.at,
        newest.path,
        f"holds ({len(run)} times, {length})",
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


def decided_words(chat: StoredChat) -> str:
    """What was decided, and how sure the model was."""
    if chat.decision not in _VERBS:
        return "holds" if chat.decision is ChatDecision.HOLD else "decides nothing"
    sure = "" if chat.confidence is None else f", confidence {chat.confidence:.0f} %"
    return f"{_VERBS[chat.decision]} {clean(chat.symbol or '')}{sure}"
