"""Days in a row."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

_DAY = timedelta(days=1)


def runs_of_days(days: Iterable[date]) -> Iterator[tuple[date, int]]:
    """Each day, oldest first, with how many days in a row end with it."""
    before: date | None = None
    length = 0
    for day in sorted(set(days)):
        length = length + 1 if before is not None and day - before == _DAY else 1
        yield day, length
        before = day


def longest_run(days: Iterable[date]) -> int:
    """The most days in a row; 0 without any."""
    return max((length for _, length in runs_of_days(days)), default=0)


def current_run(days: Iterable[date], today: date) -> int:
    """Days in a row up to today, or up to yesterday while today may still come."""
    lengths = dict(runs_of_days(days))
    return lengths.get(today) or lengths.get(today - _DAY, 0)
