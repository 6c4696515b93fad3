"""Only the monitor that leads stores; one that was overtaken ends its cycle."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from nof1_tracker.monitor.cycle import CycleResult
from nof1_tracker.monitor.leadership import LeadersTransactions, OvertakenError
from nof1_tracker.records.enums import Kind
from tests.fakes import FakeClock
from tests.unit.monitor.stage import COMPLETE, PlayedLeadership, Stage, all_with


@contextmanager
def noted(begun: list[str]) -> Iterator[None]:
    begun.append("begun")
    yield
    begun.append("ended")


def transactions(clock: FakeClock, begun: list[str]) -> LeadersTransactions:
    """Those of a monitor that leads for a minute; the database is down after two."""
    leadership = PlayedLeadership(clock, spans=((0, 60),), down=((120, 180),))
    return LeadersTransactions(leadership, lambda: noted(begun))


def test_the_leader_stores() -> None:
    begun: list[str] = []
    with transactions(FakeClock(), begun).begin():
        assert begun == ["begun"]
    assert begun == ["begun", "ended"]


def test_one_that_was_overtaken_begins_no_transaction() -> None:
    clock, begun = FakeClock(), list[str]()
    storing = transactions(clock, begun)
    clock.advance(61)
    with pytest.raises(OvertakenError), storing.begin():
        begun.append("stored")
    with pytest.raises(OvertakenError):
        storing.renew()
    assert begun == []


def test_one_that_cannot_find_out_who_leads_goes_on() -> None:
    clock, begun = FakeClock(), list[str]()
    storing = transactions(clock, begun)
    clock.advance(121)
    with storing.begin():
        begun.append("stored")
    assert begun == ["begun", "stored", "ended"]


def test_a_cycle_that_is_overtaken_ends_and_its_monitor_stands_by() -> None:
    stage = Stage()

    def overtaken(kinds: Sequence[Kind]) -> CycleResult:
        stage.leadership.spans = ()
        raise OvertakenError

    stage.cycle.plays = [all_with(COMPLETE), overtaken]
    first, second, third = stage.run(3)
    assert first.is_leader
    assert not second.is_leader
    assert not third.is_leader
    assert {each.status for each in second.outcomes} == {None}
    assert len(stage.cycle.ran) == 2
