"""The receiver in the guide to alerts: it takes what is genuine, and nothing else."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from nof1_tracker.main import app
from nof1_tracker.notify.webhook import signed_headers, signing_key
from tests.databases import unused_port
from tests.integration.docs.pages import blocks_of

SECRET = "whsec_" + "c2VjcmV0" * 5
BODY = b'{"title": "Qwen3 Max leads"}'


@dataclass(frozen=True)
class Receiver:
    """The guide's script at work; it prints to `log`."""

    url: str
    log: Path

    def prints(self, line: str) -> bool:
        """Whether it comes to print that line, for which it is given time."""
        for _ in range(200):
            if line in self.log.read_text().splitlines():
                return True
            time.sleep(0.05)
        return False

    def answers(self, headers: dict[str, str], body: bytes = BODY) -> int:
        return httpx.post(self.url, content=body, headers=headers).status_code


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    (block,) = blocks_of("docs/how-to/alerts.md", "python")
    port = unused_port()
    script, log = tmp_path / "receiver.py", tmp_path / "log"
    assert "8080" in block.text
    script.write_text(block.text.replace("8080", str(port)))
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, str(script)],
            env={**os.environ, "NOTIFY_WEBHOOK_SECRET": SECRET},
            stdout=output,
            stderr=output,
        )
        try:
            _wait_for(port)
            yield Receiver(f"http://127.0.0.1:{port}/", log)
        finally:
            process.kill()
            process.wait(10)


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            httpx.get(f"http://127.0.0.1:{port}/")
        except httpx.ConnectError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the receiver does not listen")


def signed(at: float, secret: str = SECRET) -> dict[str, str]:
    return signed_headers(signing_key(secret), "test:1", int(at), BODY)


def test_a_test_message_arrives(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_WEBHOOK_URL", receiver.url)
    monkeypatch.setenv("NOTIFY_WEBHOOK_SECRET", SECRET)
    assert CliRunner().invoke(app, ["notify", "test"]).exit_code == 0
    assert receiver.prints("Test message of nof1-tracker")


def test_what_is_signed_now_is_taken(receiver: Receiver) -> None:
    assert receiver.answers(signed(time.time())) == 204
    assert receiver.prints("Qwen3 Max leads")


def test_another_secret_is_refused(receiver: Receiver) -> None:
    assert receiver.answers(signed(time.time(), "another secret of 16")) == 401


def test_a_changed_body_is_refused(receiver: Receiver) -> None:
    assert receiver.answers(signed(time.time()), BODY + b" ") == 401


def test_an_old_message_is_refused(receiver: Receiver) -> None:
    assert receiver.answers(signed(time.time() - 600)) == 401
    assert "Qwen3 Max leads" not in receiver.log.read_text()
