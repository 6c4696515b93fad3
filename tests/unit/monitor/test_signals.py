"""What ends a cycle that does not end: an alarm, and at the last the process."""

import signal
import threading
import time
from collections.abc import Iterator

import pytest

from nof1_tracker.demo import Arena, DemoSite
from nof1_tracker.demo.site.faults import Hang
from nof1_tracker.monitor.signals import OverrunError, StoppedError, StopSignals
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.payloads import Request
from nof1_tracker.scraper.fetch import SourceOptions
from nof1_tracker.scraper.http import HttpSource
from tests.fakes import FakeClock


class Ending:
    """Notes how the process would have been ended."""

    def __init__(self) -> None:
        self.codes: list[int] = []
        self.is_ended = threading.Event()

    def leave(self, code: int) -> None:
        self.codes.append(code)
        self.is_ended.set()


@pytest.fixture
def ending() -> Ending:
    return Ending()


@pytest.fixture
def signals(ending: Ending) -> Iterator[StopSignals]:
    with StopSignals(lambda: None, leave=ending.leave) as signals:
        yield signals


def test_a_fetch_that_hangs_is_ended(signals: StopSignals) -> None:
    with DemoSite(Arena(days=1), speed=0) as site:
        site.misbehave("*", Hang())
        options = SourceOptions(site.url, timeout_ms=60_000)
        with HttpSource(options, FakeClock(), {}) as source:
            with pytest.raises(OverrunError, match="within 0 s"), signals.limit(0.2):
                list(source.fetch([Request(Endpoint.TRADES)]))
            site.behave()
            assert len(list(source.fetch([Request(Endpoint.TRADES)]))) == 1


def test_a_transaction_is_finished_first(signals: StopSignals, ending: Ending) -> None:
    finished = False
    with pytest.raises(OverrunError), signals.limit(0.05), signals.transaction():
        assert not ending.is_ended.wait(0.3)
        finished = True
    assert finished
    assert ending.codes == []


def test_what_cannot_be_ended_ends_the_process(
    signals: StopSignals, ending: Ending
) -> None:
    with signals.limit(0.05):
        try:
            ending.is_ended.wait(30)
        except OverrunError:  # as code that is stuck would not react to it
            assert ending.is_ended.wait(30)
    assert ending.codes == [1]


def test_what_ends_in_time_is_left_alone(signals: StopSignals, ending: Ending) -> None:
    for _ in range(3):
        with signals.limit(0.05):
            pass
        assert not ending.is_ended.wait(0.15)
    assert ending.codes == []


class Interrupted:
    """Gets a signal while it is destroyed, where no error can be raised."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __del__(self) -> None:
        signal.raise_signal(self._number)


def wait_to_be_ended() -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        time.sleep(0.01)


@pytest.mark.parametrize("is_within", [False, True])
def test_a_signal_in_a_destructor_is_not_dropped(
    signals: StopSignals, ending: Ending, is_within: bool
) -> None:
    with pytest.raises(StoppedError):
        if is_within:
            with signals.transaction():
                del [Interrupted(signal.SIGTERM)][:]
        else:
            del [Interrupted(signal.SIGTERM)][:]
            wait_to_be_ended()
    assert ending.codes == []


def test_an_alarm_in_a_destructor_is_not_dropped(signals: StopSignals) -> None:
    with pytest.raises(OverrunError), signals.limit(1000):
        del [Interrupted(signal.SIGALRM)][:]
        wait_to_be_ended()
