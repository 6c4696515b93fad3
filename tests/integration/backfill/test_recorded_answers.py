"""What the exchange answers goes through the archive: recorded first, stored once."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from nof1_tracker.archive.maintenance.listing import list_archive
from nof1_tracker.archive.space import SpaceLimits
from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.database.exchange_models import ExchangeEquity, FillRow
from nof1_tracker.demo.exchange.exchange_server import DemoExchange
from nof1_tracker.records.history.backfills import BackfillSummary
from nof1_tracker.services.reprocess.archived_bodies import Archives, rebuild
from nof1_tracker.services.reprocess.rejected_rows import reprocess
from tests.fakes import FakeClock
from tests.integration.backfill.exchange_worlds import end_season, fill_in
from tests.integration.backfill.test_exchange_backfill import (
    ARENA,
    SMALL,
    KilledError,
    assert_all_legs,
    killed_at_step,
    number_of,
)
from tests.integration.recording.scenes import Scene
from tests.worlds import Rows, differences, facts_of, rows_in

AFTERWARDS = ARENA.end + timedelta(hours=2, minutes=5)


class TickingClock(FakeClock):
    """Nothing that happens one after the other happens at one time."""

    def now(self) -> datetime:
        self.advance(0.001)
        return super().now()


@pytest.fixture
def scene(engine: Engine, tmp_path: Path) -> Scene:
    end_season(engine, ARENA)
    return Scene(engine, tmp_path / "own.archive", ARENA, TickingClock(AFTERWARDS))


def fill_in_recorded(
    scene: Scene,
    exchange: DemoExchange,
    report: Callable[[str], None] = lambda _: None,
    limits: SpaceLimits | None = None,
) -> BackfillSummary:
    """One process's backfill, which records."""
    with scene.recording(limits) as recording:
        return fill_in(scene.engine, ARENA, exchange, report, recording, scene.clock)


def rebuilt(scene: Scene, target: Engine) -> None:
    """Makes the tables of another database out of the archive."""
    end_season(target, ARENA)
    summary = rebuild(target, scene.clock, Archives([scene.archive]))
    assert summary.failures == []


def facts_in(engine: Engine) -> Rows:
    """What the record holds; how far a backfill has come is no part of it."""
    return told(rows_in(engine))


def told(rows: Rows) -> Rows:
    facts = facts_of(rows)
    return {name: facts[name] for name in facts if name != "backfill_positions"}


def is_all_stored(scene: Scene) -> bool:
    """Whether the database has come to the end of each segment."""
    with UnitOfWork(scene.engine) as unit:
        archive_id = scene.archive.identity.id
        stored = unit.repositories.archives.positions(archive_id)
    held = list_archive(scene.archive).last_records
    return {name: stored.get(name, 0) for name in held} == dict(held)


def test_each_answer_is_recorded_and_the_archive_alone_makes_the_same_rows(
    scene: Scene, fresh_engine: Engine
) -> None:
    with DemoExchange(ARENA, limits=SMALL) as exchange:
        fill_in_recorded(scene, exchange)
        asked = [json.dumps(each, sort_keys=True) for each in exchange.asked]
    answers = [each.exchange for each in scene.recorded() if each.exchange.request_body]
    sent = [json.loads(each.request_body) for each in answers]
    assert [json.dumps(each, sort_keys=True) for each in sent] == asked
    assert is_all_stored(scene)
    rebuilt(scene, fresh_engine)
    assert_all_legs(fresh_engine)
    assert number_of(fresh_engine, ExchangeEquity) > 0
    assert not differences(facts_in(scene.engine), facts_in(fresh_engine))


def test_a_recording_backfill_that_is_killed_50_times_stores_each_answer_once(
    scene: Scene, fresh_engine: Engine
) -> None:
    """Each time, an answer is recorded and not stored; the next run stores it first."""
    with DemoExchange(ARENA, limits=SMALL) as exchange:
        for _ in range(50):
            with suppress(KilledError):
                fill_in_recorded(scene, exchange, killed_at_step(2))
        fill_in_recorded(scene, exchange)
    assert_all_legs(scene.engine)
    assert is_all_stored(scene)
    rebuilt(scene, fresh_engine)
    assert not differences(facts_in(scene.engine), facts_in(fresh_engine))


def test_an_answer_that_waits_is_stored_by_whoever_comes_next(scene: Scene) -> None:
    with DemoExchange(ARENA) as exchange, suppress(KilledError):
        fill_in_recorded(scene, exchange, killed_at_step(1))
    assert number_of(scene.engine, FillRow) == 0
    for _ in range(2):
        with scene.recording() as recording:
            scene.collector(recording).catch_up()
        assert number_of(scene.engine, FillRow) > 0
        assert is_all_stored(scene)


def test_reading_the_archive_again_accounts_for_every_leg(scene: Scene) -> None:
    with DemoExchange(ARENA) as exchange:
        fill_in_recorded(scene, exchange)
    before = rows_in(scene.engine)
    archives = Archives([scene.archive])
    done = reprocess(scene.engine, scene.clock, everything=True, archives=archives)
    assert done.summary.failures == []
    assert not any("does not make these rows" in each for each in done.summary.warnings)
    assert not differences(told(before), facts_in(scene.engine))


def test_a_full_archive_costs_no_row(scene: Scene) -> None:
    with DemoExchange(ARENA) as exchange:
        summary = fill_in_recorded(scene, exchange, limits=SpaceLimits(most=1))
    assert any("without being recorded" in note for note in summary.notes)
    assert_all_legs(scene.engine)
