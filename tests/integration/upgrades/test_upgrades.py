"""Databases that earlier code left come to the schema of today with all their rows."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import URL, Engine
from typer.testing import CliRunner

from nof1_tracker.database.connection import reset_engine
from nof1_tracker.database.engine.schema import (
    SCHEMA_HEAD,
    alembic_config,
    current_revision,
)
from nof1_tracker.demo import DemoSite
from nof1_tracker.main import app
from tests.databases import as_text, scratch_database
from tests.integration.upgrades.fixtures import (
    Fixture,
    TableContents,
    contents_of,
    stored_fixtures,
)
from tests.worlds import arena_of, engine_on

ROOT = Path(__file__).parents[3]
FIXTURES = stored_fixtures()
BEFORE_RELEASES = {"0001", "0002", "0003", "0004", "0005"}
KEPT = ("model_chats", "leaderboard_snapshots", "positions", "rejected_payloads")
"""Tables of which a later scrape may take nothing away."""

CORRECTED = {"seasons": ("end_date",), "leaderboard_snapshots": ("season_id",)}
"""Columns that a later schema corrects, by table."""


@dataclass(frozen=True)
class Past:
    """A database as earlier code left it."""

    fixture: Fixture
    kind: str
    engine: Engine

    @property
    def url(self) -> str:
        return as_text(self.engine.url)

    @property
    def contents(self) -> dict[str, TableContents]:
        """What it held when it was made."""
        return self.fixture.manifest.contents[self.kind]

    def now(self) -> dict[str, TableContents]:
        """What it holds now, in the tables and columns of then."""
        then = self.contents
        return contents_of(self.engine, {name: then[name].columns for name in then})

    def kept(self) -> dict[str, TableContents]:
        """What no upgrade changes: seasons have had a close and a span of their own."""
        then = self.contents
        columns = {
            name: [
                each
                for each in then[name].columns
                if each not in CORRECTED.get(name, ())
            ]
            for name in then
        }
        return contents_of(self.engine, columns)


@pytest.fixture(params=FIXTURES, ids=lambda fixture: fixture.name)
def fixture(request: pytest.FixtureRequest) -> Fixture:
    assert isinstance(request.param, Fixture)
    return request.param


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def past(
    request: pytest.FixtureRequest,
    fixture: Fixture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Past]:
    """Each fixture, once on SQLite and once on PostgreSQL, as the configured one."""
    restored = _sqlite if request.param == "sqlite" else _postgresql
    with restored(request, fixture, tmp_path) as url, engine_on(url) as engine:
        monkeypatch.setenv("NOF1_DATABASE_URL", url)
        reset_engine()
        yield Past(fixture, request.param, engine)
        reset_engine()


@contextmanager
def _sqlite(_: pytest.FixtureRequest, fixture: Fixture, folder: Path) -> Iterator[str]:
    fixture.restore_sqlite(folder / "past.db")
    yield f"sqlite:///{folder}/past.db"


@contextmanager
def _postgresql(
    request: pytest.FixtureRequest, fixture: Fixture, _: Path
) -> Iterator[str]:
    server: URL = request.getfixturevalue("postgresql_server")
    with scratch_database(server) as url:
        fixture.restore_postgresql(url)
        yield as_text(url)


def _run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, f"{words}\n{result.output}\n{result.exception!r}"
    return result.output


def _alembic(engine: Engine, action: str, *arguments: str) -> None:
    with engine.connect().execution_options(writes=True) as connection:
        config = alembic_config()
        config.stdout = io.StringIO()  # the runner may have closed the one it knows
        config.attributes["connection"] = connection
        with connection.begin():
            getattr(command, action)(config, *arguments)


def test_every_schema_before_the_first_release_has_a_fixture() -> None:
    """Later ones get theirs with their release: `make upgrade-fixture`."""
    assert {fixture.manifest.revision for fixture in FIXTURES} >= BEFORE_RELEASES


def test_a_fixture_is_what_its_manifest_says(past: Past) -> None:
    assert current_revision(past.engine) == past.fixture.manifest.revision
    assert past.now() == past.contents
    assert all(past.contents[table].rows for table in KEPT)


def test_db_upgrade_keeps_every_row_and_leaves_no_difference(past: Past) -> None:
    before = past.kept()
    assert SCHEMA_HEAD in _run("db", "upgrade")
    assert past.kept() == before
    _alembic(past.engine, "check")


def test_alembic_upgrade_head_does_the_same(past: Past) -> None:
    before = past.kept()
    subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"],
        check=True,
        cwd=ROOT,
        env={**os.environ, "NOF1_DATABASE_URL": past.url},
        capture_output=True,
    )
    assert current_revision(past.engine) == SCHEMA_HEAD
    assert past.kept() == before


def test_back_to_where_it_came_from_and_up_again_keeps_every_row(past: Past) -> None:
    before = past.kept()
    _run("db", "upgrade")
    _alembic(past.engine, "downgrade", past.fixture.manifest.revision)
    assert past.now() == past.contents
    _run("db", "upgrade")
    assert past.kept() == before
    _alembic(past.engine, "check")


CLOSES = "SELECT season_number, end_date FROM seasons ORDER BY season_number"
BOARD = """
    INSERT INTO leaderboard_snapshots
    (season_id, model_id, timestamp, total_assets, pnl, source, hourly_marker, rank)
    SELECT (SELECT id FROM seasons WHERE season_number = {season}), id, '{at}', {equity},
    0, 'account_totals', 407, {rank} FROM llm_models WHERE model_id = '{model}'
