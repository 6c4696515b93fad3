"""Claims, retries, quiet hours: what happens between an event and its readers."""

import hashlib
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.monitor.alerts.delivery import LEASE, LONGEST_PAUSE, pause_after
from nof1_tracker.monitor.alerts.listener import AlertListener
from nof1_tracker.records.events import ChannelReport, EventKind
from nof1_tracker.settings import AlertSettings
from tests.fakes import FakeClock
from tests.integration.alerts.tables import (
    Tables,
    at,
    deliver,
    deliveries,
    first_look,
    people_alone,
    report,
    settings_for,
    statuses,
    webhook_alone,
)
from tests.receiver import Receiver

NIGHT = {"NOTIFY_QUIET_HOURS": "22:00-07:00", "NOTIFY_TIMEZONE": "Europe/Berlin"}


def reports(engine: Engine) -> dict[str, ChannelReport]:
    with UnitOfWork(engine) as unit:
        found = unit.repositories.deliveries.reports()
    return {each.name: each for each in found}


def claim(engine: Engine, clock: FakeClock, channel: str) -> int:
    """Claims like a sender that then dies; returns how many events."""
    with UnitOfWork(engine, writes=True) as unit:
        claimed = unit.repositories.deliveries.claim(
            channel,
            clock.now(),
            tuple(EventKind),
            lease=LEASE,
            patience=LONGEST_PAUSE,
            limit=100,
        )
        unit.commit()
    return len(claimed)


