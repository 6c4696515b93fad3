"""Where on the time slider there were trades, and where nothing was observed."""

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
    shares = _shares(bounds, times)
    return sorted({round(share * PLACES) for share in shares if 0 <= share <= 1})


def gap_places(
    bounds: tuple[int, int], gaps: Iterable[tuple[datetime, datetime]]
) -> list[tuple[int, int]]:
    """Where each gap begins, and how wide it is; one narrower than a place is left out.

    Args:
        bounds: As of `tick_places`.
    """
    ends = ([min(max(share, 0), 1) for share in _shares(bounds, gap)] for gap in gaps)
    places = ([round(share * PLACES) for share in shares] for shares in ends if shares)
    return [(first, last - first) for first, last in places if last > first]


def _shares(bounds: tuple[int, int], times: Iterable[datetime]) -> list[float]:
    """How far along the slider each is: 0 where it begins; none without a length."""
    first, last = bounds
    if last <= first:
        return []
    return [(time.timestamp() - first) / (last - first) for time in times]
