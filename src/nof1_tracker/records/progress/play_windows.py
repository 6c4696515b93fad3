"""Windows of a season that are played turn by turn. Times are game time."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class PlayableStretch:
    """A stretch [start, end] of a season that has enough prices to be played."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """The time that passes after a player has decided.

    Attributes:
        start: When the player decides.
        is_trade: True where a model traded at the start.
    """

    start: datetime
    end: datetime
    is_trade: bool

    @property
    def length(self) -> timedelta:
        """How much game time passes."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class PlayWindow:
    """A window with its turns, which follow each other without a gap."""

    start: datetime
    end: datetime
    turns: tuple[Turn, ...]
