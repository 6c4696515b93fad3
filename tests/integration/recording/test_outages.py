"""A monitor goes on recording while the database is away, and nothing is lost."""

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Engine

from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.database.engine.errors import database_errors
from nof1_tracker.monitor.cycle import Cycle
from nof1_tracker.monitor.cycle_report import CycleReport
from nof1_tracker.monitor.loop import Monitor
from nof1_tracker.monitor.source_lifetime import SourceKeeper
from nof1_tracker.records.enums import Kind, RunStatus
from nof1_tracker.services.recorded.backlog import Backlog
from nof1_tracker.services.recorded.recording import Recording
from tests.integration.recording.scenes import Scene, away, clock_in
from tests.unit.monitor.stage import Audience, FixedWatch, NoRest
from tests.worlds import arena_of, rows_in

INTERVAL = 600.0
"""Seconds, well within the 36 minutes that the window of ModelChat spans."""
KINDS = (Kind.TRADES, Kind.MODEL_CHAT)


@dataclass
class AskingLeadership:
    """The right to scrape, held by anyone who can ask the database for it."""

    engine: Engine

    def hold(self) -> bool:
        with database_errors(), UnitOfWork(self.engine):
            return True

    def release(self) -> None:
        """Nobody else wants it."""


@dataclass
class Outage:
    """Ends the database's absence after a number of seconds of simulated time."""

    scene: Scene
    stack: ExitStack = field(default_factory=ExitStack)
    until: float = 0.0

    def begin(self, seconds: float) -> None:
        self.until = self.scene.clock.monotonic() + seconds
        self.stack.enter_context(away(self.scene.engine))

    def look(self) -> None:
        if self.scene.clock.monotonic() >= self.until:
            self.stack.close()


class WatchedSource:
    """Ends an outage where its time has come: each fetch looks."""

    transport = "http"

    def __init__(self, scene: Scene, outage: Outage) -> None:
        self._scene, self._outage = scene, outage

    def fetch(self, requests: Sequence[object]) -> Iterator[object]:
        self._outage.look()
        yield from self._scene.source.fetch(requests)  # type: ignore[arg-type]

    def close(self) -> None:
        """There is nothing to close."""


@contextmanager
def monitoring(
    scene: Scene, outage: Outage
) -> Iterator[tuple[Monitor, Audience, Recording]]:
    """A monitor's process, killed at the end: nothing is closed in order."""
    with scene.recording() as recording:
        collector = scene.collector(recording, persistent=True)
        source = WatchedSource(scene, outage)
        keeper = SourceKeeper(lambda: source)  # type: ignore[arg-type,return-value]
        audience = Audience()
        monitor = Monitor(
            cycle=Cycle(collector, keeper, recording.site),
            watch=FixedWatch(),
            rest=NoRest(),
            leadership=AskingLeadership(scene.engine),
            clock=scene.clock,
            kinds=KINDS,
            interval=INTERVAL,
            backlog=Backlog(recording, scene.clock, collector.catch_up),
            listeners=[audience],
            jitter=lambda _: 0.0,
        )
        yield monitor, audience, recording


def run(monitor: Monitor, cycles: int) -> CycleReport:
    monitor.max_cycles = cycles
    return monitor.run()


@pytest.fixture
def scene(engine: Engine, tmp_path: Path) -> Scene:
    arena = arena_of()
    return Scene(engine, tmp_path / "archive", arena, clock_in(arena, 0.2), adopt=True)


def missed_conversations(engine: Engine) -> int:
    """Conversations between the first and the last of each model that are not stored."""
    cycles: dict[int, list[int]] = {}
    for row in rows_in(engine)["model_chats"]:
        cycles.setdefault(row["model_id"], []).append(row["cycle_id"])
    assert cycles
    steps = (pairwise(sorted(each)) for each in cycles.values())
    return sum(after - before - 1 for each in steps for before, after in each)


def order_of_storing(scene: Scene) -> list[int]:
    """The first body of each stored conversation, by number, in the order of storing."""
    first: dict[str, int] = {}
    for number, found in enumerate(scene.recorded()):
        if found.exchange.kind == "conversations" and found.exchange.body:
            for row in json.loads(found.exchange.body)["conversations"]:
                first.setdefault(row["id"], number)
    return [
        first[row["conversation_id"]] for row in rows_in(scene.engine)["model_chats"]
    ]


@pytest.mark.parametrize("minutes", [1, 36, 180])
def test_no_conversation_is_lost_while_the_database_is_away(
    scene: Scene, minutes: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "nof1_tracker")
    outage = Outage(scene)
    seconds = minutes * 60
    with monitoring(scene, outage) as (monitor, _, _):
        run(monitor, 1)
    stored = len(rows_in(scene.engine)["model_chats"])
    outage.begin(seconds)
    with monitoring(scene, outage) as (monitor, audience, recording):
        run(monitor, max(1, int(seconds / INTERVAL / 2)))
        statuses = {each.status for each in audience.reports[0].outcomes}
        assert statuses == {RunStatus.FAILED}
        assert recording.waiting.count > 0
        assert "Recorded, but not stored yet" in str(monitor.error)
    # Killed during the outage, and started again.
    with monitoring(scene, outage) as (monitor, audience, recording):
        run(monitor, int(seconds / INTERVAL / 2) + 5)
        statuses = {each.status for each in audience.reports[-1].outcomes}
        assert statuses == {RunStatus.COMPLETE}
        assert recording.waiting.count == 0
    outage.look()
    assert len(rows_in(scene.engine)["model_chats"]) > stored
    assert missed_conversations(scene.engine) == 0
    order = order_of_storing(scene)
    assert order == sorted(order)
    assert "bodies that waited since" in caplog.text
    assert "this monitor records" in caplog.text


def test_the_site_is_not_asked_again_for_what_only_waits_for_the_database(
    scene: Scene,
) -> None:
    outage = Outage(scene)
    outage.begin(3600)
    with monitoring(scene, outage) as (monitor, _, _):
        began = scene.clock.monotonic()
        run(monitor, 4)
        assert scene.clock.monotonic() - began == pytest.approx(3 * INTERVAL, abs=60)
    rounds = {each.exchange.captured_at for each in scene.recorded()}
    assert len(rounds) == 4
    outage.stack.close()


def test_what_waits_is_stored_between_cycles_once_the_database_is_back(
    scene: Scene,
) -> None:
    outage = Outage(scene)
    with monitoring(scene, outage) as (monitor, _, recording):
        run(monitor, 1)
        with away(scene.engine):
            scene.collector(recording, persistent=True).scrape(scene.source, KINDS)
        assert recording.waiting.count > 0
        assert monitor.backlog is not None
        monitor.backlog.retry(60)
        assert recording.waiting.count == 0
        scene.clock.advance(10)
        monitor.backlog.retry(60)


def test_one_monitor_at_a_time_records_into_an_archive(scene: Scene) -> None:
    outage = Outage(scene)
    with (
        monitoring(scene, outage) as (first, _, _),
        monitoring(scene, outage) as (second, audience, _),
    ):
        run(first, 1)
        asked = len(scene.source.asked)
        run(second, 1)
        assert len(scene.source.asked) == asked
        assert {each.status for each in audience.reports[0].outcomes} == {None}
        first.close()
        run(second, 2)
        assert len(scene.source.asked) == 2 * asked
