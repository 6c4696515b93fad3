"""Which conversations the chat command lists."""

import json
from typing import Any

import pytest
from sqlalchemy import Engine

from nof1_tracker import reading
from nof1_tracker.database import models
from nof1_tracker.records import (
    ChatDecision,
    ChatFilter,
)
from tests.integration.reading.boards import NOW, Board, Run, ago


def chat_ids(engine: Engine, **wanted: Any) -> list[Any]:
    report = reading.read_chats(engine, NOW, ChatFilter(**wanted))
    return [row.conversation_id for row in report.rows]


def test_search_is_plain_text_in_content_and_summary(
    engine: Engine, board: Board
) -> None:
    board.chat("alpha", "c1", content="Risk is 100% mine", timestamp=ago(hours=1))
    board.chat("alpha", "c2", content="1000 reasons", timestamp=ago(hours=2))
    board.chat("alpha", "c3", summary="STOP_LOSS hit", timestamp=ago(hours=3))
    board.chat("alpha", "c4", summary="stop loss hit", timestamp=ago(hours=4))
    board.chat("alpha", "c5", content="a\\b", summary=None, timestamp=ago(hours=5))

    assert chat_ids(engine, search="100%") == ["c1"]
    assert chat_ids(engine, search="stop_loss") == ["c3"]
    assert chat_ids(engine, search="\\") == ["c5"]


def test_chats_are_narrowed_by_decision_time_and_any_symbol_in_them(
    engine: Engine, board: Board
) -> None:
    board.chat("alpha", "hold", timestamp=ago(hours=1))
    board.chat(
        "alpha", "buy", decision=ChatDecision.BUY, symbol="ETH", timestamp=ago(hours=2)
    )
    chat_id = board.chat("alpha", "mixed", timestamp=ago(hours=3))
    board.add(
        models.ChatDecisionRow(model_chat_id=chat_id, symbol="xyz:ETH", signal="hold")
    )

    assert chat_ids(engine, decision=ChatDecision.BUY) == ["buy"]
    assert chat_ids(engine, symbol="eth") == ["buy", "mixed"]
    assert chat_ids(engine, since=ago(hours=2)) == ["hold", "buy"]


def test_the_content_is_read_only_where_it_is_wanted(run: Run, board: Board) -> None:
    board.chat("alpha", "c1", content="The whole thought.")

    assert "whole thought" not in run("chat")
    assert "whole thought" in run("chat", "--full")
    assert "content" not in json.loads(run("chat", "--format", "json"))[0]
    full = json.loads(run("chat", "--full", "--format", "json"))
    assert full[0]["content"] == "The whole thought."
    assert "The whole thought." in run("chat", "--full", "--format", "csv")


@pytest.mark.parametrize("output", ["table", "json", "csv"])
def test_chat_text_cannot_steer_the_terminal(
    run: Run, board: Board, output: str
) -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e[link=http://x]click[/link]\r"
    board.model("alpha", name=f"{hostile}name")
    board.chat("alpha", "c1", content=hostile, summary=hostile, symbol="B\x1bTC")

    text = run("chat", "--full", "--format", output)

    assert not set(text) & set("\x1b\x07\x9b\u202e\r")
    assert "[link=http://x]click[/link]" in text
