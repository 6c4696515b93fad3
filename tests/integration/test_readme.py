"""The README's examples, run as they stand."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from nof1_tracker.collect import Collector
from nof1_tracker.database.connection import reset_engine
from nof1_tracker.demo import Arena, DemoSite
from nof1_tracker.main import app
from nof1_tracker.records import Kind
from nof1_tracker.scraper.fetch import SourceOptions
from nof1_tracker.scraper.http import HttpSource
from tests.fakes import FakeClock

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def _commands() -> list[list[str]]:
    lines = "\n".join(_blocks("sh")).splitlines()
    words = (shlex.split(line, comments=True) for line in lines)
    return [each[1:] for each in words if each[:1] == ["nof1-tracker"]]


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with DemoSite(Arena(seed=5, season="1", days=0.3), speed=0) as site:
        yield site


def test_the_commands_work_in_their_order(
    site: DemoSite, migrated_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOF1_BASE_URL", site.url)
    monkeypatch.setenv("NOF1_DATABASE_URL", migrated_url)
    reset_engine()
    commands = [_ending(each) for each in _commands() if each[0] != "demo"]
    assert len(commands) > 12
    for words in commands:
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, f"{words}\n{result.output}\n{result.exception}"


def _ending(words: list[str]) -> list[str]:
    """The command, made to come to an end."""
    return [*words, "--once"] if words[0] == "monitor" else words


def test_alembic_makes_the_schema_as_the_readme_says(database_url: str) -> None:
    assert "alembic upgrade head" in README
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"],
        cwd=ROOT,
        env={**os.environ, "NOF1_DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_query_says_what_the_leaderboard_says(
    site: DemoSite, engine: Engine
) -> None:
    clock = FakeClock(site.now)
    with HttpSource(SourceOptions(site.url, rate_limit=1000), clock, {}) as source:
        Collector(engine, clock).scrape(source, Kind)
    (query,) = _blocks("sql")
    with engine.connect() as connection:
        rows = connection.execute(text(query)).all()
    assert len(rows) == 6
    assert [row.total_assets for row in rows] == sorted(
        (row.total_assets for row in rows), reverse=True
    )
    assert {row.source for row in rows} <= {"account_totals", "model_chat"}
