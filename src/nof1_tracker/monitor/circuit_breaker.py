"""When what failed may be requested again: a kind after failures, an endpoint that asks.

A Retry-After concerns the endpoint that sent it. If it held everything, one endpoint
that asks for a day would cost a day of ModelChat, which is gone after half an hour.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from nof1_tracker.clock import Clock
from nof1_tracker.errors import SourceBusyError
from nof1_tracker.records.changes import Hold
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.payloads import (
    FetchFailure,
    FetchResult,
    NotModified,
    PayloadSource,
    RawPayload,
    Request,
)

log = logging.getLogger("nof1_tracker.monitor")

FIRST_RETRY = 60.0
"""Seconds until the first retry; doubled for each consecutive failure."""
FAILURES_TO_OPEN = 3
LONGEST_WISH = 86_400.0
"""Longest Retry-After that is obeyed, in seconds; a longer one counts as a mistake."""
LONGEST_WISH_OF_CHAT = 900.0
"""The same for ModelChat: less than half of the 36 minutes that its window spans."""


@dataclass(slots=True)
class CircuitBreaker:
    """Failures in a row of one kind, and when it is due again because of them.

    The first failures are retried sooner than the schedule asks, because what is not
    fetched may disappear. From the third on the breaker is open: the kind is left
    alone for ever longer pauses, and the first attempt after a pause decides.

    Attributes:
        interval: Seconds between two starts of the schedule.
        longest: Longest pause in seconds.
    """

    interval: float
    longest: float
    failures: int = 0
    retry_at: float | None = None
    """When to try again whatever the schedule says; None to follow the schedule."""

    @property
    def is_open(self) -> bool:
        """True if the kind is left alone until `retry_at`."""
        return self.failures >= FAILURES_TO_OPEN

    def permits(self, now: float) -> bool:
        """True if the kind may be tried at all."""
        return not self.is_open or self.retry_at is None or now >= self.retry_at

    def is_due(self, now: float) -> bool:
        """True if a failed kind is due to be tried again."""
        return self.retry_at is not None and now >= self.retry_at

    def note_success(self) -> None:
        self.failures = 0
        self.retry_at = None

    def note_failure(self, now: float) -> None:
        """Counts a failure: the source did not serve the kind."""
        self.failures += 1
        self.retry_at = now + self._pause()

    def retry_soon(self, now: float) -> None:
        """Schedules a retry, uncounted: the failure was not the source's fault."""
        self.retry_at = now + min(FIRST_RETRY, self.interval)

    def wait_until(self, at: float) -> None:
        """Schedules a retry, uncounted, for the end of a pause that was asked for."""
        self.retry_at = at

    def _pause(self) -> float:
        if not self.is_open:
            early = FIRST_RETRY * 2.0 ** (self.failures - 1)
            return min(early, self.interval)
        # 2 ** 30 intervals are enough, so that months of failures do not overflow.
        doublings = min(self.failures - FAILURES_TO_OPEN, 30)
        return min(self.interval * 2.0**doublings, self.longest)


class Pauses:
    """The pauses that the site asked for (Retry-After), endpoint by endpoint."""

    def __init__(
        self, clock: Clock, progress: Callable[[], None] = lambda: None
    ) -> None:
        """Args: progress: Called after each result of a source."""
        self._clock = clock
        self.progress = progress
        self._until: dict[Endpoint, float] = {}
        self._holds: dict[Endpoint, Hold] = {}

    def end_of(self, endpoint: Endpoint) -> float | None:
        """When it may be asked again, on the monotonic clock; None if it may now."""
        until = self._until.get(endpoint)
        return until if until is not None and until > self._clock.monotonic() else None

    def holds(self) -> tuple[Hold, ...]:
        """The endpoints that have asked for a pause and not answered otherwise since."""
        return tuple(self._holds.values())

    def around(self, source: PayloadSource) -> PayloadSource:
        """The source, which leaves alone what asked for a pause."""
        return _PausedSource(source, self)

    def refusal(self, endpoint: Endpoint) -> SourceBusyError | None:
        """Why the endpoint is not asked; None if it may be."""
        until = self.end_of(endpoint)
        if until is None:
            return None
        at = self._clock.now() + timedelta(seconds=until - self._clock.monotonic())
        return SourceBusyError(
            f"The site asked for a pause: left alone until {at:%Y-%m-%d %H:%M:%S} UTC."
        )

    def note(self, result: FetchResult) -> None:
        """Keeps the pause that a failure asks for, within bounds."""
        if not isinstance(result, FetchFailure):
            self._end_hold(result)
            return
        error, endpoint = result.error, result.request.endpoint
        wish = error.retry_after if isinstance(error, SourceBusyError) else None
        if not wish:
            self._holds.pop(endpoint, None)
            return
        is_chat = endpoint is Endpoint.CONVERSATIONS
        pause = min(wish, LONGEST_WISH_OF_CHAT if is_chat else LONGEST_WISH)
        self._until[endpoint] = self._clock.monotonic() + pause
        self._hold(endpoint, timedelta(seconds=wish), timedelta(seconds=pause))
        self._tell(endpoint, wish, pause)

    def _hold(self, endpoint: Endpoint, wish: timedelta, pause: timedelta) -> None:
        now = self._clock.now()
        before = self._holds.get(endpoint)
        since = now if before is None else before.since
        self._holds[endpoint] = Hold(endpoint.value, since, now + pause, wish)

    def _end_hold(self, answer: RawPayload | NotModified) -> None:
        named = answer.endpoint if isinstance(answer, RawPayload) else None
        request = answer.request if isinstance(answer, NotModified) else None
        endpoint = request.endpoint if request else named
        if endpoint is not None:
            self._holds.pop(endpoint, None)

    def _tell(self, endpoint: Endpoint, wish: float, pause: float) -> None:
        log.warning(
            "%s asks for a pause of %.0f s: it is left alone until %s UTC%s.",
            endpoint,
            wish,
            f"{self._clock.now() + timedelta(seconds=pause):%Y-%m-%d %H:%M:%S}",
            ", as more would lose rows" if pause < wish else "",
            extra={
                "fields": {
                    "event": "retry_after",
                    "endpoint": endpoint,
                    "seconds": wish,
                    "pause": pause,
                }
            },
        )


@dataclass(frozen=True, slots=True)
class _PausedSource:
    source: PayloadSource
    pauses: Pauses

    @property
    def transport(self) -> str:
        return self.source.transport

    def fetch(self, requests: Sequence[Request]) -> Iterator[FetchResult]:
        asked: list[Request] = []
        for request in requests:
            refusal = self.pauses.refusal(request.endpoint)
            if refusal is None:
                asked.append(request)
            else:
                yield FetchFailure(request, refusal)
        for result in self.source.fetch(asked):
            self.pauses.note(result)
            self.pauses.progress()
            yield result

    def close(self) -> None:
        self.source.close()
