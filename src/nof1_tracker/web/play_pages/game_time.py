"""Game time as players read it: under its dates, or by what has passed in a blind game."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from nof1_tracker.rendering.text import moment

_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class GameTime:
    """How a game writes its times.

    Attributes:
        starts_at: When its window starts; None where nobody may know.
    """

    starts_at: datetime | None

    def written(self, elapsed: timedelta) -> str:
        """A time of the window: 2025-10-28 14:30, or day 2, 14:30 where it is blind."""
        if self.starts_at is not None:
            return moment(self.starts_at + elapsed)
        day, within = divmod(elapsed, _DAY)
        hours, minutes = divmod(within, _HOUR)
        return f"day {day + 1}, {hours:02}:{minutes // _MINUTE:02}"

    @property
    def zero(self) -> int | None:
        """Unix seconds of the window's start; None where nobody may know."""
        return None if self.starts_at is None else int(self.starts_at.timestamp())


def length(duration: timedelta) -> str:
    """How long something lasts, in its two largest units: 2 d 4 h, 3 h 15 min."""
    days, rest = divmod(duration, _DAY)
    hours, rest = divmod(rest, _HOUR)
    minutes = rest // _MINUTE
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    told = [f"{number} {unit}" for number, unit in parts if number][:2]
    return " ".join(told) or "0 min"
