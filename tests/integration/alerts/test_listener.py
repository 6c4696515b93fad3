"""Each event once: over restarts, monitors, late rows and rows that replace rows."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from nof1_tracker.database.connection import create_db_engine
from nof1_tracker.database.engine.schema import upgrade
from nof1_tracker.database.event_models import EventMemory
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.monitor.alerts.listener import AlertListener
from nof1_tracker.records.enums import RunStatus, TradeStatus
from nof1_tracker.settings import AlertSettings
from tests.fakes import FakeClock
from tests.integration.alerts.tables import (
    Tables,
    at,
    first_look,
    report,
    statuses,
    texts,
    titles,
    webhook_alone,
)
from tests.receiver import Receiver


def test_the_first_look_tells_nothing_of_what_is_there(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    for oid in range(300):
        tables.closed(oid)
    tables.opened(1000)
    first_look(engine, clock, webhook_alone(receiver))
    assert titles(engine) == []


def test_a_source_that_is_stale_at_the_first_look_is_told_at_the_second(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    tables.chat(tables.ada)
    clock.advance(86_400)
    listener = AlertListener(engine, clock, webhook_alone(receiver))
    listener.cycle_ended(report(clock))
    assert titles(engine) == []
    tables.equity(tables.ada, 10_000)
    listener.cycle_ended(report(clock))
    (told,) = titles(engine)
    assert told.startswith("No news of ModelChat for ")


def test_a_database_without_its_schema_is_waited_for_and_nothing_is_warned(
    database_url: str,
    clock: FakeClock,
    receiver: Receiver,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("nof1_tracker.monitor.alerts.delivery.LOOK_EVERY", 0.05)
    others = {thread.ident for thread in threading.enumerate()[1:]}
    engine = create_db_engine(database_url)
    listener = AlertListener(engine, clock, webhook_alone(receiver))
    listener.start()
    assert listener.look() == 0
    upgrade(engine)
    tables = Tables(engine, clock)
    listener.look()
    tables.opened(1)
    listener.look()
    listener.stop()
    assert len(receiver.posts) == 1
    engine.dispose()
    # A delivery of an earlier test may end in its own thread meanwhile.
    assert [each for each in caplog.records if each.thread not in others] == []


def test_nothing_new_tells_nothing_again(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    listener = first_look(engine, clock, webhook_alone(receiver))
    tables.opened(1)
    assert listener.look() == 1
    assert listener.look() == 0
    assert titles(engine) == ["Ada opened a long of BTC for $10,000.00"]


def test_a_restart_tells_what_came_meanwhile_and_nothing_twice(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    settings = webhook_alone(receiver)
    first_look(engine, clock, settings)
    tables.opened(1)
    AlertListener(engine, clock, settings).look()
    tables.opened(2)
    AlertListener(engine, clock, settings).look()
    assert len(titles(engine)) == 2


def test_a_position_replaced_by_its_leg_is_opened_once_and_closed_once(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    listener = first_look(engine, clock, webhook_alone(receiver))
    row, opened_at = tables.opened(1), clock.now()
    listener.look()
    clock.advance(600)
    tables.closed(1, opened_at=opened_at)
    tables.forget(row)
    listener.look()
    assert titles(engine) == [
        "Ada opened a long of BTC for $10,000.00",
        "Ada closed a long of BTC: +$5.00",
    ]


def test_the_id_of_a_deleted_row_may_be_given_away_again(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    listener = first_look(engine, clock, webhook_alone(receiver))
    row = tables.opened(1)
    listener.look()
    tables.forget(row)
    tables.opened(2)
    listener.look()
    assert len(titles(engine)) == 2


def test_history_that_arrives_late_is_noted_and_told_to_nobody(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    listener = first_look(engine, clock, webhook_alone(receiver))
    long_ago = clock.now() - timedelta(days=3)
    tables.closed(1, opened_at=long_ago, closed_at=long_ago)
    assert listener.look() == 0
    assert titles(engine, is_news=False) == ["Ada closed a long of BTC: +$5.00"]
    assert statuses(engine) == {}


def test_what_happened_while_no_monitor_ran_is_told(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    first_look(engine, clock, webhook_alone(receiver))
    clock.advance(3 * 3600)
    tables.closed(1)
    clock.advance(1)
    tables.equity(tables.ada, 7_000)
    clock.advance(3 * 3600)
    tables.chat(tables.ada)
    tables.equity(tables.ada, 10_000)
    AlertListener(engine, clock, webhook_alone(receiver)).cycle_ended(report(clock))
    assert titles(engine) == [
        "Ada opened a long of BTC for $10,000.00",
        "Ada closed a long of BTC: +$5.00",
        "Ada is 30.0 % below its peak",
        "Recording resumed after 6 h",
    ]


def test_an_empty_database_is_not_looked_at_for_the_first_time(
    engine: Engine, clock: FakeClock, receiver: Receiver
) -> None:
    listener = AlertListener(engine, clock, webhook_alone(receiver))
    listener.cycle_ended(report(clock))
    tables = Tables(engine, clock)
    tables.opened(1)
    listener.cycle_ended(report(clock))
    assert titles(engine) == []
    clock.advance(60)
    tables.opened(2)
    listener.cycle_ended(report(clock))
    assert len(titles(engine)) == 1


def test_two_monitors_that_look_at_once_tell_each_event_once(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    settings = webhook_alone(receiver)
    first_look(engine, clock, settings)
    for oid in range(40):
        tables.opened(oid)
    listeners = [AlertListener(engine, clock, settings) for _ in range(4)]
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda each=each: found.append(each.look()))
        for each in listeners
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(found) == [0, 0, 0, 40]
    assert len(titles(engine)) == 40
    assert statuses(engine) == {"pending": 40}


def test_a_gap_is_told_once_and_not_again_where_it_is_filled_in_part(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    listener = first_look(engine, clock, webhook_alone(receiver))
    tables.chat(tables.ada, 9)
    listener.look()
    tables.chat(tables.ada, 5)
    tables.chat(tables.ada, 10)
    listener.look()
    assert titles(engine) == ["ModelChat: 7 conversations missed"]


def test_the_rules_of_the_source_work_on_tables(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    listener = first_look(engine, clock, webhook_alone(receiver))
    bo = tables.account("Bo")
    tables.equity(bo, 9_000)
    tables.rejected("row 3: quantity is missing")
    listener.look()
    clock.advance(60)
    tables.equity(bo, 12_000)
    listener.look()
    assert set(titles(engine)) == {
        "The site serves trades in a way not seen before",
        "A new model: Bo",
        "Bo is 1st now",
    }


def test_a_change_of_the_source_is_told_once(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    tables.changed("before")
    clock.advance(60)
    listener = first_look(engine, clock, webhook_alone(receiver))
    tables.changed("funding")
    listener.look()
    listener.look()
    assert titles(engine) == ["The site's trades have changed: funding"]


def test_a_source_that_stops_and_starts_is_told_twice_in_all(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    listener = first_look(engine, clock, webhook_alone(receiver))
    for _ in range(12):
        clock.advance(900)
        tables.equity(tables.ada, 10_000)
        listener.cycle_ended(report(clock))
    assert titles(engine) == ["No news of ModelChat for 61 min"]
    tables.chat(tables.ada)
    listener.cycle_ended(report(clock))
    assert titles(engine)[1:] == ["News of ModelChat again"]


def test_trades_that_are_not_fetched_become_stale(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    listener = first_look(engine, clock, webhook_alone(receiver))
    for _ in range(6):
        clock.advance(900)
        tables.equity(tables.ada, 10_000)
        tables.chat(tables.ada)
        listener.cycle_ended(report(clock, RunStatus.FAILED, "A checkpoint denied it."))
    assert titles(engine) == ["No news of trades for 61 min"]
    assert "The last cycle failed: A checkpoint denied it." in texts(engine)[0]


def test_a_vanished_position_is_told_after_an_hour_unless_it_has_a_leg(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    listener = first_look(engine, clock, webhook_alone(receiver, NOTIFY_STALE_AFTER=0))
    seen = {"exit": "unobserved", "last_observed_at": clock.now().isoformat()}
    gone: dict[str, Any] = {"status": TradeStatus.CLOSED, "raw_data": seen}
    tables.opened(1, **gone)
    tables.opened(2, symbol="ETH", **gone)
    tables.closed(2, symbol="ETH", opened_at=clock.now() - timedelta(days=1))
    listener.look()
    clock.advance(3590)
    listener.look()
    assert titles(engine) == ["Ada closed a long of ETH: +$5.00"]
    clock.advance(20)
    listener.look()
    listener.look()
    assert titles(engine)[1:] == ["Ada closed a long of BTC unobserved"]


def test_a_memory_of_a_form_unknown_here_makes_a_first_look(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    listener = first_look(engine, clock, webhook_alone(receiver))
    with Session(engine) as session, session.begin():
        session.get_one(EventMemory, "detectors").value = {"first_look_at": "soon"}
    tables.opened(1)
    assert listener.look() == 0
    clock.advance(60)
    tables.opened(2)
    assert listener.look() == 1


def test_without_a_channel_nothing_is_looked_at(
    engine: Engine, clock: FakeClock, tables: Tables
) -> None:
    listener = AlertListener(engine, clock, AlertSettings())
    listener.start()
    listener.cycle_ended(report(clock))
    listener.stop()
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT count(*) FROM event_memory"))
        assert rows.scalar() == 0


def test_a_channel_that_cannot_be_used_stops_the_monitor_at_its_start(
    engine: Engine, clock: FakeClock, receiver: Receiver
) -> None:
    settings = webhook_alone(receiver, NOTIFY_WEBHOOK_SECRET="short")
    with pytest.raises(ConfigurationError):
        AlertListener(engine, clock, settings)


def test_a_clock_that_is_put_back_loses_nothing(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    start = clock.now()
    listener = first_look(engine, clock, webhook_alone(receiver))
    clock.advance(86_400 * 365)
    listener.look()
    at(clock, start + timedelta(minutes=5))
    tables.opened(1)
    listener.look()
    assert "Ada opened a long of BTC for $10,000.00" in titles(engine)