"""


def test_what_followed_a_close_comes_to_the_season_that_closed(past: Past) -> None:
    """Hour 407 of season 1 was cut in two by the close, and each part ranked alone."""
    rows = (
        (1, "2025-11-03 21:59:18.000000", 3730, 1, "gpt-5"),
        (0, "2025-11-03 22:02:26.000000", 12200, 1, "qwen3-max"),
        (0, "2025-11-03 22:09:52.000000", 6890, 2, "claude-sonnet-4-5"),
    )
    with past.engine.connect().execution_options(writes=True) as connection:
        for season, at, equity, rank, model in rows:
            values = {"season": season, "at": at, "equity": equity}
            query = BOARD.format(rank=rank, model=model, **values)
            connection.exec_driver_sql(query)
        connection.commit()
    _run("db", "upgrade")
    query = (
        "SELECT season_number, rank FROM leaderboard_snapshots JOIN seasons"
        " ON seasons.id = season_id WHERE hourly_marker = 407 ORDER BY timestamp"
    )
    with past.engine.connect() as connection:
        assert [tuple(map(int, row)) for row in connection.exec_driver_sql(query)] == [
            (1, 3),
            (1, 1),
            (1, 2),
        ]


def test_a_close_that_was_corrected_stays_as_it_is(past: Past) -> None:
    with past.engine.connect().execution_options(writes=True) as connection:
        connection.exec_driver_sql(
            "UPDATE seasons SET end_date = '2025-12-05 12:00:00.000000'"
            " WHERE season_number = 1.5"
        )
        connection.commit()
    _run("db", "upgrade")
    with past.engine.connect() as connection:
        closes = connection.exec_driver_sql(CLOSES).all()
    assert str(closes[-1][1]).startswith("2025-12-05 12:00")


def test_recording_goes_on_and_reports_work(past: Past) -> None:
    _run("db", "upgrade")
    arena = arena_of(days=0.6)
    with DemoSite(arena, speed=0, at=arena.end) as site:
        _run("scrape", "--transport", "http", "--base-url", site.url)
    after = past.now()
    for table in KEPT:
        assert after[table].rows >= past.contents[table].rows
    assert after["model_chats"].rows > past.contents["model_chats"].rows
    assert "DeepSeek" in _run("leaderboard")
    assert "DeepSeek" in _run("report", "--season", "1")
    assert "model_chats" in _run("status", "--format", "json")


def test_an_embedded_database_is_upgraded_at_its_first_use(
    fixture: Fixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixture.restore_sqlite(tmp_path / "past.db")
    monkeypatch.setenv("NOF1_DATABASE_URL", f"sqlite:///{tmp_path}/past.db")
    reset_engine()
    _run("status")
    assert SCHEMA_HEAD in _run("db", "current")
