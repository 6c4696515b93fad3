"""Lines that the server draws, so that nobody needs a script to see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from nof1_tracker.records.play.session.shown_game import Curve

MARGIN = 2
"""Pixels that a line keeps from the top and the bottom of its box."""
MOST_POINTS = 240
"""A line has no more: a box has hardly more columns of pixels."""


@dataclass(frozen=True, slots=True)
class Box:
    """From times and values to pixels.

    Attributes:
        begins, ends: Times at its left and right edge.
        low, high: Values at its bottom and top.
    """

    width: int
    height: int
    begins: timedelta
    ends: timedelta
    low: Decimal
    high: Decimal

    def points(self, curve: Curve) -> str:
        """The curve as the points of a polyline."""
        return " ".join(f"{self.x(at):.1f},{self.y(value):.1f}" for at, value in curve)

    def x(self, at: timedelta) -> float:
        """Pixels from the left."""
        length = self.ends - self.begins
        return self.width * ((at - self.begins) / length) if length else 0.0

    def y(self, value: Decimal) -> float:
        """Pixels from the top; in the middle where all values are one."""
        if self.high <= self.low:
            return self.height / 2
        share = float((value - self.low) / (self.high - self.low))
        return self.height - MARGIN - share * (self.height - 2 * MARGIN)


def box_around(
    curves: Sequence[Curve], width: int, height: int, ends: timedelta | None = None
) -> Box | None:
    """The box that holds all of these; None where they have no point.

    Args:
        ends: Where it ends, if later than the last point.
    """
    times = [at for curve in curves for at, _ in curve]
    values = [value for curve in curves for _, value in curve]
    if not times:
        return None
    last = max(times) if ends is None else max(*times, ends)
    return Box(width, height, min(times), last, min(values), max(values))


def thinned(curve: Curve, most: int = MOST_POINTS) -> Curve:
    """The curve with so many points at most; the last one is kept."""
    if len(curve) <= most:
        return curve
    step = -(-len(curve) // most)
    return (*curve[:-1:step], curve[-1])


def value_at(curve: Curve, elapsed: timedelta) -> Decimal | None:
    """The last value that was known by then; None where there is none."""
    known = [value for at, value in curve if at <= elapsed]
    return known[-1] if known else None
