"""When the next cycle is due: a fixed grid of starts that long cycles do not shift."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

MAX_JITTER = 20.0
"""Most seconds by which a start is delayed, so that monitors do not ask in step."""
JITTER_SHARE = 0.05
_SAME = 1e-6
"""Seconds within which two instants count as the same."""

Jitter = Callable[[float], float]
"""Returns a number from 0 to the given one."""


def uniform(longest: float) -> float:
    """The default jitter, uniformly distributed."""
    return random.uniform(0, longest)  # noqa: S311  nothing here is a secret


@dataclass(frozen=True, slots=True)
class Tick:
    """A start on the grid. Times are seconds of the monotonic clock.

    Attributes:
        due: Its place on the grid.
        at: When to begin: `due` plus the jitter.
        step: Seconds from this start to the next.
        is_whole: False for a start in between, for ModelChat alone.
    """

    due: float
    at: float
    step: float
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Schedule:
    """Starts every `interval` seconds from `origin`, and in between if necessary."""

    origin: float
    interval: float
    jitter: Jitter = uniform

    def first(self) -> Tick:
        """The start at the origin: at once, because old rows may disappear soon."""
        return Tick(self.origin, self.origin, self.interval)

    def after(self, now: float, parts: int = 1) -> Tick:
        """The next start that is not in the past.

        Args:
            parts: Number of equal parts into which the interval is divided.
        """
        step = self.interval / parts
        place = math.floor((now - self.origin + _SAME) / step) + 1
        due = self.origin + place * step
        late = self.jitter(min(MAX_JITTER, JITTER_SHARE * step))
        return Tick(due, due + late, step, is_whole=place % parts == 0)


def missed_since(tick: Tick, now: float) -> int:
    """Number of starts after that one that have passed by now."""
    return max(0, math.floor((now - tick.due + _SAME) / tick.step))
