"""Several databases on one archive, copies, restored ones, and one that is locked."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine

from nof1_tracker.archive.maintenance.consumers import consumers
from nof1_tracker.database.engine import sqlite
from nof1_tracker.database.export.copy_database import copy_database
from nof1_tracker.errors import WaitingError
from nof1_tracker.records.enums import Kind
from tests.integration.recording.scenes import Scene, away, clock_in
from tests.worlds import Rows, arena_of, differences, engine_on, facts_in, rows_in

KINDS = (Kind.TRADES, Kind.MODEL_CHAT)


@pytest.fixture
def scene(engine: Engine, tmp_path: Path) -> Scene:
    arena = arena_of()
    return Scene(engine, tmp_path / "archive", arena, clock_in(arena), adopt=True)


def record(scene: Scene, rounds: int = 2) -> None:
    """Rounds of a process of its own, ten minutes apart."""
    with scene.recording() as recording:
        collector = scene.collector(recording)
        for _ in range(rounds):
            collector.scrape(scene.source, KINDS)
            scene.later(10)


def caught_up(scene: Scene, engine: Engine) -> Rows:
    """What another database on the same archive says once it has stored it."""
    other = Scene(engine, scene.folder, scene.arena, scene.clock, adopt=True)
    with other.recording() as recording:
        other.collector(recording).catch_up()
        assert recording.waiting.count == 0
    return facts_in(engine)


def test_two_databases_on_one_archive_have_the_same_rows(
    scene: Scene, migrated_sqlite: Path, tmp_path: Path
) -> None:
    record(scene)
    second = tmp_path / "second.db"
    shutil.copy(migrated_sqlite, second)
    with engine_on(f"sqlite:///{second}") as engine:
        stored = caught_up(scene, engine)
        assert differences(facts_in(scene.engine), stored) == []
    known = consumers(scene.archive)
    assert len(known) == 2
    assert known[0].positions == known[1].positions != {}


def test_a_copy_goes_on_from_where_its_original_was(
    scene: Scene, tmp_path: Path
) -> None:
    record(scene)
    with engine_on(f"sqlite:///{tmp_path / 'copy.db'}") as copy:
        copy_database(scene.engine, copy)
        record(scene)
        before = rows_in(copy)["archive_positions"]
        assert len(before) == 1
        stored = caught_up(scene, copy)
        assert differences(facts_in(scene.engine), stored) == []
        assert len(rows_in(copy)["archive_positions"]) == 2


def test_yesterdays_database_and_its_archive_give_todays_rows(
    scene: Scene, tmp_path: Path
) -> None:
    record(scene)
    with engine_on(f"sqlite:///{tmp_path / 'yesterday.db'}") as yesterday:
        copy_database(scene.engine, yesterday)
        record(scene, 3)
        today = facts_in(scene.engine)
        assert differences(facts_in(yesterday), today)
        restored = caught_up(scene, yesterday)
        assert differences(today, restored) == []
        assert caught_up(scene, yesterday) == restored


def test_a_database_that_is_restored_beneath_a_recorder_is_stored_again(
    scene: Scene,
) -> None:
    with scene.recording() as recording:
        collector = scene.collector(recording)
        collector.scrape(scene.source, KINDS)
        scene.later(10)
        collector.scrape(scene.source, KINDS)
        today = facts_in(scene.engine)
        _forget_everything(scene.engine)
        scene.later(10)
        collector.scrape(scene.source, KINDS)
        assert recording.waiting.count == 0
    assert differences(today, facts_in(scene.engine)) != []
    chats = {row["conversation_id"] for row in rows_in(scene.engine)["model_chats"]}
    assert {row["conversation_id"] for row in today["model_chats"]} <= chats


def _forget_everything(engine: Engine) -> None:
    """Takes the database back to before its first body."""
    with engine.begin() as connection:
        for table in (
            *("archive_positions", "chat_decisions", "model_chats", "trades"),
            *("positions", "leaderboard_snapshots", "source_validators"),
        ):
            connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608


def test_what_another_process_keeps_from_being_stored_waits(
    migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "LOCK_SECONDS", 0.05)
    file = tmp_path / "locked.db"
    shutil.copy(migrated_sqlite, file)
    arena = arena_of()
    with engine_on(f"sqlite:///{file}") as engine:
        scene = Scene(engine, tmp_path / "archive", arena, clock_in(arena))
        with scene.recording() as recording:
            collector = scene.collector(recording)
            collector.scrape(scene.source, KINDS)
            scene.later(10)
            with closing(sqlite3.connect(file)) as other:
                other.execute("BEGIN IMMEDIATE")
                with pytest.raises(WaitingError, match="wait"):
                    collector.scrape(scene.source, KINDS)
            waiting = recording.waiting.count
            collector.catch_up()
            assert waiting > recording.waiting.count == 0


def test_a_run_beside_an_outage_of_the_source_still_stores_what_waits(
    scene: Scene,
) -> None:
    with scene.recording() as recording:
        collector = scene.collector(recording, persistent=True)
        with away(scene.engine):
            collector.scrape(scene.source, KINDS)
        assert recording.waiting.count
        collector.scrape(scene.source, ())
        assert recording.waiting.count == 0
    assert len(rows_in(scene.engine)["model_chats"]) == 100
