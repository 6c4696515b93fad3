"""ModelChat for the page's reader: what was thought and decided, and how long only held.

Prompts are left out, and thoughts beyond MOST_TEXT: the dashboard has all of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nof1_tracker.analyzer.report.season_report import SeasonReport
from nof1_tracker.records.asking.listed_rows import ListedDecision
from nof1_tracker.records.reading.prices_and_chats import SeasonWords
from nof1_tracker.records.sanitize import clean
from nof1_tracker.records.stored import StoredChat
from nof1_tracker.rendering.decision_words import (
    decided_words,
    decision_terms,
    folded_holds,
    has_acted,
    held_words,
)
from nof1_tracker.rendering.html.charts.packing import packed
from nof1_tracker.rendering.text import moment

MOST_TEXT = 7_000_000
"""Characters of thought in a page, the newest first: a third of that when compressed."""


@dataclass(frozen=True, slots=True)
class ModelChatPart:
    """The reader of a page.

    Attributes:
        total: Conversations that are stored.
        acted: Those of them that opened, added or closed.
        untold: Those that acted whose thought is not in the page.
        packed: For the page's script.
    """

    total: int
    acted: int
    untold: int
    packed: str


def model_chat(report: SeasonReport, words: SeasonWords) -> ModelChatPart | None:
    """None where no conversation is stored."""
    keys = {each.account.account_id: at for at, each in enumerate(report.models)}
    chats = [
        each
        for each in words.chats
        if report.since is None or each.observed_at >= report.since
    ]
    if not chats:
        return None
    told = list(_told([each for each in chats if has_acted(each)]))
    names = {id(each) for each in told}
    entries = [
        _entry(run, keys, words.decisions, is_told=id(run[0]) in names)
        for run in folded_holds(chats)
    ]
    acted = sum(map(has_acted, chats))
    return ModelChatPart(len(chats), acted, acted - len(told), packed(entries))


def _told(acted: Sequence[StoredChat]) -> Iterator[StoredChat]:
    """Those whose thoughts are in the page, newest first."""
    left = MOST_TEXT
    for chat in acted:
        left -= len(chat.content or "")
        if left < 0:
            return
        yield chat


def _entry(
    run: Sequence[StoredChat],
    keys: Mapping[str, int],
    decisions: Mapping[str, Sequence[ListedDecision]],
    *,
    is_told: bool,
) -> list[Any]:
    """Account, time, words; and of a conversation that acted what it said."""
    chat = run[0]
    seconds = int(chat.observed_at.timestamp())
    entry: list[Any] = [keys[chat.account_id], seconds, moment(chat.observed_at)]
    if not has_acted(chat):
        return [*entry, held_words(run)]
    thought = _lines(chat.content) if is_told else None
    own = decisions.get(chat.conversation_id or "", ())
    said = [_decision(each) for each in own]
    return [*entry, decided_words(chat), _lines(chat.summary), thought, said]


def _decision(decision: ListedDecision) -> list[Any]:
    said = (decision.justification, decision.invalidation_condition)
    signal = clean(decision.signal).replace("_", " ")
    return [
        f"{clean(decision.symbol)} {signal}",
        clean(decision_terms(decision)),
        [_lines(each) for each in said if each],
    ]


def _lines(text: str | None) -> str:
    return clean(text or "", multi_line=True).strip()
