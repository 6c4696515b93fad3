"""The site's own addresses, as they answered at a moment of the past."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from nof1_tracker.clock import SystemClock
from nof1_tracker.records.archive.exchanges import Recorded
from nof1_tracker.records.enums import Kind, RunStatus
from nof1_tracker.scraper.fetch import SourceOptions
from nof1_tracker.scraper.http import HttpSource
from nof1_tracker.services.collect import Collector
from nof1_tracker.settings import WebSettings
from nof1_tracker.web.replay.replay_application import MovingMoment, create_replay
from tests.fakes import FakeClock
from tests.integration.recording.scenes import Scene, clock_in
from tests.integration.web.served import record_of, serving, serving_app
from tests.worlds import arena_of, differences, engine_on, facts_in

MINUTES = 20
"""Between the two times at which the scene was recorded."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("replay")


def _engine_in(folder: Path, name: str, migrated: Path) -> Iterator[Engine]:
    shutil.copy(migrated, folder / name)
    with engine_on(f"sqlite:///{folder / name}") as engine:
        yield engine


@pytest.fixture(scope="module")
def scene(folder: Path, migrated_sqlite: Path) -> Iterator[Scene]:
    """Recorded twice, `MINUTES` apart."""
    arena = arena_of()
    for engine in _engine_in(folder, "first.db", migrated_sqlite):
        scene = Scene(engine, folder / "archive", arena, clock_in(arena))
        with scene.recording() as recording:
            scene.collector(recording).scrape(scene.source, Kind)
            scene.later(MINUTES)
            scene.collector(recording).scrape(scene.source, Kind)
        yield scene


@pytest.fixture
def api(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    monkeypatch.setenv("NOF1_ARCHIVE_DIR", str(scene.folder))
    with serving(record_of(scene.engine, FakeClock(scene.clock.now()))) as client:
        client.base_url = client.base_url.join("/as-of/")
        yield client


def _of(scene: Scene, path: str) -> list[Recorded]:
    recorded = scene.recorded()
    return [each for each in recorded if each.exchange.url.endswith(path)]


def _moment(recorded: Recorded, seconds: float = 0) -> str:
    return (recorded.observed_at + timedelta(seconds=seconds)).isoformat()


@pytest.mark.parametrize("path", ["/api/conversations", "/api/trades"])
def test_the_body_is_that_of_the_last_answer_byte_for_byte(
    api: httpx.Client, scene: Scene, path: str
) -> None:
    first, second = _of(scene, path)

    answers = [
        api.get(f"{moment}{path}")
        for moment in (_moment(first), _moment(second, -0.001), _moment(second))
    ]

    bodies = [first.exchange.body, first.exchange.body, second.exchange.body]
    assert [each.content for each in answers] == bodies
    assert first.exchange.body != second.exchange.body
    assert {each.headers["content-type"] for each in answers} == {"application/json"}


def test_the_date_is_that_of_then_and_stated_once(
    api: httpx.Client, scene: Scene
) -> None:
    first, _ = _of(scene, "/api/trades")

    answer = api.get(f"{_moment(first)}/api/trades")

    then = first.observed_at.strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert answer.headers.get_list("date") == [then]
    assert "sandbox" in answer.headers["content-security-policy"]


def test_before_the_first_answer_there_is_none_and_the_problem_says_from_when_on(
    api: httpx.Client, scene: Scene
) -> None:
    first, _ = _of(scene, "/api/trades")

    answer = api.get(f"{_moment(first, -1)}/api/trades")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Nothing of /api/trades was recorded" in answer.json()["detail"]
    assert first.observed_at.strftime("%Y-%m-%dT%H:%M") in answer.json()["remedy"]


def test_an_address_that_was_never_recorded_is_a_problem(
    api: httpx.Client, scene: Scene
) -> None:
    answer = api.get("2099-01-01/api/benchmark-data")

    assert answer.status_code == 404
    assert "archive list" in answer.json()["remedy"]


def test_a_time_that_is_not_one_is_a_problem(api: httpx.Client) -> None:
    answer = api.get("lately/api/trades")

    assert answer.status_code == 422
    assert "lately" in answer.json()["detail"]


def test_what_leaves_out_less_of_the_past_answers_too(
    api: httpx.Client, scene: Scene
) -> None:
    last = _of(scene, "/api/account-totals")[-1]

    answer = api.get(f"{_moment(last)}/api/account-totals?lastHourlyMarker=2")

    assert answer.content == last.exchange.body


def test_the_moment_moves_on_with_its_speed(scene: Scene) -> None:
    seconds = [100.0]
    moment = MovingMoment(scene.clock.now(), 60, lambda: seconds[0])
    seconds[0] += 2

    assert moment() - scene.clock.now() == timedelta(minutes=2)


def test_the_scraper_stores_from_it_what_it_stored_then(
    folder: Path, scene: Scene, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOF1_ARCHIVE_DIR", str(scene.folder))
    first, _ = _of(scene, "/api/conversations")
    moments = [first.observed_at + timedelta(seconds=1), scene.clock.now()]
    record = record_of(scene.engine)
    app = create_replay(record, lambda: moments[0], WebSettings())
    for engine in _engine_in(folder, "second.db", migrated_sqlite):
        with serving_app(app, record) as client:
            options = SourceOptions(
                str(client.base_url), timeout_ms=60_000, rate_limit=100_000
            )
            while moments:
                with closing(HttpSource(options, SystemClock(), {})) as source:
                    summary = Collector(engine, SystemClock()).scrape(source, Kind)
                assert summary.status is RunStatus.COMPLETE
                moments.pop(0)

        assert differences(facts_in(engine), facts_in(scene.engine)) == []
