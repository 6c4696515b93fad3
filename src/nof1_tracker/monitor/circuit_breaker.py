"""Whether a kind that failed may be asked for again, across cycles."""

from dataclasses import dataclass

FIRST_RETRY = 60.0
"""Seconds after the first failure; doubled for each one in a row."""
FAILURES_TO_OPEN = 3


@dataclass(slots=True)
class CircuitBreaker:
    """Failures in a row of one kind, and when it is due again because of them.

    The first ones are retried sooner than the schedule asks, since what is not
    fetched may be gone. From the third on the breaker is open: the kind is left
    alone for ever longer pauses, and the first try after a pause decides.

    Attributes:
        interval: Seconds between two starts of the schedule.
        longest: Seconds of the longest pause.
    """

    interval: float
    longest: float
    failures: int = 0
    retry_at: float | None = None
    """When to try again whatever the schedule says; None: as it says."""

    @property
    def is_open(self) -> bool:
        """Whether the kind is left alone until `retry_at`."""
        return self.failures >= FAILURES_TO_OPEN

    def permits(self, now: float) -> bool:
        """Whether the kind may be tried at all."""
        return not self.is_open or self.retry_at is None or now >= self.retry_at

    def is_due(self, now: float) -> bool:
        """Whether a failed kind is to be tried again."""
        return self.retry_at is not None and now >= self.retry_at

    def note_success(self) -> None:
        self.failures = 0
        self.retry_at = None

    def note_failure(self, now: float) -> None:
        """The source did not serve the kind."""
        self.failures += 1
        self.retry_at = now + self._pause()

    def retry_soon(self, now: float) -> None:
        """It failed for a reason that is not the source's: that does not count."""
        self.retry_at = now + min(FIRST_RETRY, self.interval)

    def _pause(self) -> float:
        if not self.is_open:
            early = FIRST_RETRY * 2.0 ** (self.failures - 1)
            return min(early, self.interval)
        # 2 ** 30 intervals are enough, and months of failures overflow nothing.
        doublings = min(self.failures - FAILURES_TO_OPEN, 30)
        return min(self.interval * 2.0**doublings, self.longest)
