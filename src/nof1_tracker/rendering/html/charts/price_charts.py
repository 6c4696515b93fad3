"""The prices of each symbol, as the page's script draws them under the trades."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from nof1_tracker.records.account_columns import FloatArray
from nof1_tracker.records.reading.prices_and_chats import PriceCourse
from nof1_tracker.rendering.html.cells import shorten

MOST_POINTS = 1_500
"""Prices of a symbol; a wide screen has few more columns of pixels."""
_DIGITS = 6
"""Significant ones."""

Json = dict[str, Any]


def price_charts(prices: Mapping[str, PriceCourse]) -> Json:
    """By symbol: times (Unix seconds), prices, and those of candles where they are known."""
    return {shorten(symbol): _course(each) for symbol, each in prices.items()}


def _course(course: PriceCourse) -> Json:
    size = len(course.prices)
    groups = np.arange(0, size, max(-(-size // MOST_POINTS), 1))
    ends = np.append(groups[1:], size) - 1
    times = course.times[ends].astype("datetime64[s]").astype(np.int64)
    drawn: Json = {"t": times.tolist(), "p": _short(course.prices[ends])}
    if course.opens is None or course.highs is None or course.lows is None:
        return drawn
    return drawn | {
        "o": _short(course.opens[groups]),
        "h": _short(np.maximum.reduceat(course.highs, groups)),
        "l": _short(np.minimum.reduceat(course.lows, groups)),
    }


def _short(values: FloatArray) -> list[float]:
    return [float(f"{each:.{_DIGITS}g}") for each in values.tolist()]
