"""One of several monitors may scrape; the right passes on when its holder ends."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import Engine, make_url

from nof1_tracker.database.connection import create_db_engine
from nof1_tracker.database.engine.leader_lock import Leadership, leadership_of
from nof1_tracker.errors import DatabaseError
from tests.databases import unused_port
from tests.worlds import engine_on


@pytest.fixture
def two(migrated_url: str) -> Iterator[tuple[Leadership, Leadership]]:
    """Two monitors on one database, each with an engine of its own."""
    with ExitStack() as stack:
        engines = [stack.enter_context(engine_on(migrated_url)) for _ in range(2)]
        one, other = (leadership_of(engine) for engine in engines)
        stack.callback(one.release)
        stack.callback(other.release)
        yield one, other


def test_one_of_two_holds_it_and_keeps_it(two: tuple[Leadership, Leadership]) -> None:
    one, other = two
    assert one.hold()
    assert not other.hold()
    assert one.hold()
    assert not other.hold()


def test_it_passes_on_when_it_is_released(two: tuple[Leadership, Leadership]) -> None:
    one, other = two
    assert one.hold()
    one.release()
    one.release()
    assert other.hold()
    assert not one.hold()


def end_sessions(url: str, application: str = "nof1-tracker monitor") -> int:
    """Ends the sessions of that name from outside; how many there were.

    Writers add their process to the name, in parentheses.
    """
    address = make_url(url).set(drivername="postgresql")
    text = address.render_as_string(hide_password=False)
    connection = psycopg2.connect(text, connect_timeout=10)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
                " WHERE split_part(application_name, ' (', 1) = %s"
                " AND datname = current_database()",
                (application,),
            )
            row = cursor.fetchone()
            assert row is not None
            return int(row[0])
    finally:
        connection.close()


@pytest.mark.postgresql
def test_a_leader_whose_session_was_ended_notices_it(postgresql_url: str) -> None:
    with engine_on(postgresql_url) as first, engine_on(postgresql_url) as second:
        one, other = leadership_of(first), leadership_of(second)
        assert one.hold()
        assert end_sessions(postgresql_url) == 1
        assert other.hold()
        assert not one.hold()
        other.release()
        assert one.hold()
        one.release()


@pytest.mark.postgresql
def test_a_leader_without_a_rival_takes_it_again_at_once(postgresql_url: str) -> None:
    with engine_on(postgresql_url) as engine:
        leadership = leadership_of(engine)
        assert leadership.hold()
        assert end_sessions(postgresql_url) == 1
        assert leadership.hold()
        leadership.release()


@pytest.mark.postgresql
def test_databases_on_one_server_do_not_share_it(
    postgresql_url: str, migrated_postgresql_url: str
) -> None:
    with (
        engine_on(postgresql_url) as first,
        engine_on(migrated_postgresql_url) as second,
    ):
        one, other = leadership_of(first), leadership_of(second)
        assert one.hold()
        assert other.hold()
        one.release()
        other.release()


def test_a_server_that_is_down_is_told() -> None:
    engine = create_db_engine(f"postgresql://u:hunter2@127.0.0.1:{unused_port()}/n")
    with pytest.raises(DatabaseError) as caught:
        leadership_of(engine).hold()
    assert "hunter2" not in str(caught.value)


@pytest.fixture
def file_lock(sqlite_url: str) -> Iterator[tuple[Engine, Path]]:
    with engine_on(sqlite_url) as engine:
        yield engine, Path(f"{engine.url.database}.monitor.lock")


def test_a_lock_file_that_was_removed_is_made_anew(
    file_lock: tuple[Engine, Path],
) -> None:
    engine, path = file_lock
    one, other = leadership_of(engine), leadership_of(engine)
    assert one.hold()
    path.unlink()
    assert other.hold()
    assert not one.hold()
    one.release()
    other.release()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_read_only_is_told(file_lock: tuple[Engine, Path]) -> None:
    engine, path = file_lock
    path.parent.chmod(0o500)
    try:
        with pytest.raises(DatabaseError, match="lock file"):
            leadership_of(engine).hold()
    finally:
        path.parent.chmod(0o700)


def test_a_lock_file_that_is_a_folder_is_told(file_lock: tuple[Engine, Path]) -> None:
    engine, path = file_lock
    path.mkdir()
    with pytest.raises(DatabaseError, match="lock file"):
        leadership_of(engine).hold()


def test_a_database_in_memory_has_no_rivals() -> None:
    with engine_on("sqlite:///:memory:") as engine:
        assert leadership_of(engine).hold()
