"""Conversations as paragraphs on a terminal."""

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from nof1_tracker.analyzer.performance import ChatList
from nof1_tracker.records.enums import ChatDecision
from nof1_tracker.records.sanitize import clean
from nof1_tracker.records.stored import CHATS_COUNTED, StoredChat
from nof1_tracker.rendering.terminal.empty_answer import empty_answer
from nof1_tracker.rendering.text import age, moment, quantity, shown_of

_READABLE_WIDTH = 100
_STYLES = {
    ChatDecision.BUY: "bold green",
    ChatDecision.SELL: "bold red",
    ChatDecision.CLOSE: "bold yellow",
    ChatDecision.NONE: "yellow",
}


def chat_paragraphs(report: ChatList, width: int) -> RenderableType:
    """Each conversation below its time, model and decision, newest first."""
    if not report.rows:
        scrape = "nof1-tracker scrape --model-chat"
        return Text(empty_answer("conversations", report.emptiness, scrape=scrape))
    parts: list[RenderableType] = []
    for chat in report.rows:
        parts += [_headline(chat, report), _body(chat, width), Text()]
    shown = shown_of(len(report.rows), report.total, counted=CHATS_COUNTED)
    return Group(*parts, Text(shown, "dim"))


def _headline(chat: StoredChat, report: ChatList) -> Text:
    line = Text(f"{moment(chat.observed_at)} UTC", "dim")
    line.append(f"  {clean(chat.name)}", "bold")
    line.append("  ")
    line.append(_decision(chat), _STYLES.get(chat.decision or ChatDecision.NONE, ""))
    if chat.confidence is not None:
        line.append(f"  {quantity(chat.confidence)} % sure")
    cycle = "" if chat.cycle_id is None else f"cycle {chat.cycle_id} · "
    line.append(f"  {cycle}{age(chat.observed_at, report.at)}", "dim")
    return line


def _decision(chat: StoredChat) -> str:
    words = [chat.decision or "undecided", chat.symbol or ""]
    return clean(" ".join(words))


def _body(chat: StoredChat, width: int) -> RenderableType:
    """The content where it was requested, else the summary."""
    text = chat.content or chat.summary or "(no summary)"
    readable = min(width, _READABLE_WIDTH) if width else _READABLE_WIDTH
    body = Text(clean(text, multi_line=True).strip().expandtabs(4))
    return Padding(body, (0, max(0, width - readable), 0, 2))
