"""Real channels against a real server: Apprise's json:// and the signed webhook."""

import base64
import hmac
import io
import json
import logging
import socket
import threading
import time
from dataclasses import replace

import jsonschema
import pytest

from nof1_tracker.errors import DeliveryError
from nof1_tracker.notify.apprise_channel import AppriseChannel
from nof1_tracker.notify.deadline import Deadline
from nof1_tracker.notify.messages import single
from nof1_tracker.notify.webhook import SignedWebhook
from nof1_tracker.notify.webhook_body import SCHEMA_FILE
from tests.integration.alerts.tables import SECRET
from tests.integration.monitor.test_process import wait_until
from tests.loopback import unused_url
from tests.receiver import Receiver
from tests.unit.notify.stored_events import stored


def is_signed(headers: dict[str, str], body: bytes) -> bool:
    """What a receiver does, written from the standard and not from our code."""
    key = base64.b64decode(SECRET[len("whsec_") :])
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, "sha256").digest()).decode()
    version, _, signature = headers["webhook-signature"].partition(",")
    return version == "v1" and hmac.compare_digest(signature, expected)


def test_the_receiver_can_verify_what_the_webhook_sends(receiver: Receiver) -> None:
    webhook = SignedWebhook(f"{receiver.url}/hook?tenant=1", SECRET)
    webhook.send(single(stored()))
    (post,) = receiver.posts
    assert post.path == "/hook?tenant=1"
    assert post.headers["content-type"] == "application/json"
    assert is_signed(post.headers, post.body)
    assert abs(int(post.headers["webhook-timestamp"]) - time.time()) < 60
    assert post.headers["webhook-id"] == post.json["key"]
    jsonschema.validate(post.json, json.loads(SCHEMA_FILE.read_text()))


def test_a_body_that_was_tampered_with_is_not_signed(receiver: Receiver) -> None:
    SignedWebhook(receiver.url, SECRET).send(single(stored()))
    (post,) = receiver.posts
    assert not is_signed(post.headers, post.body.replace(b"-12.5", b"+12.5"))
    later = post.headers | {"webhook-timestamp": "1"}
    assert not is_signed(later, post.body)


def test_each_attempt_has_its_own_time_and_the_same_id(receiver: Receiver) -> None:
    times = iter([1000.0, 2000.0])
    webhook = SignedWebhook(receiver.url, SECRET, now=lambda: next(times))
    for _ in range(2):
        webhook.send(single(stored()))
    first, second = receiver.posts
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert is_signed(second.headers, second.body)


@pytest.mark.parametrize("status", [301, 400, 401, 410, 429, 500])
def test_any_other_status_is_a_failure_that_tells_no_secret(
    receiver: Receiver, status: int
) -> None:
    receiver.status = status
    webhook = SignedWebhook(f"{receiver.url}/hunter2", SECRET)
    with pytest.raises(DeliveryError, match=str(status)) as caught:
        webhook.send(single(stored()))
    assert "hunter2" not in str(caught.value)


def test_a_refused_connection_is_told_without_its_address() -> None:
    webhook = SignedWebhook(f"{unused_url()}/hunter2", SECRET)
    with pytest.raises(DeliveryError, match="No connection") as caught:
        webhook.send(single(stored()))
    assert "hunter2" not in str(caught.value)


def test_apprise_delivers_title_and_text_as_they_are(receiver: Receiver) -> None:
    channel = AppriseChannel(f"json://{receiver.address}/people")
    event = replace(stored().event, title="Ada's *long* & <b> <@U1> 5 %", text="a_b_c")
    channel.send(single(replace(stored(), event=event)))
    (post,) = receiver.posts
    assert post.json["title"] == "Ada's *long* & <b> <@U1> 5 %"
    assert post.json["message"] == "a_b_c\n2025-10-28 12:00 UTC"


@pytest.fixture
def root_log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What reaches the program's own log, at its most talkative."""
    text = io.StringIO()
    monkeypatch.setattr(logging.root, "handlers", [logging.StreamHandler(text)])
    monkeypatch.setattr(logging.root, "level", logging.DEBUG)
    return text


def test_a_failure_of_apprise_tells_why_and_no_secret(
    receiver: Receiver, root_log: io.StringIO
) -> None:
    receiver.status = 500
    url = f"json://someuser:hunter2@{receiver.address}/secretpath"
    channel = AppriseChannel(url)
    with pytest.raises(DeliveryError, match="500") as caught:
        channel.send(single(stored()))
    for secret in ("hunter2", "someuser", "secretpath"):
        assert secret not in str(caught.value)
        assert secret not in root_log.getvalue()


def test_a_server_that_drips_is_left_at_the_deadline() -> None:
    is_over = threading.Event()
    deadline = Deadline(0.2)

    def drip() -> None:
        is_over.wait(10)

    with pytest.raises(DeliveryError, match="No answer within"):
        deadline.run(drip)
    with pytest.raises(DeliveryError, match="still not answered"):
        deadline.run(lambda: None)
    is_over.set()
    wait_until(lambda: _is_answered(deadline))


def _is_answered(deadline: Deadline) -> bool:
    try:
        deadline.run(lambda: None)
    except DeliveryError:
        return False
    return True


def test_a_channel_that_accepts_and_says_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("nof1_tracker.notify.webhook.TIMEOUT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        webhook = SignedWebhook(f"http://127.0.0.1:{port}/", SECRET)
        with pytest.raises(DeliveryError, match="No answer"):
            webhook.send(single(stored()))
