"""Hours in which only what is urgent is told."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of the day to another, by the clocks on the wall of a time zone.

    On the nights when those are changed they are as much longer or shorter.

    Attributes:
        start, end: [start, end), over midnight where start > end; equal: never.
    """

    start: time = time()
    end: time = time()
    zone: tzinfo = UTC

    def holds(self, moment: datetime) -> bool:
        """True where that moment is in them."""
        wall = moment.astimezone(self.zone).time()
        if self.start <= self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"
