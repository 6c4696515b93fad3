"""A lock that another process holds is waited for, named, and not waited for for ever."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from nof1_tracker.clock import utc_now
from nof1_tracker.database import UnitOfWork, create_db_engine
from nof1_tracker.database.engine import create_engine, sqlite
from nof1_tracker.database.engine.schema import (
    SCHEMA_HEAD,
    current_revision,
    upgrade,
)
from nof1_tracker.database.engine.taking_turns import take_turn
from nof1_tracker.errors import DatabaseError
from nof1_tracker.records.status import LockHolder
from nof1_tracker.services.read import read_condition

SHORT = 0.05
"""Seconds for which a test waits for a lock at a time."""


@pytest.fixture
def impatient(migrated_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """An engine whose connections wait only shortly for a lock."""
    monkeypatch.setattr(create_engine, "LOCK_SECONDS", SHORT)
    monkeypatch.setattr(sqlite, "LOCK_SECONDS", SHORT)
    engine = create_db_engine(migrated_url)
    yield engine
    engine.dispose()


def test_a_writer_that_waits_says_for_whom_and_goes_on_once_it_is_free(
    impatient: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    written = threading.Event()

    def write() -> None:
        with UnitOfWork(impatient, writes=True) as unit:
            unit.commit()
        written.set()

    with UnitOfWork(impatient, writes=True):
        writer = threading.Thread(target=write)
        writer.start()
        while not caplog.records:
            assert writer.is_alive()
            writer.join(SHORT)
        assert not written.is_set()
    writer.join(60)

    assert written.is_set()
    told = caplog.records[0].message
    if impatient.dialect.name == "sqlite":  # it tells how long it was made to wait
        assert told.startswith("Waiting to write for 0 s: the lock is held by process ")
        assert f"process {os.getpid()}, " in told
    else:
        assert told.startswith(
            "Waiting to write for 10 s: the lock is held by process "
        )
        assert f"nof1-tracker (process {os.getpid()} on " in told


def test_a_writer_that_waits_too_long_gives_up_and_names_the_holder(
    impatient: Engine,
) -> None:
    waited = "0.3" if impatient.dialect.name == "sqlite" else "60"
    told = rf"not free for {waited} s: process .* holds it"
    with (
        UnitOfWork(impatient, writes=True),
        pytest.raises(DatabaseError, match=told),
        UnitOfWork(impatient, writes=True),
    ):
        pytest.fail("Two hold the right to write.")


def test_an_upgrade_waits_longer_as_another_may_take_minutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "LOCK_SECONDS", 0.01)
    engine = create_db_engine(f"sqlite:///{tmp_path}/new.db")
    with (
        UnitOfWork(engine, writes=True),
        pytest.raises(DatabaseError, match=r"not free for 0.6 s: process .* holds it"),
    ):
        upgrade(engine)
    upgrade(engine)
    assert current_revision(engine) == SCHEMA_HEAD
    engine.dispose()


def test_no_statement_waits_for_a_lock_for_ever(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(create_engine, "LOCK_SECONDS", SHORT)
    engine = create_db_engine(postgresql_url)
    upgrade(engine)
    with engine.begin() as holder, engine.begin() as other:
        holder.execute(text("LOCK TABLE seasons"))
        with pytest.raises(DBAPIError, match="lock timeout"):
            other.execute(text("LOCK TABLE seasons"))
    engine.dispose()


def test_the_status_names_who_writes(migrated_url: str) -> None:
    engine = create_db_engine(migrated_url)
    assert read_condition(engine, utc_now()).lock_holder is None
    with UnitOfWork(engine, writes=True):
        holder = read_condition(engine, utc_now()).lock_holder
    engine.dispose()

    assert isinstance(holder, LockHolder)
    assert str(os.getpid()) in str(holder)


def test_another_error_is_not_tried_again(tmp_path: Path) -> None:
    tried = []

    def attempt() -> None:
        tried.append(1)
        with create_db_engine(f"sqlite:///{tmp_path}/x.db").connect() as connection:
            connection.execute(text("SELECT * FROM absent"))

    with pytest.raises(DBAPIError, match="no such table"):
        take_turn(attempt, lambda: None)
    assert tried == [1]
