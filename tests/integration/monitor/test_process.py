"""The monitor as a process: signals, kills, takeovers, and what it says."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
import pytest
from sqlalchemy import make_url

from nof1_tracker.demo import DemoSite
from nof1_tracker.demo.site.faults import Hang, ServerError
from nof1_tracker.records.enums import RunStatus
from tests.databases import unused_port
from tests.integration.monitor.test_leadership import end_sessions
from tests.worlds import (
    PROGRAM,
    arena_of,
    engine_on,
    environment,
    midday,
    rows_in,
)

IN_TIME = 10.0
"""Seconds within which a signal must have ended the process."""
Line = dict[str, Any]


class Process:
    """A running monitor, and what it has logged."""

    def __init__(
        self,
        url: str,
        *options: str,
        program: Sequence[str] = PROGRAM,
        **settings: str,
    ) -> None:
        self._started = subprocess.Popen(
            [*program, "monitor", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(
                url, LOG_FORMAT="json", SCRAPER_RATE_LIMIT="100000", **settings
            ),
        )
        self.lines: list[Line] = []

    @property
    def pid(self) -> int:
        return self._started.pid

    def until(self, event: str, **fields: object) -> Line:
        """Reads its log up to a line of that event with these fields."""
        assert self._started.stderr is not None
        for text in self._started.stderr:
            line = self._read(text)
            if line.get("event") == event and fields.items() <= line.items():
                return line
        raise AssertionError(f"it ended without {event} {fields}: {self.lines}")

    def until_told(self, words: str) -> Line:
        """Reads its log up to a message with these words."""
        assert self._started.stderr is not None
        for text in self._started.stderr:
            line = self._read(text)
            if words in str(line.get("message")):
                return line
        raise AssertionError(f"it ended without {words!r}: {self.lines}")

    def send(self, number: int) -> None:
        self._started.send_signal(number)

    def ended(self, seconds: float = IN_TIME) -> int:
        """Its exit code, once it has ended in time."""
        code = self._started.wait(seconds)
        assert self._started.stderr is not None
        # Not communicate(): it passes by what this stream has read ahead.
        for text in self._started.stderr:
            self._read(text)
        return code

    def _read(self, text: str) -> Line:
        try:
            line: Line = json.loads(text)
        except ValueError:
            rest = self._started.stderr.read() if self._started.stderr else ""
            raise AssertionError(f"it says what is no JSON: {text}{rest}") from None
        self.lines.append(line)
        return line

    def close(self) -> None:
        self._started.kill()
        self._started.wait()
        for stream in (self._started.stdout, self._started.stderr):
            assert stream is not None
            stream.close()


@contextmanager
def monitor(
    url: str, *options: str, program: Sequence[str] = PROGRAM, **settings: str
) -> Iterator[Process]:
    transport = () if "--transport" in options else ("--transport", "http")
    process = Process(url, *transport, *options, program=program, **settings)
    try:
        yield process
    finally:
        process.close()


@pytest.fixture
def site() -> Iterator[DemoSite]:
    arena = arena_of()
    with DemoSite(arena, speed=0, at=midday(arena)) as site:
        yield site


def runs(url: str) -> list[tuple[RunStatus, str | None]]:
    with engine_on(url) as engine:
        return [(r["status"], r["error"]) for r in rows_in(engine)["scrape_runs"]]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_between_cycles_ends_it_at_once_and_well(
    site: DemoSite, migrated_url: str, number: int
) -> None:
    with monitor(migrated_url, "--interval", "5", "--base-url", site.url) as process:
        process.until("cycle", cycle=1)
        process.send(number)
        assert process.ended(3) == 0
    assert "Stopped" in process.lines[-1]["message"]
    assert [status for status, _ in runs(migrated_url)] == [RunStatus.COMPLETE]


def test_a_terminal_that_closes_does_not_end_what_nohup_started(
    site: DemoSite, migrated_url: str
) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        process = Process(migrated_url, "--transport", "http", "--base-url", site.url)
    finally:
        signal.signal(signal.SIGHUP, before)
    with closing(process):
        process.until("cycle", cycle=1)
        process.send(signal.SIGHUP)
        process.send(signal.SIGTERM)
        # As a second signal, SIGTERM would end it with 128 + its number.
        assert process.ended() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_in_a_fetch_ends_the_run_in_the_journal_too(
    site: DemoSite, migrated_url: str, number: int
) -> None:
    site.misbehave("trades", Hang())
    with monitor(migrated_url, "--base-url", site.url) as process:
        process.until("leadership")
        wait_until(lambda: "/api/trades" in site.requests)
        process.send(number)
        assert process.ended() == 0
    assert runs(migrated_url) == [(RunStatus.PARTIAL, "interrupted")]


@contextmanager
def writers_locked_out(url: str) -> Iterator[Callable[[], bool]]:
    """Another holds the right to write; tells whether somebody waits for it."""
    address = make_url(url).set(drivername="postgresql")
    text = address.render_as_string(hide_password=False)
    connection = psycopg2.connect(text, connect_timeout=10)
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(6041001)")

        def is_awaited() -> bool:
            cursor.execute(
                "SELECT 1 FROM pg_locks WHERE NOT granted AND database ="
                " (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            return cursor.fetchone() is not None

        yield is_awaited


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.postgresql
def test_a_signal_while_the_database_does_not_answer_ends_it_in_time(
    site: DemoSite, migrated_postgresql_url: str
) -> None:
    url = migrated_postgresql_url
    with (
        writers_locked_out(url) as is_awaited,
        monitor(url, "--base-url", site.url) as process,
    ):
        wait_until(is_awaited)
        process.send(signal.SIGTERM)
        assert process.ended() == 0
    assert any("left unfinished" in line["message"] for line in process.lines)
    assert runs(url) == []


@pytest.mark.postgresql
def test_a_second_signal_ends_it_at_once_without_damage(
    site: DemoSite, migrated_postgresql_url: str
) -> None:
    url = migrated_postgresql_url
    with (
        writers_locked_out(url) as is_awaited,
        monitor(url, "--base-url", site.url) as process,
    ):
        wait_until(is_awaited)
        process.send(signal.SIGTERM)
        process.until_told("SIGTERM: finishing what is in hand")
        process.send(signal.SIGINT)
        assert process.ended(2) == 128 + signal.SIGINT
    with monitor(url, "--once", "--base-url", site.url) as process:
        assert process.ended(60) == 0


def test_another_takes_over_when_the_leader_is_killed(
    site: DemoSite, migrated_url: str
) -> None:
    options = ("--interval", "0.5", "--base-url", site.url)
    with monitor(migrated_url, *options) as one:
        one.until("cycle", cycle=1)
        with monitor(migrated_url, *options) as other:
            other.until("cycle", leader=False)
            asked = len(site.requests)
            one.send(signal.SIGKILL)
            killed = time.monotonic()
            other.until("leadership", leader=True)
            other.until("cycle", leader=True)
            assert time.monotonic() - killed < 30
            assert len(site.requests) > asked
            other.send(signal.SIGTERM)
            assert other.ended() == 0


_WITH_BRIEF_LEASES = """
import runpy
import nof1_tracker.archive.monitor_lock
import nof1_tracker.monitor.leadership
nof1_tracker.monitor.leadership.lease_of = lambda timeout: 10.0
nof1_tracker.archive.monitor_lock.LEASE = 10.0
runpy.run_module("nof1_tracker.main", run_name="__main__")
"""
BRIEF_LEASE = (sys.executable, "-c", _WITH_BRIEF_LEASES)
"""The program, whose leases last 10 seconds."""


def test_another_takes_over_from_a_leader_that_is_stopped_and_it_stores_no_more(
    site: DemoSite, migrated_url: str
) -> None:
    options = ("--interval", "0.02", "--base-url", site.url)
    with (
        monitor(migrated_url, *options, program=BRIEF_LEASE) as first,
        monitor(migrated_url, *options, program=BRIEF_LEASE) as second,
    ):
        is_first = first.until("cycle", cycle=1)["leader"]
        one, other = (first, second) if is_first else (second, first)
        other.until("cycle", leader=False)
        site.misbehave("trades", Hang())
        site.requests.clear()
        wait_until(lambda: "/api/trades" in site.requests)
        one.send(signal.SIGSTOP)
        site.behave()
        other.until("leadership", leader=True)
        other.until("cycle", leader=True)
        begun = len(runs(migrated_url))
        one.send(signal.SIGCONT)
        one.until("leadership", leader=False)
        assert not one.until("cycle")["leader"]
        other.until("cycle", leader=True)
        other.send(signal.SIGTERM)
        assert other.ended(60) == 0
    statuses = [status for status, _ in runs(migrated_url)]
    # The journal of the run that was overtaken is not closed either.
    assert RunStatus.RUNNING in statuses[:begun]


def test_of_two_started_together_one_scrapes(site: DemoSite, migrated_url: str) -> None:
    options = ("--interval", "0.2", "--max-cycles", "2", "--base-url", site.url)
    with (
        monitor(migrated_url, *options) as one,
        monitor(migrated_url, *options) as other,
    ):
        first = [process.until("cycle", cycle=1)["leader"] for process in (one, other)]
        assert sorted(first) == [False, True]
        assert one.ended(60) == 0
        assert other.ended(60) == 0


@pytest.mark.postgresql
def test_a_leader_whose_connections_are_cut_goes_on_or_stands_by(
    site: DemoSite, migrated_postgresql_url: str
) -> None:
    url, options = migrated_postgresql_url, ("--interval", "0.1")
    with (
        monitor(url, *options, "--base-url", site.url) as one,
        monitor(url, *options, "--base-url", site.url) as other,
    ):
        first = one.until("cycle", cycle=1)["leader"]
        leader = one if first else other
        leader.until("cycle", leader=True)
        assert end_sessions(url) >= 1
        end_sessions(url, "nof1-tracker")
        for process in (one, other):
            process.until("cycle")
            process.until("cycle")
        leading = [p.until("cycle", cycle=6)["leader"] for p in (one, other)]
        assert sorted(leading) == [False, True]


def test_a_kind_that_fails_is_told_in_a_line_of_its_own(
    site: DemoSite, migrated_url: str
) -> None:
    site.misbehave("trades", ServerError())
    with monitor(migrated_url, "--once", "--base-url", site.url) as process:
        assert process.ended(60) == 3
    cycle = next(line for line in process.lines if line.get("event") == "cycle")
    assert cycle["kinds"] == {
        "leaderboard": "complete",
        "trades": "failed",
        "model_chat": "complete",
    }
    assert cycle["rows"]["model_chat"] == 100
    problem = next(line for line in process.lines if line.get("event") == "problem")
    assert problem["kinds"] == ["trades"]
    assert "500" in problem["error"]


def test_a_database_that_is_down_is_survived_and_its_password_is_not_told(
    site: DemoSite,
) -> None:
    url = f"postgresql://u:hunter2@127.0.0.1:{unused_port()}/n"
    with monitor(url, "--interval", "0.02", "--base-url", site.url) as process:
        process.until("cycle", cycle=2)
        process.send(signal.SIGTERM)
        assert process.ended() == 0
    problem = next(line for line in process.lines if line.get("event") == "problem")
    assert "refused" in problem["error"]
    assert problem["error"].count("Recorded, but not stored yet") == 1
    assert "hunter2" not in json.dumps(process.lines)
    assert site.requests


def test_a_schema_that_is_missing_is_told_with_its_remedy_and_awaited(
    site: DemoSite, postgresql_url: str
) -> None:
    options = ("--interval", "0.05", "--base-url", site.url)
    with monitor(postgresql_url, *options) as process:
        problem = process.until("problem")
        assert "alembic upgrade head" in problem["error"]
        subprocess.run(
            [*PROGRAM, "db", "upgrade"], env=environment(postgresql_url), check=True
        )
        process.until("cycle", kinds=dict.fromkeys(map(str, KINDS), "complete"))


KINDS = ("leaderboard", "trades", "model_chat")


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        (["--interval", "0"], {}),
        (["--interval", "nan"], {}),
        (["--interval", "soon"], {}),
        (["--kinds", "trades,gossip"], {}),
        (["--season", "first"], {}),
        (["--season", "9"], {}),
        (["--base-url", "nof1.ai"], {}),
        (["--max-cycles", "0"], {}),
        (["--transport", "browser"], {"SCRAPER_BROWSER_PATH": "/nowhere"}),
        ([], {"REFRESH_INTERVAL": "often"}),
        ([], {"LOG_LEVEL": "LOUD"}),
        ([], {"LOG_FORMAT": "xml"}),
        ([], {"SCRAPER_RATE_LIMIT": "0"}),
        ([], {"NOF1_DATABASE_URL": "mysql://u:hunter2@h/n"}),
    ],
)
def test_a_configuration_error_stops_it_at_start(
    options: list[str], settings: dict[str, str], sqlite_url: str
) -> None:
    done = subprocess.run(
        [*PROGRAM, "monitor", *options],
        env={**environment(sqlite_url), **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr


def test_the_first_use_makes_the_embedded_database(
    site: DemoSite, sqlite_url: str
) -> None:
    with monitor(sqlite_url, "--once", "--base-url", site.url) as process:
        assert process.ended(60) == 0
    assert len(runs(sqlite_url)) == 1
