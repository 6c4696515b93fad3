"""`db copy`: every row of a database arrives in another, or none does."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner, Result

from nof1_tracker.database.connection import reset_engine
from nof1_tracker.database.engine.schema import upgrade
from nof1_tracker.demo import DemoSite
from nof1_tracker.main import app
from tests.integration.upgrades.fixtures import Fixture
from tests.worlds import arena_of, engine_on, rows_in


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Engine]:
    """A SQLite database with rows in each table of its time."""
    past = Fixture("0004")
    past.restore_sqlite(tmp_path / "full.db")
    with engine_on(f"sqlite:///{tmp_path}/full.db") as engine:
        upgrade(engine)
        rows = rows_in(engine)
        assert all(rows[table] for table in past.manifest.contents["sqlite"])
        yield engine


@pytest.fixture
def configured(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The configured database, empty and without a schema."""
    monkeypatch.setenv("NOF1_DATABASE_URL", database_url)
    reset_engine()
    with engine_on(database_url) as engine:
        yield engine


def _run(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, f"{result.output}\n{result.exception!r}"
    return result


def _refused(*words: str, code: int) -> str:
    """What is said, as one line."""
    return " ".join(_run("db", "copy", *words, code=code).output.split())


def test_every_row_arrives_and_comes_back(
    full: Engine, configured: Engine, tmp_path: Path
) -> None:
    rows = rows_in(full)
    output = _run("db", "copy", "--from", str(full.url)).output
    assert f"model_chats {len(rows['model_chats'])}" in " ".join(output.split())
    assert rows_in(configured) == rows

    back = f"sqlite:///{tmp_path}/back.db"
    _run("db", "copy", "--to", back)
    with engine_on(back) as engine:
        assert rows_in(engine) == rows


def test_recording_goes_on_in_the_copy(full: Engine, configured: Engine) -> None:
    _run("db", "copy", "--from", str(full.url))
    before = rows_in(configured)
    arena = arena_of(days=0.6)
    with DemoSite(arena, speed=0, at=arena.end) as site:
        _run("scrape", "--transport", "http", "--base-url", site.url)
    after = rows_in(configured)
    for table in ("model_chats", "trades", "scrape_runs", "events"):
        kept = {row["id"] for row in before[table]}
        assert len(after[table]) >= len(kept)
    assert len(after["model_chats"]) > len(before["model_chats"])
    assert after["scrape_runs"][:-1] == before["scrape_runs"]


def test_a_database_with_rows_is_left_as_it_is(
    full: Engine, configured: Engine
) -> None:
    _run("db", "copy", "--from", str(full.url))
    rows = rows_in(configured)
    told = _refused("--from", str(full.url), code=2)
    assert "is not empty" in told
    assert "Copy into a new database" in told
    assert rows_in(configured) == rows


@pytest.mark.postgresql
def test_what_the_other_kind_refuses_leaves_nothing_behind(
    full: Engine, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite takes a text of any length, whatever its column says."""
    with full.begin() as connection:
        connection.execute(text("UPDATE trades SET symbol = :long"), {"long": "X" * 99})
    monkeypatch.setenv("NOF1_DATABASE_URL", postgresql_url)
    reset_engine()
    assert "too long" in _refused("--from", str(full.url), code=4)
    with engine_on(postgresql_url) as engine:
        rows = rows_in(engine)
    assert [name for name, found in rows.items() if found] == ["seasons"]


def test_an_old_schema_is_to_be_upgraded_first(
    configured: Engine, tmp_path: Path
) -> None:
    Fixture("0001").restore_sqlite(tmp_path / "old.db")
    told = _refused("--from", f"sqlite:///{tmp_path}/old.db", code=4)
    assert "has the schema 0001" in told
    assert "db upgrade" in told


def test_a_file_that_is_not_there_is_told_and_not_made(
    configured: Engine, tmp_path: Path
) -> None:
    told = _refused("--from", f"sqlite:///{tmp_path}/none.db", code=2)
    assert "nothing to copy" in told
    assert not (tmp_path / "none.db").exists()


def test_a_wrong_url_is_the_options(configured: Engine) -> None:
    assert "Correct --to." in _refused("--to", "nof1.db", code=2)


def test_a_database_is_not_copied_into_itself(configured: Engine) -> None:
    url = configured.url.render_as_string(hide_password=False)
    assert "into itself" in _refused("--from", url, code=2)


@pytest.mark.parametrize("options", [[], ["--from", "sqlite://", "--to", "sqlite://"]])
def test_one_end_is_the_configured_database(
    configured: Engine, options: list[str]
) -> None:
    assert "Give either --from or --to" in _refused(*options, code=2)
