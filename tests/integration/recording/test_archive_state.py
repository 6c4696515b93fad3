"""Status: where the archive is, what it takes, what waits, and what is not in it."""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from nof1_tracker.archive.space import SpaceLimits
from nof1_tracker.errors import CheckpointError
from nof1_tracker.main import app
from nof1_tracker.records.archive.archive_positions import ArchiveState, Waiting
from nof1_tracker.records.enums import Endpoint, Kind
from nof1_tracker.records.payloads import NotModified, Request
from nof1_tracker.records.run_summary import RunSummary
from nof1_tracker.services.archive import archive_state, waiting_by_archive
from nof1_tracker.services.recorded.consumer import Consumer
from nof1_tracker.services.recorded.payload_exchanges import (
    exchange_of,
    exchange_of_304,
    exchange_of_checkpoint,
)
from nof1_tracker.services.storing.store_payload import Intake
from tests.integration.archive.recordings import SITE
from tests.integration.recording.scenes import Scene, away, clock_in
from tests.worlds import arena_of


@pytest.fixture
def scene(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setenv("NOF1_ARCHIVE_DIR", str(tmp_path / "archive"))
    arena = arena_of()
    return Scene(engine, tmp_path / "archive", arena, clock_in(arena))


def test_a_new_database_has_no_archive_yet_and_lacks_nothing(scene: Scene) -> None:
    assert archive_state(scene.engine) == ArchiveState(str(scene.folder))


def test_what_was_stored_without_an_archive_is_not_in_it(scene: Scene) -> None:
    scene.collector(None).scrape(scene.source, [Kind.TRADES])
    assert archive_state(scene.engine).lacks_past
    scene.later(10)
    _record(scene)
    state = archive_state(scene.engine)
    assert state.lacks_past
    assert state.size == sum(x.stat().st_size for x in scene.archive.segments.iterdir())


def test_a_database_that_was_recorded_from_the_start_lacks_nothing(
    scene: Scene,
) -> None:
    _record(scene)
    scene.later(10)
    _record(scene)
    state = archive_state(scene.engine)
    assert (state.lacks_past, state.waiting.count) == (False, 0)


def test_what_is_recorded_while_the_database_is_away_waits(scene: Scene) -> None:
    _record(scene)
    scene.later(10)
    with away(scene.engine):
        _record(scene)
    waiting = archive_state(scene.engine).waiting
    assert waiting.count > 1
    assert waiting.since == scene.clock.now()


def test_what_waits_is_told_while_the_database_is_away(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.adopt = True
    _record(scene)
    assert waiting_by_archive(scene.engine).count == 0
    monkeypatch.setattr(
        "nof1_tracker.cli.session.configured_engine", lambda: scene.engine
    )
    with away(scene.engine):
        _record(scene)
        result = CliRunner().invoke(app, ["status"])
        waiting = waiting_by_archive(scene.engine)
    assert waiting == archive_state(scene.engine).waiting
    assert result.exit_code == 4
    assert f"In the archive, {waiting.count} bodies wait to be stored" in result.stderr


def test_what_was_stored_without_being_recorded_is_counted(scene: Scene) -> None:
    _record(scene)
    assert archive_state(scene.engine).unrecorded == 0
    scene.later(10)
    with scene.recording(SpaceLimits(most=1)) as recording:
        summary = scene.collector(recording).scrape(scene.source, Kind)
    state = archive_state(scene.engine)
    assert state.unrecorded == summary.unrecorded > 0
    assert state.unrecorded_at == scene.clock.now()


def test_a_damaged_archive_is_told_and_is_no_error(scene: Scene) -> None:
    _record(scene)
    (scene.folder / "archive.json").write_text("{")
    assert "it is damaged" in str(archive_state(scene.engine).trouble)


def test_what_is_off_is_said_to_be_off(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOF1_ARCHIVE", "off")
    monkeypatch.setenv("NOF1_ARCHIVE_LIMIT", "1MB")
    state = archive_state(scene.engine)
    assert (state.is_on, state.limit) == (False, 1_000_000)


def _record(scene: Scene) -> None:
    with scene.recording() as recording:
        collector = scene.collector(recording, persistent=True)
        collector.scrape(scene.source, [Kind.TRADES])


def test_confirmations_and_checkpoints_wait_and_are_not_counted_as_bodies(
    scene: Scene,
) -> None:
    payload = scene.source.payload(Request(Endpoint.TRADES))
    scene.adopt = True
    with scene.recording() as recording, away(scene.engine):
        recording.append(exchange_of(payload, SITE))
        begun = scene.clock.now()
        scene.later(10)
        unchanged = NotModified(Request(Endpoint.TRADES), payload.origin)
        recording.append(exchange_of_304(unchanged, scene.clock.now(), "http"))
        refused = CheckpointError("refused", status=403)
        recording.append(
            exchange_of_checkpoint(refused, SITE, scene.clock.now(), "http")
        )
        expected = Waiting(1, begun, others=2)
        assert recording.waiting == expected
    assert archive_state(scene.engine).waiting == expected
    with scene.recording() as recording:
        scene.collector(recording).catch_up()
        assert recording.waiting == Waiting()
    assert archive_state(scene.engine).waiting == Waiting()


def test_while_a_backlog_is_stored_it_waits_since_the_first_that_is_left(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nof1_tracker.services.recorded.consumer.PROGRESS_EVERY", 0.0)
    scene.adopt = True
    times = []
    with scene.recording() as recording, away(scene.engine):
        for _ in range(3):
            times.append(scene.clock.now())
            payload = scene.source.payload(Request(Endpoint.PRICES))
            recording.append(exchange_of(payload, SITE))
            scene.later(10)
    with scene.recording() as recording:
        scene.collector(recording).catch_up(0.0)
        assert recording.waiting == Waiting(2, times[1])
        scene.collector(recording).catch_up(0.0)
        assert recording.waiting == Waiting(1, times[2])


def test_a_confirmation_that_another_process_has_passed_is_not_counted_again(
    scene: Scene,
) -> None:
    payload = scene.source.payload(Request(Endpoint.TRADES))
    unchanged = NotModified(Request(Endpoint.TRADES), payload.origin)
    scene.adopt = True
    with scene.recording() as recording:
        recording.append(exchange_of(payload, SITE))
        appended = recording.append(
            exchange_of_304(unchanged, scene.clock.now(), "http")
        )
        scene.collector(recording).catch_up()
        summary = RunSummary("http", SITE)
        intake = Intake(scene.engine, scene.clock, summary)
        consumer = Consumer(recording, scene.clock, lambda _: intake, lambda _: None)
        consumer.store(appended)
    assert summary.not_modified == []
