"""Hours in which only urgent events are sent."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of day to another, by the local time of a time zone.

    On nights when the clocks change they are longer or shorter accordingly.

    Attributes:
        start, end: [start, end), over midnight if start > end; never if equal.
    """

    start: time = time()
    end: time = time()
    zone: tzinfo = UTC

    def holds(self, moment: datetime) -> bool:
        """True if the moment is within quiet hours."""
        wall = moment.astimezone(self.zone).time()
        if self.start <= self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"
