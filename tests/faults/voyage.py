"""Runs the real loop over simulated days of faults, and judges what it stored."""

import gc
import random
import sys
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

import httpx
import numpy as np
import numpy.typing as npt
import psutil
from sqlalchemy import Engine, select

from nof1_tracker.cli.monitor import listeners
from nof1_tracker.database.engine.leader_lock import leadership_of
from nof1_tracker.database.models import ModelChat, Trade
from nof1_tracker.demo.arena.roster import SeasonName
from nof1_tracker.monitor.chat_watch import ChatWatch
from nof1_tracker.monitor.cycle import Cycle
from nof1_tracker.monitor.cycle_report import CycleReport
from nof1_tracker.monitor.loop import Monitor
from nof1_tracker.monitor.season_watch import SeasonWatch
from nof1_tracker.monitor.source_lifetime import site_sources
from nof1_tracker.records.enums import Kind
from nof1_tracker.scraper.fetch import SourceOptions
from nof1_tracker.scraper.open_source import Transport
from nof1_tracker.services.collect import Collector
from tests.databases import unused_port
from tests.faults.watched_site import Served, SiteProcess, site_process
from tests.faults.weather import Weather, weather_of
from tests.worlds import engine_on

Samples = npt.NDArray[np.int64]
"""One row per cycle, one column per member of `Taken`."""

INTERVAL = 900.0
"""Simulated seconds from start to start."""
CALM_END = 3
"""Cycles at the end without faults."""
_RATE_LIMIT = 1000
"""Requests per simulated minute: never reached, and few enough that the budget's
record of them soon stops growing."""
_BEGIN = timedelta(hours=6)
"""Time after the season's start, when there is something to fetch."""


def _no_samples(cycles: int) -> Samples:
    return np.full((cycles, len(Taken)), -1, dtype=np.int64)


class VoyageClock:
    """Simulated time that the site follows; sleeping takes no real time.

    Attributes:
        wall_jump: By how much our own wall clock has gone wrong since the start.
    """

    def __init__(
        self,
        site: SiteProcess,
        at: datetime,
        wall_error: timedelta,
        *,
        season_stands: bool,
    ) -> None:
        """Args:
        wall_error: Initial error of our own wall clock; the site's is always right.
        season_stands: True if the site's time does not pass.
        """
        self._site = site
        self._season_stands = season_stands
        self._start = at
        self._passed = 0.0
        self._wall_error = wall_error
        self.wall_jump = timedelta(0)
        site.set_time(at)

    @property
    def true(self) -> datetime:
        return self._start + timedelta(seconds=self._passed)

    def now(self) -> datetime:
        return self.true + self._wall_error + self.wall_jump

    def monotonic(self) -> float:
        return self._passed

    def sleep(self, seconds: float) -> None:
        # A real sleep takes a moment too, whatever it was asked for.
        self._passed += max(seconds, 0.001)
        if not self._season_stands:
            self._site.set_time(self.true)

    async def pause(self, seconds: float) -> None:
        self.sleep(seconds)


class Taken(IntEnum):
    """Columns of a sample: what the process uses after a cycle.

    Attributes:
        MEMORY: Bytes of resident memory of the Python process.
        BLOCKS: Blocks allocated by Python.
        BROWSERS: Number of child processes, without the site.
    """

    MEMORY = 0
    BLOCKS = 1
    FILES = 2
    BROWSERS = 3


def _sample(site_pids: set[int]) -> tuple[int, ...]:
    """What the process uses now, in the order of `Taken`."""
    gc.collect()
    process = psutil.Process()
    children = process.children(recursive=True)
    return (
        process.memory_info().rss,
        sys.getallocatedblocks(),
        process.num_fds(),
        sum(child.pid not in site_pids for child in children),
    )


