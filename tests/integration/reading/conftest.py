"""A board to write rows on, and the program to read them with."""

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from nof1_tracker.main import app
from tests.integration.reading.boards import Board, Run


@pytest.fixture
def board(engine: Engine) -> Board:
    return Board(engine)


@pytest.fixture
def run(migrated_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The output of a command on the database; its exit code is 0 if not told else."""
    monkeypatch.setenv("NOF1_DATABASE_URL", migrated_url)

    def invoke(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, list(words), catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.output if code else result.stdout

    return invoke
