"""Fakes of what is not part of this project: the clock and the site."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from nof1_tracker.errors import TrackerError
from nof1_tracker.records.payloads import FetchResult, Request


class FakeClock:
    """A clock whose time passes only by `advance` and `sleep`.

    Attributes:
        slept: Seconds of every sleep, in order.
    """

    def __init__(self, now: datetime = datetime(2025, 10, 28, 7, tzinfo=UTC)) -> None:
        self._now = now
        self._monotonic = 1000.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)

    async def pause(self, seconds: float) -> None:
        self.sleep(seconds)

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds


class FakeSource:
    """Yields the given results on every fetch, and raises those that are errors.

    Attributes:
        asked: The requests of every fetch, in order.
        closed: True once it has been closed.
    """

    def __init__(
        self, *results: FetchResult | TrackerError, transport: str = "http"
    ) -> None:
        self.results = list(results)
        self.asked: list[tuple[Request, ...]] = []
        self.closed = False
        self._transport = transport

    @property
    def transport(self) -> str:
        return self._transport

    def fetch(self, requests: Sequence[Request]) -> Iterator[FetchResult]:
        self.asked.append(tuple(requests))
        for result in self.results:
            if isinstance(result, TrackerError):
                raise result
            yield result

    def close(self) -> None:
        self.closed = True
