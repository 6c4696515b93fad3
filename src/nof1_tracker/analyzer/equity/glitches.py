"""Equities of about zero that cannot be true: the source failed for a moment.

An account that is worth nothing does not recover without a trade. So a short run of
equities near zero, between healthy ones and without a leg that closed in between, is
suspected to be a glitch. Where a leg closed, where equity stays near zero, and at the
end of what was observed, zero may be true and stands.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

NEAR_ZERO = 0.01
"""An equity of at most this fraction of the initial equity is near zero."""
HEALTHY = 0.1
"""An equity of at least this fraction of the initial equity is healthy."""
SHORTER_THAN = timedelta(hours=1)
"""From the first to the last observation of a glitch."""


def suspected_glitches(
    times: Sequence[datetime],
    equities: Sequence[float],
    closings: Iterable[datetime],
    *,
    initial_equity: float,
) -> list[int]:
    """Indices of the observations that are suspected to be glitches.

    Args:
        times: When one account was observed, in order, no two at once.
        equities: USD.
        closings: When legs of the account closed, in any order.
        initial_equity: USD.
    """
    closed = sorted(closings)
    found: list[int] = []
    for first, end in _runs(equities, NEAR_ZERO * initial_equity):
        if not first or end == len(equities):
            continue
        before, after = first - 1, end
        is_short = times[end - 1] - times[first] < SHORTER_THAN
        neighbours = min(equities[before], equities[after])
        is_healthy = neighbours >= HEALTHY * initial_equity
        trades = bisect_right(closed, times[after]) - bisect_right(
            closed, times[before]
        )
        if is_short and is_healthy and not trades:
            found += range(first, end)
    return found


def _runs(equities: Sequence[float], limit: float) -> Iterable[tuple[int, int]]:
    """Start and end (exclusive) of each run of equities up to the limit."""
    first = None
    for index, equity in enumerate(equities):
        if equity <= limit and first is None:
            first = index
        elif equity > limit and first is not None:
            yield first, index
            first = None
    if first is not None:
        yield first, len(equities)
