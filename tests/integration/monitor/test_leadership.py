"""One of several monitors may scrape; the right passes on when its holder ends."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import Engine, event, make_url

from nof1_tracker.database.connection import UnitOfWork, create_db_engine
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


# --- a leader that is stopped -----------------------------------------------------

LEASE = 0.5
"""Seconds; long enough for a busy machine where a lease must not be over."""


@pytest.fixture
def briefly(migrated_url: str) -> Iterator[tuple[Leadership, Leadership]]:
    """Two monitors on one database, whose leases are short."""
    with ExitStack() as stack:
        engines = [stack.enter_context(engine_on(migrated_url)) for _ in range(2)]
        one, other = (leadership_of(engine, LEASE) for engine in engines)
        stack.callback(one.release)
        stack.callback(other.release)
        yield one, other


def wait_for(leadership: Leadership) -> None:
    """Looks again and again until it is held."""
    deadline = time.monotonic() + 20
    while not leadership.hold():
        assert time.monotonic() < deadline, "it was never held"
        time.sleep(0.05)


def test_another_takes_the_place_of_one_that_does_not_move_and_it_notices(
    briefly: tuple[Leadership, Leadership],
) -> None:
    one, other = briefly
    assert one.hold()
    assert not other.hold()
    wait_for(other)
    assert not one.hold()
    assert other.hold()
    other.release()
    assert one.hold()


def test_one_that_moves_keeps_it_beyond_its_lease(migrated_url: str) -> None:
    with engine_on(migrated_url) as first, engine_on(migrated_url) as second:
        one, other = leadership_of(first, 3), leadership_of(second, 3)
        begun = time.monotonic()
        while time.monotonic() - begun < 4:
            assert one.hold()
            assert not other.hold()
            time.sleep(0.2)
        one.release()


@pytest.mark.postgresql
def test_a_transaction_that_the_stopped_process_left_open_ends_too(
    migrated_postgresql_url: str,
) -> None:
    address = make_url(migrated_postgresql_url).set(drivername="postgresql")
    text = address.render_as_string(hide_password=False)
    name = "(process 1 on elsewhere)"
    sessions = [
        psycopg2.connect(text, application_name=f"{program} {name}")
        for program in ("nof1-tracker monitor", "nof1-tracker", "nof1-trackers")
    ]
    stranger = psycopg2.connect(text, application_name="nof1-tracker (process 2)")
    for each, key in zip(sessions, (6_041_003, 6_041_001, 1), strict=True):
        each.cursor().execute("SELECT pg_advisory_lock(%s)", (key,))
        each.commit()
    with engine_on(migrated_postgresql_url) as engine:
        leadership = leadership_of(engine, LEASE)
        wait_for(leadership)
        stored = UnitOfWork(engine, writes=True)
        with stored:
            stored.commit()
        leadership.release()
    with stranger, stranger.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
    for each in (*sessions, stranger):
        each.close()


def test_a_lock_file_of_a_monitor_that_has_ended_is_no_longer_looked_at(
    sqlite_url: str,
) -> None:
    with engine_on(sqlite_url) as engine:
        path = Path(f"{engine.url.database}.monitor.lock")
        path.touch()
        os.utime(path, (0, 0))
        file = path.stat().st_ino
        leadership = leadership_of(engine, 60)
        assert leadership.hold()
        assert path.stat().st_ino == file
        assert not leadership_of(engine, 60).hold()
        leadership.release()


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
def test_a_signal_while_the_database_is_asked_costs_the_lock_and_nothing_else(
    postgresql_url: str,
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with engine_on(postgresql_url) as engine:
        leadership = leadership_of(engine)
        for _ in range(2):
            assert leadership.hold()
            event.listen(Engine, "after_cursor_execute", interrupt)
            with pytest.raises(KeyboardInterrupt):
                leadership.hold()
            event.remove(Engine, "after_cursor_execute", interrupt)
        leadership.release()
        assert leadership_of(engine).hold()


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
