"""A reading never keeps waiting whoever asks, and is made once for all who ask."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from nof1_tracker.errors import DatabaseError
from nof1_tracker.monitor.health.latest_reading import LatestReading, Reading
from tests.fakes import FakeClock


def reading_of(
    read: Callable[[], int], clock: FakeClock, deadline: float = 5
) -> LatestReading[int]:
    return LatestReading("number", read, clock, max_age=2, deadline=deadline)


def counting() -> Callable[[], int]:
    numbers = iter(range(100))
    return lambda: next(numbers)


def test_it_is_read_anew_only_when_it_has_grown_old() -> None:
    clock = FakeClock()
    number = reading_of(counting(), clock)
    assert [number.get().value, number.get().value] == [0, 0]
    clock.advance(2)
    assert number.get().value == 1


def test_an_expired_reading_is_read_anew_at_once() -> None:
    number = reading_of(counting(), FakeClock())
    number.get()
    number.expire()
    assert number.get() == Reading(1)


def test_a_failure_keeps_the_last_value_and_says_why() -> None:
    results: Iterator[int | Exception] = iter(
        [7, DatabaseError("It is down.", "Start it."), KeyError("bug"), 8]
    )

    def read() -> int:
        result = next(results)
        if isinstance(result, Exception):
            raise result
        return result

    clock = FakeClock()
    number = reading_of(read, clock)
    told = []
    for _ in range(4):
        told.append(number.get())
        clock.advance(2)
    assert told == [
        Reading(7),
        Reading(7, "It is down."),
        Reading(7, "KeyError, see the log"),
        Reading(8),
    ]


def test_a_reading_that_hangs_is_waited_for_once_and_no_second_one_begins() -> None:
    release, begun = threading.Event(), []

    def read() -> int:
        begun.append(1)
        assert release.wait(10)
        return 5

    number = reading_of(read, FakeClock(), deadline=0.2)
    before = time.monotonic()
    told = [number.get() for _ in range(20)]
    took = time.monotonic() - before
    assert set(told) == {Reading(None, "no answer within 0.2 s")}
    assert took < 2
    assert len(begun) == 1

    release.set()
    while number.get().error:
        assert time.monotonic() - before < 10
    assert number.get() == Reading(5)


def test_all_who_ask_at_once_share_one_reading() -> None:
    gate = threading.Barrier(9)
    count = counting()

    def read() -> int:
        time.sleep(0.05)
        return count()

    number, told = reading_of(read, FakeClock()), list[Reading[int]]()

    def ask() -> None:
        gate.wait(5)
        told.append(number.get())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    gate.wait(5)
    for thread in threads:
        thread.join(10)
    assert told == [Reading(0)] * 8


@pytest.mark.parametrize("age", [1, 50])
def test_a_failed_reading_is_not_tried_again_at_once(age: int) -> None:
    tries = []

    def read() -> int:
        tries.append(1)
        raise DatabaseError("down")

    number = reading_of(read, FakeClock())
    for _ in range(age):
        number.get()
    assert len(tries) == 1
