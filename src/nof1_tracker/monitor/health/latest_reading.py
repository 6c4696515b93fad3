"""Reads something slow without ever making the caller wait for long."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from nof1_tracker.clock import Clock
from nof1_tracker.errors import TrackerError

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """The result of the last reading.

    Attributes:
        value: The last value read successfully; None before the first.
        error: Why nothing newer is known, in words for people; None if `value` is
            new.
    """

    value: T | None = None
    error: str | None = None


class LatestReading(Generic[T]):
    """Reads in a thread of its own, once at a time and at most once per `max_age`.

    A reading that hangs blocks only one daemon thread: callers get the last reading.

    Args:
        max_age: Seconds for which a reading, or its failure, counts as new.
        deadline: Seconds that a reading may take before it counts as failed.
    """

    def __init__(
        self,
        name: str,
        read: Callable[[], T],
        clock: Clock,
        *,
        max_age: float = 2,
        deadline: float = 3,
    ) -> None:
        self._name = name
        self._read = read
        self._clock = clock
        self._max_age = max_age
        self._deadline = deadline
        self._lock = threading.Lock()
        self._last: Reading[T] = Reading()
        self._read_at: float | None = None
        self._attempt: _Attempt | None = None

    def get(self) -> Reading[T]:
        """The newest reading, after at most `deadline` seconds. Never raises."""
        with self._lock:
            if self._is_new():
                return self._last
            attempt = self._attempt or self._begin()
        in_time = attempt.done.wait(attempt.until - time.monotonic())
        with self._lock:
            if in_time:
                return self._last
            return replace(self._last, error=f"no answer within {self._deadline:g} s")

    def expire(self) -> None:
        """Makes the next `get` read again."""
        with self._lock:
            self._read_at = None

    def _is_new(self) -> bool:
        if self._read_at is None:
            return False
        return self._clock.monotonic() - self._read_at < self._max_age

    def _begin(self) -> "_Attempt":
        attempt = _Attempt(threading.Event(), time.monotonic() + self._deadline)
        self._attempt = attempt
        try:
            threading.Thread(
                target=self._run,
                args=(attempt,),
                name=f"read {self._name}",
                daemon=True,
            ).start()
        except RuntimeError:  # no thread can be started now; the next caller may do so
            self._attempt = None
        return attempt

    def _run(self, attempt: "_Attempt") -> None:
        result = self._outcome()
        with self._lock:
            self._last = result
            self._read_at = self._clock.monotonic()
            self._attempt = None
        attempt.done.set()

    def _outcome(self) -> Reading[T]:
        try:
            return Reading(self._read())
        except TrackerError as error:
            return replace(self._last, error=error.message)
        except Exception as error:  # the caller must get an answer all the same
            log.exception("%s cannot be read", self._name)
            return replace(self._last, error=f"{type(error).__name__}, see the log")


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A reading in progress; `until` is a time of time.monotonic."""

    done: threading.Event
    until: float
