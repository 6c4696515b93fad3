"""How often ModelChat has to be asked for, so that its window loses no rows."""

import math
from collections.abc import Iterable

WINDOW = 100
"""Conversations that the site serves at once, over all models or of one competition."""
MARGIN = 0.5
"""Share of the window that may fill up between two polls: one of them may fail."""
SHORTEST = 60.0
"""Seconds between two polls at least."""
REQUESTS = 6
"""Of one poll at most: inception dates, all of ModelChat, and four competitions."""
LIMIT_SHARE = 0.5
"""Of the rate limit, at most, that goes into ModelChat."""
LONGEST_SAFE_INTERVAL = 30.0
"""Minutes. Season 1 filled the window in 36."""


def chat_parts(interval: float, rates: Iterable[float], rate_limit: float) -> int:
    """Into how many parts an interval is to be divided for ModelChat; 1 is enough.

    Args:
        interval: Seconds.
        rates: Conversations per minute in each window, as observed.
        rate_limit: Requests per minute that the monitor may cause.
    """
    fastest = max(rates, default=0.0)
    if fastest <= 0:
        return 1
    wanted = max(60 * WINDOW * MARGIN / fastest, shortest_poll(rate_limit))
    parts = math.ceil(interval / wanted - 1e-9)
    most = math.floor(interval / shortest_poll(rate_limit))
    return max(1, min(parts, most))


def shortest_poll(rate_limit: float) -> float:
    """Seconds between two polls that the rate limit leaves room for."""
    return max(SHORTEST, 60 * REQUESTS / (LIMIT_SHARE * rate_limit))
