"""The monitor with a real browser: kept open, killed between cycles, left by signals."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Engine

from nof1_tracker.clock import SystemClock
from nof1_tracker.demo import DemoSite
from nof1_tracker.demo.site.faults import Hang
from nof1_tracker.monitor.cycle import Cycle
from nof1_tracker.monitor.cycle_report import KindOutcome
from nof1_tracker.monitor.processes import footprint, kill_children
from nof1_tracker.monitor.source_lifetime import SourceKeeper, site_sources
from nof1_tracker.records.enums import Kind, RunStatus
from nof1_tracker.scraper.fetch import SourceOptions
from nof1_tracker.services.collect import Collector
from tests.browser.test_browser_source import pytestmark as needs_a_browser
from tests.fakes import FakeClock
from tests.integration.monitor.test_process import Process, monitor, wait_until
from tests.loopback import unused_url
from tests.worlds import World, arena_of, midday

pytestmark = needs_a_browser


@pytest.fixture
def site() -> Iterator[DemoSite]:
    arena = arena_of("1", 0.1)
    with DemoSite(arena, speed=0, at=midday(arena)) as site:
        yield site


@pytest.fixture
def sources(site: DemoSite, engine: Engine) -> Iterator[SourceKeeper]:
    options = World.options_for(site, 6000)
    keeper = site_sources(options, "browser", engine, SystemClock())
    yield keeper
    keeper.close()


def browsers(parent: int | None = None) -> set[int]:
    """The processes below that are browsers."""
    found = set()
    for child in psutil.Process(parent).children(recursive=True):
        try:
            command = child.cmdline()
        except psutil.Error:
            continue
        is_helper = any(part.startswith("--type=") for part in command)
        if command and "chrom" in command[0] and not is_helper:
            found.add(child.pid)
    return found


def complete(outcomes: tuple[KindOutcome, ...]) -> bool:
    return {each.status for each in outcomes} == {RunStatus.COMPLETE}


def test_the_browser_stays_open_and_one_that_was_killed_is_replaced(
    site: DemoSite, engine: Engine, sources: SourceKeeper
) -> None:
    cycle = Cycle(Collector(engine, SystemClock(), persistent=True), sources, site.url)
    assert complete(cycle.run(tuple(Kind)).outcomes)
    first = browsers()
    assert complete(cycle.run(tuple(Kind)).outcomes)
    assert browsers() == first
    for pid in first:
        os.kill(pid, signal.SIGKILL)
    assert complete(cycle.run(tuple(Kind)).outcomes)
    assert browsers()
    assert not browsers() & first


def test_a_site_that_cannot_be_reached_leaves_no_page_open(engine: Engine) -> None:
    options = SourceOptions(unused_url(), timeout_ms=6000)
    keeper = site_sources(options, "browser", engine, SystemClock())
    clock = FakeClock(SystemClock().now())
    cycle = Cycle(Collector(engine, clock, persistent=True), keeper, options.base_url)
    try:
        counts = []
        for _ in range(4):
            cycle.run(tuple(Kind))
            counts.append(footprint().processes)
    finally:
        keeper.close()
    assert counts[-1] <= counts[0] + 1


def test_closing_leaves_no_process(engine: Engine, sources: SourceKeeper) -> None:
    before = footprint().processes
    sources.ready()
    assert footprint().processes > before
    sources.close()
    wait_until(lambda: footprint().processes == before)


def test_killing_at_once_leaves_no_process(sources: SourceKeeper) -> None:
    sources.ready()
    kill_children()
    wait_until(lambda: not browsers())


def below(process: Process) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def all_gone(processes: list[psutil.Process]) -> bool:
    return not any(p.is_running() and p.status() != "zombie" for p in processes)


OPTIONS = ("--transport", "browser", "--interval", "5")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_in_a_fetch_ends_monitor_and_browser_in_time(
    site: DemoSite, sqlite_url: str, number: int
) -> None:
    site.misbehave("conversations", Hang())
    with monitor(sqlite_url, *OPTIONS, "--base-url", site.url) as process:
        wait_until(lambda: "/api/conversations" in site.requests)
        children = below(process)
        assert children
        process.send(number)
        assert process.ended() == 0
        wait_until(lambda: all_gone(children))


def test_a_signal_between_cycles_ends_monitor_and_browser_in_time(
    site: DemoSite, sqlite_url: str
) -> None:
    with monitor(sqlite_url, *OPTIONS, "--base-url", site.url) as process:
        process.until("cycle", cycle=1)
        children = below(process)
        assert children
        process.send(signal.SIGTERM)
        assert process.ended() == 0
        assert all_gone(children)


def test_a_second_signal_leaves_no_browser(site: DemoSite, sqlite_url: str) -> None:
    site.misbehave("conversations", Hang())
    with monitor(sqlite_url, *OPTIONS, "--base-url", site.url) as process:
        wait_until(lambda: "/api/conversations" in site.requests)
        children = below(process)
        # A driver that is stopped keeps the first signal from ending it quickly.
        for child in children:
            child.suspend()
        process.send(signal.SIGTERM)
        process.until_told("SIGTERM: finishing what is in hand")
        process.send(signal.SIGTERM)
        assert process.ended(3) == 128 + signal.SIGTERM
        wait_until(lambda: all_gone(children))


def test_a_killed_monitor_takes_its_browser_along(
    site: DemoSite, sqlite_url: str, tmp_path: Path
) -> None:
    with monitor(sqlite_url, *OPTIONS, "--base-url", site.url) as process:
        process.until("cycle", cycle=1)
        children = below(process)
        process.send(signal.SIGKILL)
        process.ended()
        wait_until(lambda: all_gone(children))
