"""A season that is over is left alone, but for one light request an hour."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from nof1_tracker.demo import DemoSite
from nof1_tracker.demo.site.faults import Challenge, TooManyRequests
from nof1_tracker.monitor.chat_watch import ChatWatch
from nof1_tracker.monitor.cycle import Cycle
from nof1_tracker.monitor.cycle_report import CycleReport
from nof1_tracker.monitor.loop import Monitor
from nof1_tracker.monitor.season_watch import SeasonWatch
from nof1_tracker.monitor.source_lifetime import site_sources
from nof1_tracker.records.enums import Kind, RunStatus
from nof1_tracker.scraper.fetch import SourceOptions
from nof1_tracker.services.collect import Collector
from nof1_tracker.services.read import read_freshness
from nof1_tracker.services.season_rest import season_rests
from tests.fakes import FakeClock
from tests.parsed_payloads import ALPHA, snapshot, store, totals_of
from tests.unit.monitor.stage import PlayedLeadership
from tests.worlds import arena_of

CLOSE = datetime(2025, 12, 3, 22, tzinfo=UTC)
LONG_AFTER = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = 3600.0
QUARTER = 900.0


class Scene:
    """A monitor of a site whose time stands still, and what it asked for in a cycle.

    Attributes:
        asked: The paths requested in each cycle.
        starts: When each cycle began, in seconds from the first.
        at_end_of: What happens at the end of a cycle, by its number.
    """

    def __init__(self, site: DemoSite, engine: Engine, now: datetime) -> None:
        self.site = site
        self.engine = engine
        self.clock = FakeClock(now)
        self.asked: list[list[str]] = []
        self.starts: list[float] = []
        self.at_end_of: dict[int, Callable[[], None]] = {}
        self._began = now
        options = SourceOptions(site.url, timeout_ms=5000, rate_limit=100_000)
        self._sources = site_sources(options, "http", engine, self.clock)
        collector = Collector(engine, self.clock, persistent=True)
        cycle = Cycle(collector, self._sources, site.url)
        self.monitor = Monitor(
            cycle=cycle,
            watch=ChatWatch(engine, QUARTER, 100_000),
            rest=SeasonWatch(collector, cycle, site.url),
            leadership=PlayedLeadership(self.clock),
            clock=self.clock,
            kinds=tuple(Kind),
            interval=QUARTER,
            listeners=[self],
            jitter=lambda _: 0.0,
        )

    def cycle_ended(self, report: CycleReport) -> None:
        self.asked.append(list(self.site.requests))
        self.site.requests.clear()
        self.starts.append((report.started_at - self._began).total_seconds())
        self.statuses = {each.status for each in report.outcomes}
        self.at_end_of.get(report.number, lambda: None)()

    def run(self, cycles: int) -> None:
        """Runs on, up to that number of cycles in all."""
        self.monitor.max_cycles = cycles
        self.monitor.run()


@pytest.fixture
def site() -> Iterator[DemoSite]:
    arena = arena_of("1.5")
    with DemoSite(arena, speed=0, at=arena.end - timedelta(hours=2)) as site:
        yield site


@pytest.fixture
def scene(site: DemoSite, engine: Engine) -> Iterator[Scene]:
    scene = Scene(site, engine, LONG_AFTER)
    with closing(scene.monitor):
        yield scene


INCEPTIONS = ["/api/since-inception-values"]
HOURS = ["/api/account-totals?lastHourlyMarker=1"]


def test_a_finished_season_costs_one_light_request_an_hour(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    scene.run(7)
    # The second cycle is for ModelChat alone; the third finds nothing new.
    last = 2 * QUARTER / 2
    assert scene.starts == [0, QUARTER / 2, *(last + n * HOUR for n in range(5))]
    assert scene.asked[3:] == [INCEPTIONS, HOURS, INCEPTIONS, HOURS]
    assert scene.statuses == {RunStatus.COMPLETE}
    told = [r for r in caplog.records if "The season is over" in r.getMessage()]
    assert len(told) == 1


def test_rest_is_healthy_an_hour_apart(scene: Scene) -> None:
    scene.run(5)
    kinds, now = tuple(Kind), scene.clock.now()
    allowed = timedelta(minutes=45)
    later = now + timedelta(hours=2, minutes=50)
    assert read_freshness(scene.engine, later, kinds, allowed).stale == ()
    asked = read_freshness(scene.engine, later, kinds, allowed, is_exact=True)
    assert asked.stale == kinds
    dead = now + timedelta(hours=3, minutes=10)
    assert read_freshness(scene.engine, dead, kinds, allowed).stale == kinds


def test_it_is_full_pace_again_once_figures_move(scene: Scene) -> None:
    scene.at_end_of[5] = lambda: scene.site.advance(timedelta(minutes=90))
    scene.run(8)
    first, *rest = scene.asked[5]
    assert [first] == INCEPTIONS
    assert "/api/trades" in rest
    assert any(path.startswith("/api/conversations") for path in rest)
    assert scene.starts[7] - scene.starts[5] == QUARTER


def test_a_look_that_fails_is_told_and_the_rest_goes_on(scene: Scene) -> None:
    scene.at_end_of[3] = lambda: scene.site.misbehave("*", Challenge())
    scene.run(4)
    assert scene.statuses == {RunStatus.FAILED}
    scene.site.behave()
    scene.run(5)
    assert scene.statuses == {RunStatus.COMPLETE}
    assert scene.asked[4] == HOURS


def test_a_look_obeys_a_pause_that_the_site_asked_for(scene: Scene) -> None:
    fault = TooManyRequests(86_400)
    scene.at_end_of[3] = lambda: scene.site.misbehave("since-inception-values", fault)
    scene.run(6)
    assert INCEPTIONS[0] in scene.asked[3]
    assert scene.asked[4:] == [HOURS, []]
    assert scene.statuses == {RunStatus.FAILED}


def test_a_running_season_that_repeats_itself_stays_at_full_pace(
    site: DemoSite, engine: Engine
) -> None:
    scene = Scene(site, engine, CLOSE - timedelta(hours=6))
    with closing(scene.monitor):
        scene.run(5)
    assert scene.starts == [n * QUARTER / 2 for n in range(5)]
    assert all(len(asked) > 1 for asked in scene.asked)


def test_figures_that_go_on_after_the_close_are_followed(engine: Engine) -> None:
    last = CLOSE + timedelta(days=9)
    store(engine, totals_of(snapshot(ALPHA, 500, "10000", observed_at=last)))
    assert not season_rests(engine, CLOSE - timedelta(days=1))
    assert not season_rests(engine, last + timedelta(hours=2))
    assert season_rests(engine, last + timedelta(hours=4))
