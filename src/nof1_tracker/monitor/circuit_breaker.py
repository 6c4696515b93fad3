"""A circuit breaker: when a kind that failed may be requested again."""

from dataclasses import dataclass

FIRST_RETRY = 60.0
"""Seconds until the first retry; doubled for each consecutive failure."""
FAILURES_TO_OPEN = 3


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

    def _pause(self) -> float:
        if not self.is_open:
            early = FIRST_RETRY * 2.0 ** (self.failures - 1)
            return min(early, self.interval)
        # 2 ** 30 intervals are enough, so that months of failures do not overflow.
        doublings = min(self.failures - FAILURES_TO_OPEN, 30)
        return min(self.interval * 2.0**doublings, self.longest)
