"""A database that is away is reported directly, once, and so is its end."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from nof1_tracker.database.connection import create_db_engine
from nof1_tracker.monitor.alerts.channels import channels_of, terms_of
from nof1_tracker.monitor.alerts.outage import PAUSE, REPORTED_AFTER, OutageWatch
from nof1_tracker.settings import AlertSettings
from tests.fakes import FakeClock
from tests.integration.alerts.tables import settings_for, webhook_alone
from tests.receiver import Receiver


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Of a SQLite file in a folder of its own."""
    engine = create_db_engine(f"sqlite:///{tmp_path / 'there' / 'nof1.db'}")
    yield engine
    engine.dispose()


def watch_of(engine: Engine, clock: FakeClock, settings: AlertSettings) -> OutageWatch:
    channels = channels_of(settings)
    return OutageWatch(engine, clock, channels, terms_of(settings), settings.kinds)


def take_away(engine: Engine, tmp_path: Path) -> None:
    engine.dispose()
    (tmp_path / "there").rename(tmp_path / "away")


def bring_back(tmp_path: Path) -> None:
    (tmp_path / "away").rename(tmp_path / "there")


def looks(watch: OutageWatch, clock: FakeClock, over: timedelta) -> None:
    """Looks now and every half minute, for so long."""
    for _ in range(over // timedelta(seconds=30)):
        watch.look()
        clock.advance(30)


def test_an_outage_and_its_end_are_reported_once_through_every_channel(
    engine: Engine, clock: FakeClock, receiver: Receiver, tmp_path: Path
) -> None:
    watch = watch_of(engine, clock, settings_for(receiver))
    watch.look()
    take_away(engine, tmp_path)
    looks(watch, clock, REPORTED_AFTER)
    assert receiver.posts == []
    looks(watch, clock, timedelta(hours=1))
    (hook,) = receiver.on("/hook")
    assert hook.json["kind"] == "stale_source"
    assert hook.json["title"] == "The database does not answer"
    assert "unable to open database file" in hook.json["text"]
    assert len(receiver.on("/people")) == 1

    bring_back(tmp_path)
    looks(watch, clock, timedelta(hours=1))
    _, end = receiver.on("/hook")
    assert end.json["kind"] == "recovered"
    assert end.json["title"].startswith("The database answers again after ")
    assert len(receiver.on("/people")) == 2

    take_away(engine, tmp_path)
    looks(watch, clock, timedelta(hours=1))
    assert len(receiver.on("/hook")) == 3


def test_the_end_waits_for_the_end_of_quiet_hours_unless_it_is_urgent(
    engine: Engine, clock: FakeClock, receiver: Receiver, tmp_path: Path
) -> None:
    start = clock.now()
    quiet = f"{start:%H:%M}-{start + timedelta(hours=2):%H:%M}"
    watch = watch_of(engine, clock, settings_for(receiver, NOTIFY_QUIET_HOURS=quiet))
    watch.look()
    take_away(engine, tmp_path)
    looks(watch, clock, timedelta(minutes=30))
    bring_back(tmp_path)
    looks(watch, clock, timedelta(minutes=60))
    # The webhook has no quiet hours, and an outage is urgent.
    assert len(receiver.on("/hook")) == 2
    assert len(receiver.on("/people")) == 1
    looks(watch, clock, timedelta(minutes=60))
    assert len(receiver.on("/people")) == 2
    assert len(receiver.on("/hook")) == 2


def test_an_end_that_a_channel_did_not_accept_is_sent_again(
    engine: Engine, clock: FakeClock, receiver: Receiver, tmp_path: Path
) -> None:
    watch = watch_of(engine, clock, webhook_alone(receiver))
    watch.look()
    take_away(engine, tmp_path)
    looks(watch, clock, timedelta(minutes=10))
    bring_back(tmp_path)
    receiver.status = 500
    looks(watch, clock, PAUSE)
    receiver.status = 200
    looks(watch, clock, 2 * PAUSE)
    kinds = [post.json["kind"] for post in receiver.posts]
    assert kinds == ["stale_source", "recovered", "recovered"]


def test_a_short_outage_is_not_reported(
    engine: Engine, clock: FakeClock, receiver: Receiver, tmp_path: Path
) -> None:
    watch = watch_of(engine, clock, webhook_alone(receiver))
    take_away(engine, tmp_path)
    looks(watch, clock, REPORTED_AFTER)
    bring_back(tmp_path)
    looks(watch, clock, timedelta(hours=1))
    assert receiver.posts == []


def test_a_channel_that_does_not_accept_it_is_tried_again_later(
    engine: Engine, clock: FakeClock, receiver: Receiver, tmp_path: Path
) -> None:
    watch = watch_of(engine, clock, webhook_alone(receiver))
    receiver.status = 500
    take_away(engine, tmp_path)
    looks(watch, clock, REPORTED_AFTER + PAUSE)
    assert len(receiver.posts) == 1
    receiver.status = 200
    looks(watch, clock, timedelta(hours=1))
    assert len(receiver.posts) == 2


@pytest.mark.parametrize(
    ("others", "posts"),
    [
        ({"NOTIFY_EVENTS": "gap"}, 0),
        ({"NOTIFY_EVENTS": "stale_source"}, 1),
        ({"NOTIFY_QUIET_HOURS": "00:00-23:59", "NOTIFY_URGENT": "none"}, 0),
    ],
)
def test_the_settings_decide_whether_it_is_reported(
    engine: Engine,
    clock: FakeClock,
    receiver: Receiver,
    tmp_path: Path,
    others: dict[str, str],
    posts: int,
) -> None:
    watch = watch_of(engine, clock, settings_for(receiver, **others))
    take_away(engine, tmp_path)
    looks(watch, clock, timedelta(minutes=10))
    bring_back(tmp_path)
    watch.look()
    assert len(receiver.on("/people")) == posts
