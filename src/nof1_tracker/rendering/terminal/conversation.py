"""A conversation on a terminal: prompt, thought and decision."""

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from nof1_tracker.records.asking.listed_rows import ListedDecision
from nof1_tracker.records.reading.conversation import Conversation
from nof1_tracker.records.sanitize import clean
from nof1_tracker.rendering.decision_words import decision_terms
from nof1_tracker.rendering.terminal.chats import headline, prose, readable

_SIDE_BY_SIDE = 120
"""The narrowest terminal with room for three columns of prose."""
_NO_PROMPT = "(the prompt is not stored)"


def conversation_report(conversation: Conversation, width: int) -> RenderableType:
    """Prompt, thought and decision: side by side if there is room, else in turn."""
    parts = {
        "Prompt": Text(readable(conversation.prompt or _NO_PROMPT)),
        _title(conversation): Text(readable(conversation.chat.content or "")),
        "Decision": decided(conversation.decisions),
    }
    laid_out = _beside(parts) if width >= _SIDE_BY_SIDE else _in_turn(parts, width)
    return Group(*_head(conversation), Text(), laid_out, *_neighbours(conversation))


def _title(conversation: Conversation) -> str:
    return "Thought" if conversation.is_thought else "Answer (no thought was served)"


def _head(conversation: Conversation) -> list[Text]:
    chat = conversation.chat
    cycle = "" if chat.cycle_id is None else f"cycle {chat.cycle_id} · "
    known_by = clean(f"{cycle}{chat.conversation_id}")
    summary = [Text(readable(chat.summary))] if chat.summary else []
    return [headline(chat), Text(known_by, "dim"), *summary]


def _beside(parts: dict[str, Text]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), expand=True)
    for title, ratio in zip(parts, (5, 5, 4), strict=True):
        table.add_column(title, ratio=ratio, overflow="fold", header_style="bold")
    table.add_row(*parts.values())
    return table


def _in_turn(parts: dict[str, Text], width: int) -> RenderableType:
    lines: list[RenderableType] = []
    for title, text in parts.items():
        head = Rule(Text(title, "bold"), align="left", style="dim", characters="-")
        lines += [head, prose(text, width), Text()]
    return Group(*lines[:-1])


def _neighbours(conversation: Conversation) -> list[Text]:
    """The conversations before and after it, as they can be asked for."""
    beside = {"before": conversation.earlier, "after": conversation.later}
    lines = [
        Text(clean(f"{word}: nof1-tracker chat show {each}"), "dim")
        for word, each in beside.items()
        if each
    ]
    return [Text(), *lines] if lines else []


def decided(decisions: tuple[ListedDecision, ...]) -> Text:
    """What was decided for each symbol, in figures and in the model's words."""
    if not decisions:
        return Text("(no decision could be read)", "yellow")
    return Text("\n\n").join(decision_text(each) for each in decisions)


def decision_text(decision: ListedDecision) -> Text:
    """A decision: its signal, then its terms, then its reasons."""
    text = Text(clean(f"{decision.symbol} {decision.signal}"), "bold")
    if terms := decision_terms(decision):
        text.append(f"\n{terms}", "not bold")
    for reason in (decision.justification, decision.invalidation_condition):
        if reason:
            text.append(f"\n{readable(reason)}", "not bold dim")
    return text