def test_every_channel_gets_every_event_once(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    settings = settings_for(receiver)
    listener = first_look(engine, clock, settings)
    tables.opened(1)
    tables.closed(2, opened_at=clock.now() - timedelta(days=1))
    listener.look()
    for _ in range(3):
        deliver(engine, clock, settings)
    assert [post.json["title"] for post in receiver.on("/people")] == [
        "Ada opened a long of BTC for $10,000.00",
        "Ada closed a long of BTC: +$5.00",
    ]
    assert len(receiver.on("/hook")) == 2
    assert statuses(engine) == {"sent": 4}


def test_many_events_are_one_message_for_people_and_many_posts_for_machines(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    settings = settings_for(receiver)
    listener = first_look(engine, clock, settings)
    for oid in range(45):
        tables.opened(oid)
    listener.look()
    deliver(engine, clock, settings)
    (digest,) = receiver.on("/people")
    assert digest.json["title"] == "nof1-tracker: 45 events"
    assert len({post.headers["webhook-id"] for post in receiver.on("/hook")}) == 45
    assert statuses(engine) == {"sent": 90}


def test_senders_at_once_send_each_event_once(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    settings = webhook_alone(receiver)
    listener = first_look(engine, clock, settings)
    for oid in range(30):
        tables.opened(oid)
    listener.look()
    rivals = [deliveries(engine, clock, settings)[0] for _ in range(4)]
    threads = [threading.Thread(target=each.deliver) for each in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    keys = [post.headers["webhook-id"] for post in receiver.posts]
    assert len(keys) == len(set(keys)) == 30


def test_what_a_sender_that_died_had_claimed_is_sent_after_its_lease(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    settings = webhook_alone(receiver)
    listener = first_look(engine, clock, settings)
    tables.opened(1)
    listener.look()
    assert claim(engine, clock, "webhook+http://127.0.0.1") == 1
    clock.advance(LEASE.total_seconds() - 1)
    deliver(engine, clock, settings)
    assert receiver.posts == []
    clock.advance(1)
    deliver(engine, clock, settings)
    assert len(receiver.posts) == 1


def test_a_claim_of_a_clock_that_was_put_back_binds_nobody(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    settings = webhook_alone(receiver)
    listener = first_look(engine, clock, settings)
    tables.opened(1)
    listener.look()
    clock.advance(86_400)
    claim(engine, clock, "webhook+http://127.0.0.1")
    clock.advance(-86_400)
    deliver(engine, clock, settings)
    assert len(receiver.posts) == 1


def test_a_failing_channel_is_tried_again_with_growing_pauses(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    settings = webhook_alone(receiver)
    listener = first_look(engine, clock, settings)
    tables.opened(1)
    listener.look()
    receiver.status = 503
    tries = []
    for _ in range(130):
        deliver(engine, clock, settings)
        tries.append(len(receiver.posts))
        clock.advance(10)
    assert [tries.index(n) * 10 for n in (1, 2, 3, 4, 5)] == [0, 30, 90, 210, 450]
    receiver.status = 204
    clock.advance(3600)
    deliver(engine, clock, settings)
    assert statuses(engine) == {"sent": 1}
    assert len({post.headers["webhook-id"] for post in receiver.posts}) == 1
    fares = reports(engine)["webhook+http://127.0.0.1"]
    assert (fares.failures, fares.error, fares.sent) == (0, None, 1)


def test_pauses_grow_to_an_hour() -> None:
    assert [pause_after(n).total_seconds() for n in (0, 1, 6, 7, 10**9)] == [
        30,
        60,
        1920,
        3600,
        3600,
    ]


def test_an_event_is_given_up_after_a_day_and_that_is_shown(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    settings = webhook_alone(receiver)
    listener = first_look(engine, clock, settings)
    tables.opened(1)
    listener.look()
    receiver.status = 500
    for _ in range(26):
        deliver(engine, clock, settings)
        clock.advance(3601)
    assert statuses(engine) == {"given_up": 1}
    fares = reports(engine)["webhook+http://127.0.0.1"]
    assert (fares.given_up, fares.error) == (1, "It answered with status 500.")
    receiver.status = 200
    deliver(engine, clock, settings)
    assert statuses(engine) == {"given_up": 1}


def test_a_failing_channel_keeps_no_other_back(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    settings = settings_for(receiver, NOTIFY_URLS="json://127.0.0.1:9/")
    listener = first_look(engine, clock, settings)
    tables.opened(1)
    listener.look()
    deliver(engine, clock, settings)
    assert len(receiver.on("/hook")) == 1
    fares = reports(engine)
    assert fares["json://127.0.0.1"].waiting == 1
    assert "Connection error" in str(fares["json://127.0.0.1"].error)


def test_what_a_failing_channel_missed_comes_as_a_digest(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    settings = people_alone(receiver)
    listener = first_look(engine, clock, settings)
    receiver.status = 500
    for oid in range(8):
        tables.opened(oid)
        listener.look()
        deliver(engine, clock, settings)
    receiver.status = 200
    clock.advance(3600)
    receiver.posts.clear()
    deliver(engine, clock, settings)
    assert [p.json["title"] for p in receiver.posts] == ["nof1-tracker: 8 events"]


# --- quiet hours ----------------------------------------------------------------


def test_the_night_is_told_in_the_morning_but_for_what_is_urgent(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    settings = settings_for(receiver, NOTIFY_STALE_AFTER=0, **NIGHT)
    listener = first_look(engine, clock, settings)
    # The night in which the clocks go forward: 07:00 is 05:00 UTC.
    at(clock, datetime(2026, 3, 29, 0, 30, tzinfo=UTC))
    tables.opened(1)
    tables.opened(2)
    before = clock.now() - timedelta(days=200)
    tables.closed(3, status="liquidated", opened_at=before)
    listener.look()
    deliver(engine, clock, settings)
    assert [p.json["title"] for p in receiver.on("/people")] == [
        "Liquidation: Ada was liquidated in a long of BTC: +$5.00"
    ]
    assert len(receiver.on("/hook")) == 3
    at(clock, datetime(2026, 3, 29, 4, 59, tzinfo=UTC))
    deliver(engine, clock, settings)
    assert len(receiver.on("/people")) == 1
    at(clock, datetime(2026, 3, 29, 5, 0, tzinfo=UTC))
    deliver(engine, clock, settings)
    assert [p.json["title"] for p in receiver.on("/people")[1:]] == [
        "nof1-tracker: 2 events in quiet hours 22:00-07:00"
    ]


# --- identity -------------------------------------------------------------------


def two_of_one_host(receiver: Receiver, *paths: str) -> AlertSettings:
    urls = " ".join(f"json://{receiver.address}/{path}" for path in paths)
    return people_alone(receiver, NOTIFY_URLS=urls)


def told(receiver: Receiver) -> dict[str, int]:
    return dict(Counter(post.path for post in receiver.posts))


def test_a_channel_stays_itself_when_another_of_its_host_is_taken_out(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    both = two_of_one_host(receiver, "first", "second")
    receiver.status = 500
    listener = first_look(engine, clock, both)
    tables.opened(1)
    listener.look()
    deliver(engine, clock, both)
    receiver.status, receiver.posts[:] = 200, []
    deliver(engine, clock, two_of_one_host(receiver, "second"))
    assert told(receiver) == {}, "its pause after the failure is not over"
    clock.advance(61)
    for _ in range(2):
        deliver(engine, clock, two_of_one_host(receiver, "second"))
    assert told(receiver) == {"/second": 1}
    deliver(engine, clock, two_of_one_host(receiver, "third", "second", "first"))
    assert told(receiver) == {"/second": 1, "/first": 1}


def test_channels_of_an_older_version_are_known_again(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    both = two_of_one_host(receiver, "first", "second")
    listener = first_look(engine, clock, both)
    tables.opened(1)
    listener.look()
    deliver(engine, clock, both)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM event_memory WHERE name = 'channels'"))
    AlertListener(engine, clock, both).look()
    deliver(engine, clock, both)
    assert told(receiver) == {"/first": 1, "/second": 1}
    host = f"json://{receiver.address.partition(':')[0]}"
    assert list(reports(engine)) == [host, f"{host} (2)"]


def test_no_address_and_no_plain_digest_of_one_is_stored(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    first_look(engine, clock, two_of_one_host(receiver, "hunter2"))
    url = f"json://{receiver.address}/hunter2"
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT name, value FROM event_memory")).all()
    assert "channels" in {name for name, _ in rows}
    assert "hunter2" not in str(rows)
    assert hashlib.sha256(url.encode()).hexdigest() not in str(rows)


# --- threads --------------------------------------------------------------------


def wait_for(condition: object, seconds: float = 20) -> None:
    assert callable(condition)
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_running_listener_delivers_by_itself(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    listener = first_look(engine, clock, settings_for(receiver))
    listener.start()
    tables.opened(1)
    listener.cycle_ended(report(clock))
    wait_for(lambda: len(receiver.posts) == 2)
    listener.stop()
    assert statuses(engine) == {"sent": 2}


def test_a_loop_that_hangs_does_not_keep_a_stale_source_secret(
    engine: Engine,
    clock: FakeClock,
    tables: Tables,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("nof1_tracker.monitor.alerts.listener._TICK", 0.05)
    listener = first_look(engine, clock, webhook_alone(receiver))
    listener.start()
    tables.chat(tables.ada, 99)
    clock.advance(3700)
    wait_for(lambda: len(receiver.posts) >= 3)
    listener.stop()
    assert {post.json["kind"] for post in receiver.posts} == {"stale_source"}


def test_stopping_sends_what_the_last_cycle_found(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    listener = first_look(engine, clock, settings_for(receiver))
    listener.start()
    tables.opened(1)
    listener.cycle_ended(report(clock))
    listener.stop()
    assert statuses(engine) == {"sent": 2}


def test_a_hanging_channel_delays_no_cycle_and_no_stop(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    receiver.silence = 30
    listener = first_look(engine, clock, settings_for(receiver))
    listener.start()
    tables.opened(1)
    listener.cycle_ended(report(clock))
    wait_for(lambda: len(receiver.posts) == 2)
    began = time.monotonic()
    tables.opened(2)
    listener.cycle_ended(report(clock))
    listener.stop()
    assert time.monotonic() - began < 8
    assert statuses(engine) == {"claimed": 2, "pending": 2}


def test_what_was_not_sent_is_sent_after_the_next_start(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    settings = webhook_alone(receiver)
    first_look(engine, clock, settings)
    tables.opened(1)
    AlertListener(engine, clock, settings).look()
    listener = AlertListener(engine, clock, settings)
    listener.start()
    wait_for(lambda: len(receiver.posts) == 1)
    listener.stop()


@pytest.mark.parametrize("status", [200, 201, 204])
def test_any_success_is_success(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver, status: int
) -> None:
    settings = webhook_alone(receiver)
    listener = first_look(engine, clock, settings)
    receiver.status = status
    tables.opened(1)
    listener.look()
    deliver(engine, clock, settings)
    assert statuses(engine) == {"sent": 1}
