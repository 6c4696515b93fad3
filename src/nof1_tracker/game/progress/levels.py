"""Levels, and the XP that each takes.

The first and last step of each five levels and the sums at 5, 10, 15, 20 and 25 are
those of the game's first design; the steps between them, and all beyond 25, are ours.
"""

from dataclasses import dataclass
from itertools import accumulate
from typing import Final

HIGHEST_LEVEL: Final = 100
_TO_2_TO_5: Final = (100, 150, 200, 300)
_TO_6_TO_24: Final = tuple(range(400, 2_300, 100))
_BEYOND: Final = 2_500
_STEPS: Final = (0, *_TO_2_TO_5, *_TO_6_TO_24) + (_BEYOND,) * (HIGHEST_LEVEL - 24)
_TOTALS: Final = tuple(accumulate(_STEPS))
_DESIGNED: Final = frozenset({2, 5, 6, 10, 11, 15, 16, 20, 21, 25})


@dataclass(frozen=True, slots=True)
class LevelReached:
    """How far a player is.

    Attributes:
        level: 1..100.
        into: XP earned since that level was reached.
        step: XP from that level to the next; None at the highest.
    """

    level: int
    into: int
    step: int | None


def step_to(level: int) -> int:
    """XP from the level before to this one; 0 for the first.

    Raises:
        ValueError: There is no such level.
    """
    return _STEPS[_place(level)]


def total_to(level: int) -> int:
    """XP in total at which the level is reached.

    Raises:
        ValueError: There is no such level.
    """
    return _TOTALS[_place(level)]


def is_designed(level: int) -> bool:
    """True where the first design states the step; False where it is ours."""
    return level in _DESIGNED


def level_at(xp: int) -> LevelReached:
    """The level that a player with this XP has.

    Raises:
        ValueError: The XP is negative.
    """
    if xp < 0:
        raise ValueError(f"XP is never negative: {xp}")
    level = sum(total <= xp for total in _TOTALS)
    step = _STEPS[level] if level < HIGHEST_LEVEL else None
    return LevelReached(level, xp - _TOTALS[level - 1], step)


def _place(level: int) -> int:
    if not 1 <= level <= HIGHEST_LEVEL:
        raise ValueError(f"there is no level {level}: they go from 1 to 100")
    return level - 1
