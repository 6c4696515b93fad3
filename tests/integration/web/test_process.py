"""The command: where it listens, and how it ends."""

import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.worlds import PROGRAM, environment

EVERYWHERE = "0.0.0.0"  # noqa: S104


@contextmanager
def _started(url: str, *words: str, **others: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*PROGRAM, "serve", *words],
        env=environment(url, **others),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("Serving http://"), line
    return line.split()[1]


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_a_signal_and_ends_well(
    migrated_url: str, sent: signal.Signals
) -> None:
    with _started(migrated_url, "--port", "0") as process:
        url = _address(process)
        answer = httpx.get(f"{url}api/v1/seasons", timeout=60)
        process.send_signal(sent)
        _, errors = process.communicate(timeout=60)

    assert answer.status_code == 200
    assert process.returncode == 0
    assert errors == ""


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_who_listens_does_not_hold_up_its_end(
    migrated_url: str, sent: signal.Signals
) -> None:
    with _started(migrated_url, "--port", "0") as process:
        url = _address(process)
        with httpx.stream("GET", f"{url}api/v1/live", timeout=60) as answer:
            chunks = answer.iter_text()
            told = next(chunks)
            process.send_signal(sent)
            told += "".join(chunks)
        _, errors = process.communicate(timeout=60)

    assert "event: ready" in told
    assert process.returncode == 0
    assert errors == ""


def test_beyond_this_machine_it_wants_to_know_its_name(migrated_url: str) -> None:
    with _started(migrated_url, "--host", EVERYWHERE, "--port", "0") as process:
        _, errors = process.communicate(timeout=60)

    assert process.returncode == 2
    assert "NOF1_PUBLIC_URL" in errors


def test_with_a_name_it_says_what_it_opens(migrated_url: str) -> None:
    words = ("--host", EVERYWHERE, "--port", "0")
    public = "http://arena.example.com"
    with _started(migrated_url, *words, NOF1_PUBLIC_URL=public) as process:
        _address(process)
        assert process.stdout is not None
        said = process.stdout.readline()

    assert public in said
    assert "without a password" in said


def test_a_port_that_is_taken_is_an_error_with_a_remedy(migrated_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with _started(migrated_url, "--port", port) as process:
            _, errors = process.communicate(timeout=60)

    assert process.returncode == 2
    assert "--port" in errors
