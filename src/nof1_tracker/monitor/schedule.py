"""When the next cycle is due: a grid of starts that no cycle's length can shift."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

MAX_JITTER = 20.0
"""Seconds by which a start is late at most, so that monitors do not ask in step."""
JITTER_SHARE = 0.05
_SAME = 1e-6
"""Seconds within which two instants are one."""

Jitter = Callable[[float], float]
"""A number from 0 up to the given one."""


def uniform(longest: float) -> float:
    """The jitter that is used: any, as likely as another."""
    return random.uniform(0, longest)  # noqa: S311  nothing here is a secret


@dataclass(frozen=True, slots=True)
class Tick:
    """A start of the grid. Times are seconds of the clock that never jumps.

    Attributes:
        due: Its place on the grid.
        at: When to begin: `due` and the jitter.
        step: From it to the next.
        is_whole: False for a start in between, for ModelChat alone.
    """

    due: float
    at: float
    step: float
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Schedule:
    """Starts every `interval` seconds from `origin` on, and in between if need be."""

    origin: float
    interval: float
    jitter: Jitter = uniform

    def first(self) -> Tick:
        """The start at the origin: at once, as what is old may be gone soon."""
        return Tick(self.origin, self.origin, self.interval)

    def after(self, now: float, parts: int = 1) -> Tick:
        """The next start that is not past.

        Args:
            parts: Into how many equal parts the interval is divided.
        """
        step = self.interval / parts
        place = math.floor((now - self.origin + _SAME) / step) + 1
        due = self.origin + place * step
        late = self.jitter(min(MAX_JITTER, JITTER_SHARE * step))
        return Tick(due, due + late, step, is_whole=place % parts == 0)


def missed_since(tick: Tick, now: float) -> int:
    """How many starts after that one have passed by now."""
    return max(0, math.floor((now - tick.due + _SAME) / tick.step))
