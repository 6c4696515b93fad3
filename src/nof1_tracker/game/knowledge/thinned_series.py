"""Values over time, of which the last known of each quarter of an hour is shown. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

SLOT: Final = timedelta(minutes=15)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Point = tuple[datetime, Decimal]


class ThinnedSeries:
    """Values with the times at which each became known.

    Asked as of a moment, it knows nothing later: of a quarter of an hour that is not
    over, the last value that was known at the moment is shown.
    """

    def __init__(self, points: Iterable[Point]) -> None:
        """Takes points, the oldest first."""
        self._points = list(points)
        self._times = [at for at, _ in self._points]
        places = {_slot(at): place for place, at in enumerate(self._times)}
        self._last = list(places.values())
        self._thinned = [self._points[place] for place in self._last]

    def known_by(self, moment: datetime) -> Sequence[Point]:
        """The last value of each quarter of an hour, its end included, oldest first."""
        known = bisect_right(self._times, moment)
        whole = bisect_left(self._last, known)
        found = self._thinned[:whole]
        if known and (not whole or self._last[whole - 1] != known - 1):
            found.append(self._points[known - 1])
        return found


def _slot(at: datetime) -> int:
    return (_EPOCH - at) // SLOT
