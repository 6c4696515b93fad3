"""No site stops, swells or deceives a run: it ends in time, tells, and catches up.

The short form is part of the tests. `make every-fault` runs the long one.
"""

import shutil
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import psutil
import pytest

from nof1_tracker.demo.site.faults import Frozen
from nof1_tracker.records.enums import RunStatus
from tests.browser.test_browser_source import pytestmark as needs_a_browser
from tests.databases import unused_port
from tests.faults.misbehaviours import (
    ABOVE_IDLE,
    ARENA,
    CASES,
    FROZEN_AT,
    NOW,
    Misbehaviour,
    Run,
    TimedSite,
    asking,
    in_time,
    lived_through,
    scrape,
    timeout_of,
)
from tests.integration.monitor.test_process import Line, Process, monitor
from tests.memory import MemoryWatch
from tests.worlds import Rows, World, differences, engine_on, facts_in, without

pytestmark = pytest.mark.faults

TRANSPORTS = ["http", pytest.param("browser", marks=needs_a_browser)]
PAIRS = [
    ("http", "sqlite"),
    pytest.param("http", "postgresql", marks=pytest.mark.postgresql),
    pytest.param("browser", "sqlite", marks=needs_a_browser),
]
"""Transports and databases: what comes by a browser is stored as what comes without."""
RESTATED = {"raw_data", "raw_digest"}
"""What a changed payload may rightly change: the row as it was served last."""
COMPLETE, FAILED = RunStatus.COMPLETE, RunStatus.FAILED
SLOW_CONNECTIONS = 100


@pytest.fixture(scope="module")
def site() -> Iterator[TimedSite]:
    with TimedSite(ARENA, speed=0, at=NOW) as running:
        yield running


@pytest.fixture(scope="module")
def truth(
    site: TimedSite, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Rows:
    """What a database says that saw one good run."""
    return told_by_good_runs(site, migrated_sqlite, tmp_path_factory, [NOW])


@pytest.fixture(scope="module")
def older_truth(
    site: TimedSite, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Rows:
    """The same, if it saw another one at the time at which the site stood still."""
    times = [FROZEN_AT, NOW]
    return told_by_good_runs(site, migrated_sqlite, tmp_path_factory, times)


def told_by_good_runs(
    site: TimedSite,
    empty: Path,
    folders: pytest.TempPathFactory,
    times: Sequence[datetime],
) -> Rows:
    file = folders.mktemp("truth") / "truth.db"
    shutil.copy(empty, file)
    with engine_on(f"sqlite:///{file}") as engine:
        for at in times:
            site.misbehave("*", Frozen(at))
            assert World(site, engine, timeout_ms=30_000).scrape().status is COMPLETE
        site.behave()
        return without(facts_in(engine), RESTATED)


@pytest.fixture(scope="module", params=TRANSPORTS)
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def usual(
    transport: str,
    site: TimedSite,
    migrated_sqlite: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Run:
    """A good run, and what it takes of memory."""
    file = tmp_path_factory.mktemp("usual") / "usual.db"
    shutil.copy(migrated_sqlite, file)
    run = scrape(f"sqlite:///{file}", site, transport)
    assert run.code == 0, run.said
    return run


@pytest.fixture(autouse=True)
def afterwards_well_behaved(site: TimedSite) -> Iterator[None]:
    yield
    site.behave()


def facts_of(url: str) -> Rows:
    with engine_on(url) as engine:
        return without(facts_in(engine), RESTATED)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_run_ends_in_time_and_tells_and_the_next_one_catches_up(
    case: Misbehaviour,
    transport: str,
    usual: Run,
    site: TimedSite,
    truth: Rows,
    older_truth: Rows,
    migrated_sqlite: Path,
    tmp_path: Path,
) -> None:
    shutil.copy(migrated_sqlite, tmp_path / "nof1.db")
    url = f"sqlite:///{tmp_path}/nof1.db"
    site.misbehave(case.where, case.fault)
    run = scrape(url, site, transport)
    assert run.code == case.code, run.said
    assert "Traceback" not in run.said
    assert run.seconds < in_time(transport)
    assert run.memory < usual.memory + ABOVE_IDLE
    site.behave()
    with engine_on(url) as engine:
        assert World(site, engine, timeout_ms=30_000).scrape().status is COMPLETE
    expected = older_truth if isinstance(case.fault, Frozen) else truth
    assert differences(expected, facts_of(url)) == []


@pytest.mark.parametrize(("transport", "migrated_url"), PAIRS, indirect=True)
def test_a_monitor_lives_through_all_of_it_and_answers_meanwhile(
    transport: str,
    site: TimedSite,
    truth: Rows,
    older_truth: Rows,
    migrated_url: str,
) -> None:
    address = f"127.0.0.1:{unused_port()}"
    options = ("--interval", "0.02", "--listen", address, "--base-url", site.url)
    longest = in_time(transport)
    with ExitStack() as stack:
        running = monitor(
            migrated_url,
            "--transport",
            transport,
            *options,
            SCRAPER_TIMEOUT=timeout_of(transport),
        )
        process = stack.enter_context(running)
        all_well(process)
        # Between cycles there may be a browser or not: compared as for a single run.
        with MemoryWatch(psutil.Process(process.pid)) as usual:
            all_well(process)
            all_well(process)
        memory = MemoryWatch(psutil.Process(process.pid))
        with asking(address) as answers, memory:
            hold_up(stack, address)
            for case in lived_through(transport):
                assert live_through(case, process, site) < longest, case
        process.send(signal.SIGTERM)
        assert process.ended() == 0
    assert answers.count > 0
    assert answers.failures == []
    assert answers.slowest < longest
    assert memory.most < usual.most + ABOVE_IDLE
    stood_still = any(isinstance(each.fault, Frozen) for each in CASES)
    expected = older_truth if stood_still else truth
    assert differences(expected, facts_of(migrated_url)) == []


def live_through(case: Misbehaviour, process: Process, site: TimedSite) -> float:
    """The seconds of a cycle with the fault, after which one without it is good."""
    site.misbehave(case.where, case.fault)
    process.until("cycle")  # it may have begun before
    cycle = process.until("cycle")
    site.behave()
    if not case.is_lasting:
        all_well(process)
    return float(cycle["seconds"])


def all_well(process: Process) -> Line:
    """The next cycle that recorded everything."""
    kinds = ("leaderboard", "trades", "model_chat")
    return process.until("cycle", kinds=dict.fromkeys(kinds, COMPLETE))


def hold_up(stack: ExitStack, address: str) -> None:
    """Connections that send the beginning of a request, and nothing more."""
    host, port = address.split(":")
    for _ in range(SLOW_CONNECTIONS):
        connection = socket.create_connection((host, int(port)))
        stack.callback(connection.close)
        connection.sendall(b"GET /metrics HTTP/1.1\r\nX-Slow: ")
