"""What holds for every reading command."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from typer.testing import CliRunner

from nof1_tracker.main import app
from nof1_tracker.records.stored import ChatFilter, RevisionFilter, TradeFilter
from nof1_tracker.services.read import (
    read_chats,
    read_condition,
    read_trades,
)
from nof1_tracker.services.revisions import read_revisions
from nof1_tracker.services.standings import read_standings
from tests.integration.reading.boards import NOW, Board, Run, ago


@pytest.mark.parametrize("command", ["leaderboard", "trades", "positions", "chat"])
def test_an_empty_database_is_told_in_words_and_no_error(
    run: Run, command: str
) -> None:
    assert "nof1-tracker scrape" in run(command)
    assert json.loads(run(command, "--format", "json")) == []
    header, *rows = run(command, "--format", "csv").splitlines()
    assert "model_id" in header
    assert rows == []


def test_the_status_of_an_empty_database_is_no_error(run: Run) -> None:
    assert "No run yet. Run `nof1-tracker scrape`." in run("status")
    assert json.loads(run("status", "--format", "json"))["rows"]["trades"] == 0


def test_a_model_asked_of_an_empty_database_is_no_error(run: Run) -> None:
    assert json.loads(run("trades", "--model", "gpt-5", "--format", "json")) == []


@pytest.mark.parametrize(
    "command",
    ["leaderboard", "trades", "positions", "chat", "revisions", "status"],
)
def test_every_command_has_help_with_an_example(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])

    assert result.exit_code == 0
    assert f"Example: nof1-tracker {command}" in result.stdout


def test_reading_changes_nothing(engine: Engine, board: Board, run: Run) -> None:
    board.snapshot("alpha", "10000", ago(hours=2))
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        statements.append(sql.split(maxsplit=1)[0].upper())

    event.listen(engine, "before_cursor_execute", note)
    read_standings(engine, NOW)
    read_trades(engine, NOW, TradeFilter())
    read_chats(engine, NOW, ChatFilter())
    read_condition(engine, NOW)
    read_revisions(engine, RevisionFilter())

    assert set(statements) <= {"SELECT", "BEGIN", "PRAGMA"}


@pytest.mark.parametrize("command", ["leaderboard", "trades", "positions", "chat"])
def test_every_command_writes_its_rows_to_a_file(
    run: Run, board: Board, tmp_path: Path, command: str
) -> None:
    board.snapshot("alpha", "10000", ago(hours=1), open_positions=1)
    board.position("alpha", ago(hours=1))
    board.trade("alpha", "t1")
    board.chat("alpha", "c1")
    file = tmp_path / "answer.json"

    assert run(command, "-o", str(file)) == ""

    (row,) = json.loads(file.read_text())
    assert json.loads(run(command, "--json")) == [row]


def test_a_file_that_cannot_be_written_is_refused_before_anything_is_read(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "trades.pdf"

    assert "cannot write a file that ends with '.pdf'" in run(
        "trades", "-o", str(file), code=2
    )
    assert not file.exists()
