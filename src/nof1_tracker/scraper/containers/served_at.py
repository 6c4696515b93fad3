"""When an answer was served, as a file with answers tells it."""

from datetime import datetime

from nof1_tracker.clock import MOST_AHEAD, latest_believed
from nof1_tracker.scraper.fetch import parse_served_at


def served_at(
    date: str | None, age: str | None, received_at: datetime | None
) -> datetime | None:
    """HTTP's Date less Age, else when it was received; None where neither is known.

    A time is not believed that is a day ahead of our clock, and neither is a Date that
    is a day ahead of when the answer was received.
    """
    if received_at is not None and received_at > latest_believed():
        received_at = None
    stated = parse_served_at(date, age)
    latest = received_at + MOST_AHEAD if received_at else latest_believed()
    return stated if stated is not None and stated <= latest else received_at
