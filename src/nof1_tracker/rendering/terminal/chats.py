"""Conversations as paragraphs on a terminal."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from nof1_tracker.analyzer.performance import ChatList
from nof1_tracker.records.enums import ChatDecision
from nof1_tracker.records.sanitize import clean
from nof1_tracker.records.stored import CHATS_COUNTED, StoredChat
from nof1_tracker.rendering.excerpts import Excerpt, excerpts, find_hits
from nof1_tracker.rendering.terminal.empty_answer import empty_answer
from nof1_tracker.rendering.text import (
    moment,
    quantity,
    recent_age,
    shown_of,
    whole,
)

READABLE_WIDTH = 100
"""Lines of prose are no longer than this."""
_STYLES = {
    ChatDecision.BUY: "bold green",
    ChatDecision.SELL: "bold red",
    ChatDecision.CLOSE: "bold yellow",
    ChatDecision.NONE: "yellow",
}
_HIT = "bold reverse"
_EXCERPTS = 3
"""The most parts that are shown of a conversation in which a text was found."""


def chat_paragraphs(
    report: ChatList, width: int, search: str | None = None, *, is_full: bool = False
) -> RenderableType:
    """Each conversation below its time, model and decision, newest first.

    Args:
        search: The text that was looked for: hits are shown with their surroundings.
        is_full: Shows the whole text, with the hits in it.
    """
    if not report.rows:
        scrape = "nof1-tracker scrape --model-chat"
        return Text(empty_answer("conversations", report.emptiness, scrape=scrape))
    parts: list[RenderableType] = []
    for chat in report.rows:
        body = _whole(chat, search) if is_full or not search else _found(chat, search)
        parts += [
            headline(chat),
            Text(f"  {_known_by(chat, report)}", "dim"),
            prose(body, width),
            Text(),
        ]
    shown = shown_of(len(report.rows), report.total, counted=CHATS_COUNTED)
    return Group(*parts, Text(shown, "dim"))


def headline(chat: StoredChat) -> Text:
    """Its time, model and headline decision in a line."""
    line = Text.assemble((f"{moment(chat.observed_at)} UTC", "dim"))
    line.append(f"  {clean(chat.name)}", "bold")
    line.append("  ")
    line.append(_decision(chat), _STYLES.get(chat.decision or ChatDecision.NONE, ""))
    if chat.confidence is not None:
        line.append(f"  {quantity(chat.confidence)} % sure")
    return line


def _known_by(chat: StoredChat, report: ChatList) -> str:
    """What it is found by, and its age where that says something."""
    words = [
        "" if chat.cycle_id is None else f"cycle {chat.cycle_id}",
        clean(chat.conversation_id or ""),
        recent_age(chat.observed_at, report.at),
    ]
    return " · ".join(word for word in words if word)


def _decision(chat: StoredChat) -> str:
    words = [chat.decision or "undecided", chat.symbol or ""]
    return clean(" ".join(words))


def _whole(chat: StoredChat, search: str | None) -> Text:
    """The content where it was read, else the summary."""
    text = readable(chat.content or chat.summary or "(no summary)")
    return _marked(text, find_hits(text, search or ""))


def _found(chat: StoredChat, search: str) -> Text:
    """The parts of the content, or else of the summary, that hold the text."""
    for stored in (chat.content, chat.summary):
        text = readable(stored or "")
        if parts := excerpts(text, search):
            return _excerpts(text, parts)
    return _whole(chat, search)


def _excerpts(text: str, parts: Sequence[Excerpt]) -> Text:
    lines = []
    for part in parts[:_EXCERPTS]:
        before = "… " if part.start else ""
        after = " …" if part.end < len(text) else ""
        lines.append(Text.assemble(before, _marked(part.text, part.hits), after))
    if len(parts) > _EXCERPTS:
        more = whole(len(parts) - _EXCERPTS)
        lines.append(Text(f"and {more} more (--full)", "dim"))
    return Text("\n").join(lines)


def _marked(text: str, hits: Sequence[tuple[int, int]]) -> Text:
    marked = Text(text)
    for start, end in hits:
        marked.stylize(_HIT, start, end)
    return marked


def readable(text: str) -> str:
    """A text of unknown origin in lines, without anything that controls a terminal."""
    return clean(text, multi_line=True).strip().expandtabs(4)


def prose(text: Text, width: int) -> RenderableType:
    """The text in lines that are short enough to read."""
    lines = min(width, READABLE_WIDTH) if width else READABLE_WIDTH
    return Padding(text, (0, max(0, width - lines), 0, 2))
