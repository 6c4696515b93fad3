"""Keeps within the weight that a service allows an address in a minute."""

from collections import deque

from nof1_tracker.clock import Clock

MOST_WEIGHT = 1_200
"""The weight that the exchange allows all requests of an address in a minute."""
REQUEST_WEIGHT = 20
_ROWS_PER_WEIGHT = 20
_MINUTE = 60.0


class WeightBudget:
    """What was spent within the last minute; waits until there is room for more."""

    def __init__(self, clock: Clock, most: int = MOST_WEIGHT) -> None:
        self._clock = clock
        self._most = most
        self._spent: deque[tuple[float, int]] = deque()

    def spend_request(self) -> None:
        """Waits until a request is allowed, and counts it."""
        while self._total() + REQUEST_WEIGHT > self._most:
            oldest, _ = self._spent[0]
            self._clock.sleep(max(0.0, oldest + _MINUTE - self._clock.monotonic()))
        self._spent.append((self._clock.monotonic(), REQUEST_WEIGHT))

    def count_rows(self, rows: int) -> None:
        """Counts what an answer with this many rows adds to its request."""
        self._spent.append((self._clock.monotonic(), rows // _ROWS_PER_WEIGHT))

    def _total(self) -> int:
        start = self._clock.monotonic() - _MINUTE
        while self._spent and self._spent[0][0] <= start:
            self._spent.popleft()
        return sum(weight for _, weight in self._spent)
