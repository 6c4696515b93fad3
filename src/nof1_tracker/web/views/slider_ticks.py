"""Where on the time slider there were trades."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

PLACES: Final = 600
"""Places on the slider; trades at the same one share a tick."""


def tick_places(bounds: tuple[int, int], times: Iterable[datetime]) -> list[int]:
    """The places, from 0 to `PLACES`, at which there were trades.

    Args:
        bounds: Unix seconds at which the slider begins and ends.
    """
    first, last = bounds
    if last <= first:
        return []
    shares = ((time.timestamp() - first) / (last - first) for time in times)
    return sorted({round(share * PLACES) for share in shares if 0 <= share <= 1})
