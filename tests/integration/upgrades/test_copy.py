"""`db copy`: every row of a database arrives in another, or none does."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from typer.testing import CliRunner, Result

from nof1_tracker.database import models
from nof1_tracker.database.connection import reset_engine
from nof1_tracker.database.engine.schema import upgrade
from nof1_tracker.demo import DemoSite
from nof1_tracker.main import app
from nof1_tracker.services.collect import Collector
from nof1_tracker.services.maintain import SeasonChange, change_season
from tests.fakes import FakeClock
from tests.integration.upgrades.fixtures import Fixture
from tests.unit.scraper.site_rows import CAPTURED_AT, served, trade
from tests.worlds import arena_of, engine_on, rows_in

_SPOIL = {
    "sqlite": """
        CREATE TRIGGER spoil AFTER INSERT ON trades BEGIN
            UPDATE trades SET symbol = 'spoiled' WHERE id = new.id;
        END
        """,
    "postgresql": """
        CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN NEW.symbol := ''spoiled''; RETURN NEW; END';
        CREATE TRIGGER spoil BEFORE INSERT ON trades
            FOR EACH ROW EXECUTE FUNCTION spoil()
        """,
}
"""What makes the database store something else than it was given."""


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


def test_seasons_arrive_as_the_operator_set_them(
    full: Engine, configured: Engine
) -> None:
    end = datetime(2025, 11, 4, 5, 6, 7, tzinfo=UTC)
    change_season(full, SeasonChange(Decimal(1), end=end, name="The first"))
    later = datetime(2026, 9, 1, tzinfo=UTC)
    change_season(full, SeasonChange(Decimal(9), start=later))
    with full.begin() as connection:
        provisional = "UPDATE seasons SET is_provisional = 1 WHERE season_number = 9"
        connection.execute(text(provisional))
    _run("db", "copy", "--from", str(full.url))
    seasons = rows_in(configured)["seasons"]
    assert seasons == rows_in(full)["seasons"]
    by_number = {row["season_number"]: row for row in seasons}
    assert by_number[1]["end_date"] == end
    assert (by_number[1]["name"], by_number[1]["is_provisional"]) == (
        "The first",
        False,
    )
    assert by_number[9]["is_provisional"] is True


def test_versions_and_revisions_still_belong_to_their_rows(
    full: Engine, configured: Engine
) -> None:
    with Session(full) as session, session.begin():
        alias = models.AccountAlias(alias="old-name", model_id=1)
        session.add(alias)
    for minutes, net_pnl in ((0, 95), (5, -300)):
        body = json.dumps({"trades": [trade(1, realized_net_pnl=net_pnl)]})
        at = CAPTURED_AT + timedelta(minutes=minutes)
        payload = replace(served(body), observed_at=at)
        Collector(full, FakeClock()).import_payloads([payload], "test")
    _run("db", "copy", "--from", str(full.url))
    rows = rows_in(configured)
    assert len(rows["row_versions"]) == 2
    assert [row["alias"] for row in rows["account_aliases"]] == ["old-name"]
    told = json.loads(_run("revisions", "--format", "json").stdout)
    assert [(row["row"], row["from"], row["to"]) for row in told] == [
        (trade(1)["id"], 95, -300)
    ]


@pytest.mark.postgresql
def test_a_number_that_sqlite_cannot_hold_is_named_and_nothing_is_copied(
    full: Engine, postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", postgresql_url)
    reset_engine()
    _run("db", "copy", "--from", str(full.url))
    exact = "123456789012.345678901234"  # 24 digits
    with engine_on(postgresql_url) as engine, engine.begin() as connection:
        row_id = connection.execute(text("SELECT max(id) FROM trades")).scalar_one()
        change = text("UPDATE trades SET pnl = CAST(:pnl AS numeric) WHERE id = :id")
        connection.execute(change, {"pnl": exact, "id": row_id})
    told = _refused("--to", f"sqlite:///{tmp_path}/back.db", code=4)
    assert f"trades {row_id}, column pnl: {exact} would become" in told
    assert "nothing was copied" in told
    assert "SQLite holds some 16 digits" in told
    with engine_on(f"sqlite:///{tmp_path}/back.db") as engine:
        rows = rows_in(engine)
    assert [name for name, found in rows.items() if found] == ["seasons"]


def test_a_value_that_does_not_arrive_is_named_and_nothing_is_copied(
    full: Engine, configured: Engine
) -> None:
    """Counting the rows would not tell."""
    upgrade(configured)
    with configured.begin() as connection:
        kind = configured.dialect.name
        connection.execute(text(_SPOIL[kind]))
    told = _refused("--from", str(full.url), code=4)
    assert "column symbol: " in told
    assert "would become spoiled" in told
    assert [name for name, found in rows_in(configured).items() if found] == ["seasons"]


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
    assert "Give a new database" in told
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


def test_a_newer_schema_needs_a_newer_program(full: Engine, configured: Engine) -> None:
    with full.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    told = _refused("--from", str(full.url), code=4)
    assert "(9999) is newer than the newest" in told
    assert "Upgrade nof1-tracker; nothing was changed." in told
    assert "db upgrade" not in told


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
