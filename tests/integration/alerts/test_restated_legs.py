"""A completed leg that the site serves otherwise later is told, once per value."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from nof1_tracker.database.event_models import EventRow
from nof1_tracker.monitor.alerts.listener import AlertListener
from nof1_tracker.records.events import EventKind
from nof1_tracker.records.parsed import Leg, Served
from tests.fakes import FakeClock
from tests.integration.alerts.tables import (
    Tables,
    first_look,
    statuses,
    titles,
    webhook_alone,
)
from tests.parsed_payloads import ALPHA, leg, store, trades_of
from tests.receiver import Receiver

NET = "Alpha-1: the site restated the net PnL of a long of BTC"


def served(
    engine: Engine, at: datetime, *legs: Leg, parser: int = 1, **changes: Any
) -> None:
    """Stores legs, by default one with these changes, as observed then."""
    rows = legs or (leg(ALPHA, 2, raw={"served": str(changes)}, **changes),)
    payload = replace(trades_of(*rows), served=Served(at, parser))
    store(engine, payload)


def restatements(engine: Engine) -> list[EventRow]:
    with Session(engine) as session:
        query = select(EventRow).where(EventRow.kind == EventKind.LEG_RESTATED)
        return list(session.scalars(query.order_by(EventRow.id)))


def listening(engine: Engine, clock: FakeClock, receiver: Receiver) -> AlertListener:
    """A listener that has seen the leg with a net PnL of 470.5."""
    served(engine, clock.now())
    return first_look(engine, clock, webhook_alone(receiver))


def test_a_restated_leg_is_told_once_with_both_values(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    listener = listening(engine, clock, receiver)
    served(engine, clock.now(), net_pnl=Decimal(-300))
    assert listener.look() == 1
    assert listener.look() == 0
    (event,) = restatements(engine)
    assert (event.title, event.account_id, event.symbol) == (NET, ALPHA, "BTC")
    assert event.numbers == {"before_usd": Decimal("470.5"), "after_usd": -300}
    assert event.occurred_at == clock.now()
    assert sum(statuses(engine).values()) == 1


def test_the_same_body_again_and_an_older_one_tell_nothing_more(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    listener = listening(engine, clock, receiver)
    before = clock.now()
    clock.advance(60)
    served(engine, clock.now(), net_pnl=Decimal(-300))
    listener.look()
    clock.advance(60)
    served(engine, clock.now(), net_pnl=Decimal(-300))
    served(engine, before - timedelta(minutes=1))
    assert listener.look() == 0
    assert len(restatements(engine)) == 1


def test_amounts_and_times_are_told_and_the_rest_is_not(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    listener = listening(engine, clock, receiver)
    (known,) = trades_of(leg(ALPHA, 2)).legs
    later = known.closed_at + timedelta(seconds=30)
    served(engine, clock.now(), closed_at=later, fees=Decimal(30), entry_oid=78)
    listener.look()
    assert {title.split("restated the ")[1] for title in titles(engine)} == {
        "closing time of a long of BTC",
        "fees of a long of BTC",
    }


def test_restated_again_it_is_told_again_and_what_was_told_is_not(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    listener = listening(engine, clock, receiver)
    for net_pnl in (-300, 95, -300):
        clock.advance(60)
        served(engine, clock.now(), net_pnl=Decimal(net_pnl))
        assert listener.look() == 1
    assert [event.numbers["after_usd"] for event in restatements(engine)] == [
        -300,
        95,
        -300,
    ]


def test_newer_code_that_reads_the_same_body_otherwise_restates_nothing(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    listener = listening(engine, clock, receiver)
    raw = {"served": "{}"}
    read_otherwise = leg(ALPHA, 2, raw=raw, net_pnl=Decimal(-300))
    served(engine, clock.now(), read_otherwise, parser=2)
    assert listener.look() == 0
    assert restatements(engine) == []


def test_what_was_restated_before_the_first_look_is_history(
    engine: Engine, clock: FakeClock, tables: Tables, receiver: Receiver
) -> None:
    served(engine, clock.now() - timedelta(hours=2))
    served(engine, clock.now() - timedelta(hours=1), net_pnl=Decimal(-300))
    listener = first_look(engine, clock, webhook_alone(receiver))
    served(engine, clock.now())
    listener.look()
    assert statuses(engine) == {"pending": len(restatements(engine))}
    assert [event.numbers["after_usd"] for event in restatements(engine)] == [
        Decimal("470.5")
    ]
