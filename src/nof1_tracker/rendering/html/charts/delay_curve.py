"""The equity of a copy by how late it was, as a small chart that no script draws."""

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal

from nof1_tracker.rendering.html.charts.model_charts import HEIGHT, WIDTH

_MARGIN = 4


def delay_lines(equities: Sequence[Decimal | None]) -> tuple[str, ...]:
    """Points of each unbroken stretch; delays stand at equal distances.

    Args:
        equities: USD, the shortest delay first; None where withheld.
    """
    known = [float(each) for each in equities if each is not None]
    if len(known) < 2:
        return ()
    low, high = min(known), max(known)
    return tuple(
        " ".join(f"{x:.1f},{_height(y, low, high):.1f}" for x, y in stretch)
        for stretch in _stretches(equities)
        if len(stretch) > 1
    )


def _stretches(
    equities: Sequence[Decimal | None],
) -> Iterator[list[tuple[float, Decimal]]]:
    stretch: list[tuple[float, Decimal]] = []
    for place, equity in enumerate(equities):
        if equity is None:
            yield stretch
            stretch = []
        else:
            stretch.append((place * WIDTH / (len(equities) - 1), equity))
    yield stretch


def _height(level: Decimal, low: float, high: float) -> float:
    """From the top of the box; in its middle where all levels are one."""
    if math.isclose(low, high):
        return HEIGHT / 2
    share = (float(level) - low) / (high - low)
    return HEIGHT - _MARGIN - share * (HEIGHT - 2 * _MARGIN)
