"""Engines, sessions and units of work on both databases."""

import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, select, text
from sqlalchemy.orm import Session

from nof1_tracker.database import (
    LLMModel,
    UnitOfWork,
    create_db_engine,
    get_session,
    get_session_maker,
    init_db,
    reset_engine,
)
from nof1_tracker.database.engine.create_engine import shown_url
from nof1_tracker.database.engine.errors import database_errors
from nof1_tracker.errors import ConfigurationError, DatabaseError
from tests.databases import as_text


@pytest.fixture
def configured(migrated_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The environment names the migrated database."""
    monkeypatch.setenv("NOF1_DATABASE_URL", migrated_url)
    reset_engine()
    yield migrated_url
    reset_engine()


def _model(name: str) -> LLMModel:
    return LLMModel(name=name, provider="Nobody", model_id=name)


@pytest.mark.usefixtures("configured")
def test_session_context_manager() -> None:
    with get_session() as session:
        session.add(_model("kept"))
    with pytest.raises(RuntimeError), get_session() as session:
        session.add(_model("lost"))
        session.flush()
        raise RuntimeError
    with get_session() as session:
        assert session.scalars(select(LLMModel.name)).all() == ["kept"]


def test_init_db_makes_the_schema(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", database_url)
    init_db()
    with get_session() as session:
        assert session.scalars(select(LLMModel)).all() == []


@pytest.mark.usefixtures("configured")
def test_the_session_maker_is_made_once_and_reset_forgets_it() -> None:
    first = get_session_maker()
    assert get_session_maker() is first
    reset_engine()
    assert get_session_maker() is not first


def test_a_unit_of_work_rolls_back_by_default(engine: Engine) -> None:
    with UnitOfWork(engine, writes=True) as unit:
        unit.session.add(_model("lost"))
        unit.session.flush()
    with UnitOfWork(engine) as unit:
        assert unit.session.scalars(select(LLMModel)).all() == []


def test_a_unit_of_work_keeps_what_was_committed(engine: Engine) -> None:
    with UnitOfWork(engine, writes=True) as unit:
        unit.session.add(_model("kept"))
        unit.commit()
    with UnitOfWork(engine) as unit:
        assert unit.session.scalars(select(LLMModel.name)).all() == ["kept"]


def test_a_unit_of_work_rolls_back_on_an_exception(engine: Engine) -> None:
    with pytest.raises(RuntimeError), UnitOfWork(engine, writes=True) as unit:
        unit.session.add(_model("lost"))
        unit.session.flush()
        raise RuntimeError
    with UnitOfWork(engine) as unit:
        assert unit.session.scalars(select(LLMModel)).all() == []


def test_sqlite_checks_foreign_keys_and_writes_ahead(sqlite_url: str) -> None:
    engine = create_db_engine(sqlite_url)
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA busy_timeout")).scalar() == 10_000
    engine.dispose()


def test_pool_settings_reach_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOF1_DB_POOL_SIZE", "3")
    engine = create_db_engine("postgresql://u@h/n")
    assert engine.pool.size() == 3  # type: ignore[attr-defined]
    assert engine.url.drivername == "postgresql+psycopg2"


def test_an_unknown_scheme_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="mysql"):
        create_db_engine("mysql://h/n")


def _message(url: str) -> str:
    engine = create_db_engine(url)
    with (
        pytest.raises(DatabaseError) as caught,
        database_errors(),
        engine.connect(),
    ):
        pytest.fail("it connected")
    engine.dispose()
    assert "\n" not in caught.value.message
    assert caught.value.remedy
    return f"{caught.value.message} {caught.value.remedy}"


def test_a_server_that_is_down_is_told_with_its_remedy() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        message = _message(f"postgresql://u:hunter2@127.0.0.1:{port}/n")
    assert "Start PostgreSQL" in message
    assert "hunter2" not in message


@pytest.mark.postgresql
def test_a_missing_database_is_told_with_its_remedy(postgresql_server: URL) -> None:
    message = _message(as_text(postgresql_server.set(database="no_such_database")))
    assert "no_such_database" in message
    assert "createdb" in message


@pytest.mark.postgresql
def test_a_missing_role_is_told_with_its_remedy(postgresql_server: URL) -> None:
    message = _message(as_text(postgresql_server.set(username="no_such_role")))
    if "password" not in message:  # a server may refuse before it looks
        assert "NOF1_DB_USER" in message


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@ss:hunter2@h/n",
        "postgresql://u:p@ss/hunter2@h/n",
        "postgresql://u:hunter2@h:port/n",
    ],
)
def test_no_part_of_a_password_that_is_not_escaped_is_told(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        create_db_engine(url)
    assert "hunter2" not in str(caught.value)
    assert "%2F for /" in caught.value.remedy


def test_a_parameter_that_sqlite_does_not_know_is_told(sqlite_url: str) -> None:
    with pytest.raises(ConfigurationError, match="'bogus' are not accepted"):
        create_db_engine(f"{sqlite_url}?bogus=1")


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("These are my notes, not a database. " * 100)
    assert "NOF1_DATABASE_URL" in _message(f"sqlite:///{file}")
    assert file.read_text().startswith("These are my notes")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseError, match="cannot be created"):
        create_db_engine(f"sqlite:///{tmp_path}/file/below/nof1.db")


def test_writers_of_sqlite_take_turns(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's turns are seen in test_two_at_once.py")
    with UnitOfWork(engine, writes=True), Session(engine) as other:
        connection = other.connection()
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            connection.connection.cursor().execute("UPDATE seasons SET name = 'x'")


def test_no_secret_of_a_url_is_shown() -> None:
    url = "postgresql://u:one@h/n?password=two&sslpassword=three&sslmode=require"
    shown = shown_url(create_db_engine(url))
    assert shown == "postgresql+psycopg2://u:***@h/n?sslmode=require"
