"""How often ModelChat must be requested so that its window loses no rows."""

import math
from collections.abc import Iterable

WINDOW = 100
"""Conversations that the site serves at once, over all models or one competition."""
MARGIN = 0.5
"""Fraction of the window that may fill up between two polls, as one may fail."""
SHORTEST = 60.0
"""Least seconds between two polls."""
REQUESTS = 6
"""Most requests per poll: inception dates, all of ModelChat, four competitions."""
LIMIT_SHARE = 0.5
"""Largest fraction of the rate limit that ModelChat may use."""
LONGEST_SAFE_INTERVAL = 30.0
"""Minutes; season 1 filled the window in 36."""


def chat_parts(interval: float, rates: Iterable[float], rate_limit: float) -> int:
    """Number of parts to divide an interval into for ModelChat; 1 leaves it whole.

    Args:
        interval: Seconds.
        rates: Observed conversations per minute in each window.
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
    """Shortest time between two polls that the rate limit allows, in seconds."""
    return max(SHORTEST, 60 * REQUESTS / (LIMIT_SHARE * rate_limit))