@dataclass
class Figures:
    """The outcome of a voyage.

    Attributes:
        statuses: How many times a kind ended with each status.
        lost, twice, invented: Ids that are not in the database exactly once.
        wrong: Trades whose numbers differ from those served.
    """

    cycles: int
    transport: str
    served: Served
    samples: Samples = field(default_factory=lambda: _no_samples(0))
    statuses: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def is_exact(self) -> bool:
        return not (self.lost or self.twice or self.invented or self.wrong)

    def slope(self, of: Taken) -> float:
        """Growth per cycle by least squares, after a warm-up of a third."""
        values = self._after_warm_up(of)
        return float(np.polyfit(np.arange(len(values)), values, 1)[0])

    def range(self, of: Taken) -> tuple[int, int]:
        """The minimum and the maximum after the warm-up."""
        values = self._after_warm_up(of)
        return int(values.min()), int(values.max())

    def _after_warm_up(self, of: Taken) -> Samples:
        return self.samples[len(self.samples) // 3 :, of]


class _Navigator:
    """Between cycles, takes samples, changes the faults, and checks the health."""

    def __init__(
        self,
        site: SiteProcess,
        clock: VoyageClock,
        seed: int,
        cycles: int,
        health: str,
        figures: Figures,
        kills: random.Random | None,
    ) -> None:
        self._site, self._clock, self._seed = site, clock, seed
        self._cycles, self._health = cycles, health
        self._figures = figures
        self._kills = kills
        self._site_pids = {each.pid for each in psutil.Process().children()}
        # Allocated in full now: a list would grow with the cycles, as a leak does.
        self.samples = _no_samples(cycles)

    def set_out(self) -> None:
        self._site.turn(Weather())

    def cycle_ended(self, report: CycleReport) -> None:
        for each in report.outcomes:
            name = str(each.status or "not tried")
            self._figures.statuses[name] = self._figures.statuses.get(name, 0) + 1
        if report.number % 5 == 0:
            httpx.get(self._health, timeout=30).raise_for_status()
        if self._kills is not None and self._kills.random() < 0.1:
            self._kill_a_browser()
        self.samples[report.number - 1] = _sample(self._site_pids)
        calm = report.number >= self._cycles - CALM_END
        following = report.number + 1
        weather = Weather()
        if not calm:
            weather = weather_of(self._seed, following, self._clock.true)
        if weather.wall_jump is not None:
            self._clock.wall_jump = weather.wall_jump
        self._site.turn(weather)

    def _kill_a_browser(self) -> None:
        for child in psutil.Process().children(recursive=True):
            if child.pid not in self._site_pids:
                child.kill()


def sail(
    url: str,
    cycles: int,
    seed: int,
    *,
    transport: Transport = "http",
    season: SeasonName = "1",
    begin: timedelta = _BEGIN,
    wall_error: timedelta = timedelta(0),
    season_stands: bool = False,
) -> Figures:
    """Runs that many cycles of the real loop into the database; returns the outcome.

    Args:
        season_stands: True if the site's time does not pass, so that what it serves
            does not grow with the season.
    """
    passing = 8 if season_stands else cycles + 8
    days = (begin.total_seconds() + passing * 1.5 * INTERVAL) / 86_400
    with site_process(season, days, salvages=transport == "http") as site:
        figures = Figures(cycles, transport, Served())
        with engine_on(url) as engine:
            at = site.start + begin
            clock = VoyageClock(site, at, wall_error, season_stands=season_stands)
            navigator = _run(engine, site, clock, cycles, seed, transport, figures)
            figures.samples = navigator.samples
            figures.served = site.served()
            _judge(engine, figures)
    return figures


def _run(
    engine: Engine,
    site: SiteProcess,
    clock: VoyageClock,
    cycles: int,
    seed: int,
    transport: Transport,
    figures: Figures,
) -> _Navigator:
    """Runs the loop as the command `monitor --listen` assembles it."""
    port = unused_port()
    kills = random.Random(seed) if transport == "browser" else None  # noqa: S311
    health = f"http://127.0.0.1:{port}/metrics"
    navigator = _Navigator(site, clock, seed, cycles, health, figures, kills)
    timeout = 1500 if transport == "http" else 5000
    options = SourceOptions(site.url, timeout_ms=timeout, rate_limit=_RATE_LIMIT)
    sources = site_sources(options, transport, engine, clock)
    kinds = tuple(Kind)
    told = listeners(engine, clock, kinds, INTERVAL, f"127.0.0.1:{port}")
    with told as others:
        collector = Collector(engine, clock, persistent=True)
        cycle = Cycle(collector, sources, options.base_url)
        loop = Monitor(
            cycle=cycle,
            rest=SeasonWatch(collector, cycle, options.base_url),
            watch=ChatWatch(engine, INTERVAL, options.rate_limit),
            leadership=leadership_of(engine),
            clock=clock,
            kinds=kinds,
            interval=INTERVAL,
            max_cycles=cycles,
            listeners=[*others, navigator],
        )
        navigator.set_out()
        with closing(loop):
            loop.run()
    return navigator


def _judge(engine: Engine, figures: Figures) -> None:
    """Compares the tables with what was served."""
    served = figures.served
    legs = select(Trade.trade_id, Trade.pnl).where(Trade.exit_price.is_not(None))
    with engine.connect() as connection:
        chats = list(map(str, connection.scalars(select(ModelChat.conversation_id))))
        trades = [(str(row.trade_id), row.pnl) for row in connection.execute(legs)]
    for stored, known in (
        (chats, served.conversations),
        ([name for name, _ in trades], served.trades),
    ):
        figures.lost += sorted(known.keys() - set(stored))
        figures.twice += sorted({name for name in stored if stored.count(name) > 1})
        figures.invented += sorted(set(stored) - served.known)
    for name, pnl in trades:
        truth = served.trades.get(name)
        if truth and abs(float(pnl) - truth["realized_net_pnl"]) > 1e-6:
            figures.wrong.append(name)
