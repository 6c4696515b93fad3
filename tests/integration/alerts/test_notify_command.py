"""`nof1-tracker notify`, as a person uses it."""

import json
import os
import subprocess
import sys

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from nof1_tracker.database.connection import reset_engine
from nof1_tracker.main import app
from nof1_tracker.notify.webhook_body import SCHEMA_FILE
from tests.fakes import FakeClock
from tests.integration.alerts.tables import (
    SECRET,
    Tables,
    deliver,
    first_look,
    webhook_alone,
)
from tests.receiver import Receiver


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["notify", *words])


def test_every_channel_is_tried_and_told_of(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "NOTIFY_URLS",
        f"json://me:hunter2@{receiver.address}/one json://{receiver.address}/two",
    )
    monkeypatch.setenv("NOTIFY_WEBHOOK_URL", f"{receiver.url}/hunter2")
    monkeypatch.setenv("NOTIFY_WEBHOOK_SECRET", SECRET)
    result = run("test")
    assert result.exit_code == 0
    assert [line.split("  ")[1].strip() for line in result.output.splitlines()] == [
        "json://127.0.0.1",
        "json://127.0.0.1 (2)",
        "webhook+http://127.0.0.1",
    ]
    assert "hunter2" not in result.output
    assert sorted(post.path for post in receiver.posts) == ["/hunter2", "/one", "/two"]
    assert receiver.on("/one")[0].json["title"] == "Test message of nof1-tracker"


def test_a_channel_that_fails_does_not_keep_the_others_from_being_tried(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = f"json://u:hunter2@127.0.0.1:9/x json://{receiver.address}/two"
    monkeypatch.setenv("NOTIFY_URLS", urls)
    result = run("test")
    assert result.exit_code == 3
    assert "!!  json://127.0.0.1 " in result.output
    assert "Connection error" in result.output
    assert "hunter2" not in result.output
    assert len(receiver.posts) == 1


def test_where_all_fail_the_exit_code_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_URLS", "json://127.0.0.1:9/x")
    assert run("test").exit_code == 1


def test_without_a_channel_it_says_what_to_set() -> None:
    result = run("test")
    assert result.exit_code == 2
    assert "Set NOTIFY_URLS or NOTIFY_WEBHOOK_URL" in result.output


def test_a_wrong_url_is_told_without_its_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NOTIFY_URLS", "tgram://hunter2")
    result = run("test")
    assert result.exit_code == 2
    assert "Apprise cannot use tgram://…" in result.output
    assert "hunter2" not in result.output


def test_the_schema_is_printed_as_it_is_kept() -> None:
    result = run("schema")
    assert json.loads(result.output) == json.loads(SCHEMA_FILE.read_text())


def test_status_shows_channels_and_events(
    engine: Engine,
    clock: FakeClock,
    tables: Tables,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = webhook_alone(receiver)
    listener = first_look(engine, clock, settings)
    tables.opened(1)
    listener.look()
    receiver.status = 500
    deliver(engine, clock, settings)
    url = engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("NOF1_DATABASE_URL", url)
    reset_engine()
    result = run("status")
    assert result.exit_code == 0
    assert "webhook+http://127.0.0.1" in result.output
    assert "It answered with status 500." in result.output
    assert "Ada opened a long of BTC for $10,000.00" in result.output


def test_status_of_a_new_database_says_that_nothing_ran(
    monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", sqlite_url)
    reset_engine()
    assert "No monitor with a channel" in run("status").output


def test_a_process_ends_at_once_though_a_channel_hangs(receiver: Receiver) -> None:
    receiver.silence = 60
    code = (
        "import sys, threading, time\n"
        "from nof1_tracker.notify.apprise_channel import AppriseChannel\n"
        "from nof1_tracker.notify.trial_message import trial_message\n"
        "channel = AppriseChannel(sys.argv[1])\n"
        "send = lambda: channel.send(trial_message())\n"
        "threading.Thread(target=send, daemon=True).start()\n"
        "time.sleep(1)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, f"json://{receiver.address}/?rto=60"],
        env=os.environ,
        timeout=20,
        check=False,
    )
    assert done.returncode == 0
    assert len(receiver.posts) == 1
