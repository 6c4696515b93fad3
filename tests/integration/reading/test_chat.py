"""Which conversations the chat command lists."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, event, insert, select, update

from nof1_tracker.database import create_db_engine, models
from nof1_tracker.records.enums import ChatDecision
from nof1_tracker.records.stored import CHATS_COUNTED, ChatFilter
from nof1_tracker.services.read import read_chats
from tests.integration.reading.boards import NOW, Board, Run, ago


def chat_ids(engine: Engine, **wanted: Any) -> list[Any]:
    report = read_chats(engine, NOW, ChatFilter(**wanted))
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


def test_a_text_is_found_wherever_it_stands_in_a_word_and_in_any_case(
    engine: Engine, board: Board
) -> None:
    board.chat("alpha", "c1", content="Take-PROFIT: 4.25", timestamp=ago(hours=1))
    board.chat("alpha", "c2", summary="unprofitable", timestamp=ago(hours=2))

    assert chat_ids(engine, search="profit") == ["c1", "c2"]
    assert chat_ids(engine, search="OFITAB") == ["c2"]
    assert chat_ids(engine, search="4.2") == ["c1"]
    assert chat_ids(engine, search="4_2") == []


def test_a_text_is_no_longer_found_where_it_is_no_longer_said(
    engine: Engine, board: Board
) -> None:
    first = board.chat("alpha", "c1", content="I will wait", timestamp=ago(hours=1))
    board.chat("alpha", "c2", content="I will wait, too", timestamp=ago(hours=2))

    with engine.begin() as connection:
        chat = update(models.ModelChat).where(models.ModelChat.id == first)
        connection.execute(chat.values(content="I will buy", summary="No pause"))

    assert chat_ids(engine, search="will wait") == ["c2"]
    assert chat_ids(engine, search="no pause") == ["c1"]
    with engine.begin() as connection:
        connection.execute(delete(models.ModelChat))
    assert chat_ids(engine, search="will wait") == []


def test_what_was_said_a_thousand_times_is_shown_newest_first_and_not_counted(
    engine: Engine, board: Board, run: Run
) -> None:
    board.model("alpha")
    with engine.begin() as connection:
        model_id = connection.execute(select(models.LLMModel.id)).scalar_one()
        rows = [
            {
                "conversation_id": f"c{n}",
                "model_id": model_id,
                "timestamp": ago(hours=n + 1),
                "content": "hold on",
            }
            for n in range(CHATS_COUNTED + 1)
        ]
        connection.execute(insert(models.ModelChat), rows)

    report = read_chats(engine, NOW, ChatFilter(search="hold on", limit=2))

    assert [row.conversation_id for row in report.rows] == ["c0", "c1"]
    assert report.total is None
    shown = run("chat", "--search", "hold on", "--limit", "2")
    assert "2 of more than 1,000 (all with --limit 0)" in shown
    everything = read_chats(engine, NOW, ChatFilter(search="hold on"))
    assert (len(everything.rows), everything.total) == (1001, 1001)


def test_a_text_is_looked_up_not_looked_for(engine: Engine, board: Board) -> None:
    """Holds the plan, not the time."""
    board.chat("alpha", "c1", content="a rare word")
    statements: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, sql: str, parameters: Any, *_rest: Any) -> None:
        if "rare" in str(parameters):
            statements.append((sql, parameters))

    event.listen(engine, "before_cursor_execute", note)
    assert chat_ids(engine, search="rare") == ["c1"]
    event.remove(engine, "before_cursor_execute", note)

    ((sql, parameters),) = statements
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # Of so few rows, what others left of the table would decide.
            for other in ("enable_seqscan", "enable_indexscan"):
                connection.exec_driver_sql(f"SET {other} = off")
            plan = connection.exec_driver_sql(f"EXPLAIN {sql}", parameters)
            assert any("Bitmap Index Scan on chat_search" in row[0] for row in plan)
        else:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)
            first, *_ = [row[-1] for row in plan]
            assert first.startswith("SCAN chat_search VIRTUAL TABLE INDEX 0:L0")


@pytest.mark.postgresql
def test_a_phrase_is_looked_up_by_where_its_words_meet(
    migrated_postgresql_url: str,
) -> None:
    """Holds the plan: trigrams of single words name every conversation."""
    engine = create_db_engine(migrated_postgresql_url)
    board = Board(engine)
    board.chat("alpha", "c1", content="my confidence of 0.7", timestamp=ago(hours=1))
    board.chat("alpha", "c2", content="Confidence of 75 or 7", timestamp=ago(hours=2))
    statements: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, sql: str, parameters: Any, *_rest: Any) -> None:
        if "chat_search_words" in sql:
            statements.append((sql, parameters))

    event.listen(engine, "before_cursor_execute", note)
    assert chat_ids(engine, search="idence of 7") == ["c2"]
    event.remove(engine, "before_cursor_execute", note)

    ((sql, parameters),) = statements
    with engine.connect() as connection:
        connection.exec_driver_sql("SET enable_seqscan = off")
        plan = connection.exec_driver_sql(f"EXPLAIN {sql}", parameters)
        assert any("Index Scan on chat_search_words" in row[0] for row in plan)
    engine.dispose()


_WORDS = st.sampled_from(
    ("stop", "loss", "stops", "a", "of", "7", "75", "0.7", "Loss", "non-stop", "élan")
)
_BETWEEN = st.sampled_from((" ", " ", " ", "  ", "\n", ", "))
_TEXTS = st.lists(st.tuples(_WORDS, _BETWEEN), min_size=1, max_size=9).map(
    lambda parts: "".join(word + between for word, between in parts)
)


@st.composite
def _searches(draw: st.DrawFn) -> tuple[list[tuple[str, str | None]], str]:
    """Conversations, as content and summary, and a part of the text of one of them.

    Half of the parts go on as another one does, so that they are hardly ever found.
    """
    chats = draw(
        st.lists(st.tuples(_TEXTS, st.none() | _TEXTS), min_size=1, max_size=5)
    )
    text, other = (draw(st.sampled_from(chats))[0] for _ in range(2))
    begin = draw(st.integers(0, len(text) - 1))
    part = text[begin : draw(st.integers(begin + 1, len(text)))]
    if draw(st.booleans()):
        part += other[draw(st.integers(0, len(other) - 1)) :]
    return chats, draw(st.sampled_from((part, part.encode().upper().decode())))


@given(searched=_searches())
@example(searched=([("stop the loss 75", None)], "LOSS 7"))
@example(searched=([("a  stop  loss", "of 7 "), ("7 of 7 ", None)], "of 7 "))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_text_is_found_in_just_the_conversations_that_contain_it(
    engine: Engine, searched: tuple[list[tuple[str, str | None]], str]
) -> None:
    chats, text = searched
    with engine.begin() as connection:
        connection.execute(delete(models.ModelChat))
        connection.execute(delete(models.LLMModel))
        model = {"id": 1, "name": "Alpha", "provider": "Maker", "model_id": "alpha"}
        connection.execute(insert(models.LLMModel), [model])
        rows = [
            {
                "conversation_id": f"c{number}",
                "model_id": 1,
                "timestamp": ago(hours=number),
                "content": content,
                "summary": summary,
            }
            for number, (content, summary) in enumerate(chats)
        ]
        connection.execute(insert(models.ModelChat), rows)
    wanted = _lower(text)
    expected = [
        f"c{number}"
        for number, told in enumerate(chats)
        if any(wanted in _lower(each or "") for each in told)
    ]
    assert chat_ids(engine, search=text) == expected


def _lower(text: str) -> str:
    """SQLite folds the case of ASCII alone."""
    return text.encode().lower().decode()


def test_without_its_index_a_text_is_found_all_the_same(
    engine: Engine, board: Board
) -> None:
    board.chat("alpha", "c1", content="a rare word")
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("DROP INDEX chat_search")
        else:
            connection.exec_driver_sql("DROP TABLE chat_search")

    assert chat_ids(engine, search="RARE") == ["c1"]


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
    assert chat_ids(engine, symbols=("eth",)) == ["buy", "mixed"]
    assert chat_ids(engine, since=ago(hours=2)) == ["hold", "buy"]


def test_the_content_is_read_only_where_it_is_wanted(run: Run, board: Board) -> None:
    board.chat("alpha", "c1", content="The whole thought.")

    assert "whole thought" not in run("chat")
    assert "whole thought" in run("chat", "--full")
    assert "content" not in json.loads(run("chat", "--format", "json"))[0]
    full = json.loads(run("chat", "--full", "--format", "json"))
    assert full[0]["content"] == "The whole thought."
    assert "The whole thought." in run("chat", "--full", "--format", "csv")


def test_a_hit_is_shown_with_its_surroundings(run: Run, board: Board) -> None:
    far = "word " * 100
    board.chat("alpha", "c1", content=f"{far}The STOP is near. {far}and so on")

    shown = " ".join(run("chat", "--search", "stop is").split())

    assert "… word" in shown
    assert "The STOP is near. word" in shown
    assert "word …" in shown
    assert "so on" not in shown
    assert "so on" in run("chat", "--search", "stop is", "--full")
    (row,) = json.loads(run("chat", "--search", "stop is", "--json"))
    assert "content" not in row


def told(board: Board, **changes: Any) -> None:
    """Three conversations of an account; the second bought ETH and held BTC."""
    board.chat("alpha", "alpha_100.1", timestamp=ago(minutes=9))
    served = {"user_prompt": "You have $10,000.", "cot_trace": "I think."}
    chat_id = board.chat(
        "alpha",
        "alpha_200.2",
        timestamp=ago(minutes=6),
        **({"raw_data": served, "cycle_id": 12} | changes),
    )
    board.chat("beta", "beta_250.2", timestamp=ago(minutes=4))
    board.chat("alpha", "alpha_300.3", timestamp=ago(minutes=3))
    for symbol, signal in (("ETH", "buy_to_enter"), ("BTC", "hold")):
        board.add(
            models.ChatDecisionRow(
                model_chat_id=chat_id,
                symbol=symbol,
                signal=signal,
                stop_loss=Decimal(95),
                justification=f"{symbol} is strong.",
            )
        )


def test_a_conversation_is_shown_as_a_whole(run: Run, board: Board) -> None:
    told(board)

    shown = run("chat", "show", "200.2")

    for words in (
        *("You have $10,000.", "I think.", "ETH buy_to_enter", "stop 95.00"),
        *("BTC hold", "BTC is strong.", "cycle 12 · alpha_200.2"),
        "before: nof1-tracker chat show alpha_100.1",
        "after: nof1-tracker chat show alpha_300.3",
    ):
        assert words in shown
    found = json.loads(run("chat", "show", "ALPHA_200", "--json"))
    assert found["prompt"] == "You have $10,000."
    assert [each["symbol"] for each in found["decisions"]] == ["BTC", "ETH"]
    assert (found["earlier"], found["later"]) == ("alpha_100.1", "alpha_300.3")


def test_an_answer_without_a_thought_is_called_an_answer(
    run: Run, board: Board
) -> None:
    told(board, raw_data={"cot_trace": {"BTC": {}}}, content='{"BTC": {}}')

    shown = run("chat", "show", "alpha_200.2")

    assert "Answer (no thought was served)" in shown
    assert "(the prompt is not stored)" in shown
    assert json.loads(run("chat", "show", "alpha_200.2", "--json"))["prompt"] is None


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("none", "No conversation has the id 'none'."),
        ("alpha", "Give more of one: alpha_300.3, alpha_200.2, alpha_100.1"),
    ],
)
def test_a_part_of_an_id_must_mean_one_conversation(
    run: Run, board: Board, part: str, words: str
) -> None:
    told(board)

    assert words in run("chat", "show", part, code=2)


def test_an_id_comes_before_longer_ones_that_contain_it(run: Run, board: Board) -> None:
    board.chat("alpha", "a_1", content="this one")
    board.chat("alpha", "a_1.5")

    assert "this one" in run("chat", "show", "a_1")


def test_list_may_be_said_or_left_out(run: Run, board: Board) -> None:
    board.chat("alpha", "c1", summary="Alpha speaks.")

    assert run("chat", "list", "alpha") == run("chat", "alpha") == run("chat")


@pytest.mark.parametrize("output", ["table", "json"])
def test_a_shown_conversation_cannot_steer_the_terminal(
    run: Run, board: Board, output: str
) -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J\u202e[link=http://x]click[/link]\r"
    told(board, raw_data={"user_prompt": hostile}, content=hostile, summary=hostile)

    text = run("chat", "show", "alpha_200.2", "--format", output)

    assert not set(text) & set("\x1b\x07\x9b\u202e\r")
    assert "[link=http://x]click[/link]" in text


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
