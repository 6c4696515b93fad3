"""What is made again from what was stored already is not news."""

from decimal import Decimal

import pytest
from sqlalchemy import Engine

from tests.fakes import FakeClock
from tests.integration.alerts.tables import first_look, webhook_alone
from tests.integration.test_reprocess_all import (
    BODIES,
    again,
    causes,
    legs_read_with,
    older_code,
    take,
)
from tests.receiver import Receiver
from tests.unit.scraper.site_rows import CAPTURED_AT, trade
from tests.worlds import rows_in


def test_nothing_that_it_changes_is_an_event(
    engine: Engine,
    clock: FakeClock,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    take(engine, *BODIES, {"trades": [trade(1)]})
    take(engine, {"trades": [trade(1, realized_net_pnl=-300)]}, minutes=5)
    listener = first_look(engine, clock, webhook_alone(receiver))
    legs_read_with(monkeypatch, fees=Decimal(7), gross_pnl=Decimal(1))
    older_code(engine)

    again(engine)

    assert listener.look() == 0
    assert causes(engine)
    assert rows_in(engine)["events"] == []


def test_what_was_pending_before_is_told_all_the_same(
    engine: Engine,
    clock: FakeClock,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    take(engine, {"trades": [trade(1)]})
    listener = first_look(engine, clock, webhook_alone(receiver))
    ahead = (clock.now() - CAPTURED_AT).total_seconds() / 60
    change = {"trades": [trade(1, realized_net_pnl=-300)]}
    take(engine, change, minutes=ahead)
    legs_read_with(monkeypatch, fees=Decimal(7))
    again(engine)
    assert listener.look() == 1
    (event,) = rows_in(engine)["events"]
    assert (event["kind"], event["numbers"]["after_usd"]) == ("leg_restated", -300)
