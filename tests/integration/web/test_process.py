"""The command: where it listens, and how it ends."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from nof1_tracker.cli.web.process_tree import Child, run_tree
from nof1_tracker.demo import DemoSite
from tests.integration.web.served import address_of, started
from tests.worlds import arena_of, midday

EVERYWHERE = "0.0.0.0"  # noqa: S104


on_sqlite = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
"""For what is decided before any database is asked."""


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_a_signal_and_who_listens_does_not_hold_up_its_end(
    migrated_url: str, sent: signal.Signals
) -> None:
    with started(migrated_url, "--port", "0") as process:
        url = address_of(process)
        answer = httpx.get(f"{url}api/v1/seasons", timeout=60)
        with httpx.stream("GET", f"{url}api/v1/live", timeout=60) as live:
            chunks = live.iter_text()
            told = next(chunks)
            while "event: ready" not in told:
                told += next(chunks)
            process.send_signal(sent)
            told += "".join(chunks)
        _, errors = process.communicate(timeout=60)

    assert answer.status_code == 200
    assert told.endswith("\n\n")
    assert process.returncode == 0
    assert errors == ""


def test_without_a_place_for_its_key_it_only_reads_and_says_so(
    migrated_url: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    no_place = {"XDG_DATA_HOME": str(tmp_path / "file"), "NOF1_SECRET_KEY": ""}
    with started(migrated_url, "--port", "0", **no_place) as process:
        url = address_of(process)
        answers = [
            httpx.get(f"{url}{path}", timeout=60).status_code
            for path in ("api/v1/seasons", "sign-in", "api/v1/account")
        ]
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)

    assert answers == [200, 404, 404]
    assert process.returncode == 0
    assert "Nobody can sign in: " in errors
    assert "Set NOF1_SECRET_KEY" in errors


@on_sqlite
def test_beyond_this_machine_it_wants_to_know_its_name(migrated_url: str) -> None:
    with started(migrated_url, "--host", EVERYWHERE, "--port", "0") as process:
        _, errors = process.communicate(timeout=60)

    assert process.returncode == 2
    assert "NOF1_PUBLIC_URL" in errors


@on_sqlite
def test_with_a_name_it_says_what_it_opens(migrated_url: str) -> None:
    words = ("--host", EVERYWHERE, "--port", "0")
    public = "http://arena.example.com"
    with started(migrated_url, *words, NOF1_PUBLIC_URL=public) as process:
        address_of(process)
        assert process.stdout is not None
        said = process.stdout.readline()

    assert public in said
    assert "without a password" in said


@on_sqlite
def test_a_port_that_is_taken_is_an_error_with_a_remedy(migrated_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with started(migrated_url, "--port", port) as process:
            _, errors = process.communicate(timeout=60)

    assert process.returncode == 2
    assert "--port" in errors


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    arena = arena_of(days=0.4)
    with DemoSite(arena, speed=0, at=midday(arena)) as site:
        yield site


@contextmanager
def _tree(url: str, site: DemoSite) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Two processes that answer and one that records; their parent, their address."""
    words = ("--port", "0", "--workers", "2", "--with-monitor")
    with started(url, *words, NOF1_BASE_URL=site.url) as process:
        yield process, address_of(process)


def _children(process: subprocess.Popen[str]) -> dict[int, psutil.Process]:
    """All processes below it, by id."""
    below = psutil.Process(process.pid).children(recursive=True)
    return {each.pid: each for each in below}


def _until_recorded(url: str) -> None:
    """Returns once the monitor has stored who competes."""
    deadline = time.monotonic() + 120
    while not httpx.get(f"{url}api/v1/models", timeout=60).json()["data"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_monitor_beside_records_and_one_signal_ends_all(
    sqlite_url: str, site: DemoSite
) -> None:
    with _tree(sqlite_url, site) as (process, url):
        _until_recorded(url)
        below = _children(process)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)

    assert process.returncode == 0
    assert "all stored rows are kept" in errors
    assert len(below) >= 3
    assert psutil.wait_procs(below.values(), timeout=60)[1] == []


def test_what_fails_is_started_again_and_nothing_outlives_its_parent(
    sqlite_url: str, site: DemoSite
) -> None:
    with _tree(sqlite_url, site) as (process, url):
        _until_recorded(url)
        before = _children(process)
        for each in psutil.Process(process.pid).children():
            each.kill()
        _until_recorded(url)
        below = _children(process)
        process.kill()

    assert not before.keys() & below.keys()
    assert psutil.wait_procs(below.values(), timeout=60)[1] == []


def test_what_a_new_start_does_not_correct_ends_all() -> None:
    lasting = Child("monitor", sys.exit, (2,))
    other = Child("web process", signal.pause)

    code = run_tree([lasting, other])

    assert code == 2
    assert other.process is not None
    assert not other.process.is_alive()
