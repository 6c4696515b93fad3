"""ModelChat and prices as the page has them packed."""

import base64
import gzip
import json
from datetime import timedelta
from typing import Any

import numpy as np

from nof1_tracker.records.enums import ChatDecision
from nof1_tracker.records.reading.prices_and_chats import PriceCourse, SeasonWords
from nof1_tracker.records.stored import StoredChat
from nof1_tracker.rendering.html import chat_reader as room
from nof1_tracker.rendering.html.charts.price_charts import MOST_POINTS, price_charts
from nof1_tracker.rendering.html.chat_reader import ModelChatPart, model_chat
from tests.unit.analyzer.boards import NOW
from tests.unit.analyzer.columns import times
from tests.unit.analyzer.reports import history, report_of
from tests.unit.rendering.test_terminal_tables import chat

REPORT = report_of(history("alpha", equity=[10_000.0] * 3))


def said(minutes: int, decision: ChatDecision, content: str | None) -> StoredChat:
    """A conversation of alpha so many minutes ago."""
    at = NOW - timedelta(minutes=minutes)
    return chat(account_id="alpha", observed_at=at, decision=decision, content=content)


def unpacked(part: ModelChatPart) -> list[Any]:
    found: list[Any] = json.loads(gzip.decompress(base64.b64decode(part.packed)))
    return found


def test_what_is_only_held_is_folded_between_what_acted() -> None:
    chats = (
        said(3, ChatDecision.HOLD, None),
        said(6, ChatDecision.HOLD, None),
        said(39, ChatDecision.NONE, None),
        said(42, ChatDecision.BUY, "Momentum."),
        said(45, ChatDecision.HOLD, None),
    )
    part = model_chat(REPORT, SeasonWords(chats=chats))
    assert part is not None
    assert (part.total, part.acted, part.untold) == (5, 1, 0)
    held, acted, once = unpacked(part)
    assert held[3:] == ["held 3 times, 36 min"]
    assert acted[3:] == ["goes long BTC, confidence 65 %", "I hold.", "Momentum.", []]
    assert once[3:] == ["holds"]


def test_the_oldest_thoughts_are_left_out_of_a_page_that_would_be_too_large() -> None:
    half = "x" * (room.MOST_TEXT // 2)
    chats = tuple(said(minute, ChatDecision.BUY, half) for minute in (1, 2, 3))
    part = model_chat(REPORT, SeasonWords(chats=chats))
    assert part is not None
    assert part.untold == 1
    assert [entry[5] is None for entry in unpacked(part)] == [False, False, True]


def test_a_season_without_conversations_has_no_reader() -> None:
    assert model_chat(REPORT, SeasonWords()) is None


def test_very_many_candles_are_drawn_as_longer_ones() -> None:
    count = 2 * MOST_POINTS
    rising = np.arange(1.0, count + 1)
    course = PriceCourse(
        times=times(range(count)),
        prices=rising,
        opens=rising - 0.5,
        highs=rising + 3,
        lows=rising - 3,
    )
    drawn = price_charts({"BTC": course})["BTC"]
    assert [drawn[name][0] for name in "pohl"] == [2, 0.5, 5, -2]
    assert len(drawn["t"]) == MOST_POINTS
    assert drawn["t"][1] - drawn["t"][0] == 2 * 3600


def test_observed_prices_keep_six_digits() -> None:
    course = PriceCourse(times=times([0, 1]), prices=np.array([1 / 3, 114_253.56]))
    assert price_charts({"BTC": course})["BTC"]["p"] == [0.333333, 114254]
