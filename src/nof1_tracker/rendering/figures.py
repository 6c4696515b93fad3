"""Computed figures as people read them; an undefined figure is a dash."""

import math
from collections.abc import Callable
from datetime import date, datetime
from itertools import pairwise

import numpy as np

from nof1_tracker.analyzer.uncertainty.interval import Interval
from nof1_tracker.records.account_columns import FloatArray
from nof1_tracker.rendering.text import UNKNOWN, moment

BLOCKS = "▁▂▃▄▅▆▇█"
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LONGEST = 1e9
"""From here on, numbers are written in scientific notation, to fit a table."""
_LENGTHS = (
    (100.0, 1.0, "s"),
    (6_000.0, 60.0, "min"),
    (172_800.0, 3_600.0, "h"),
    (math.inf, 86_400.0, "d"),
)
Format = Callable[[float | None], str]


def money(amount: float | None) -> str:
    """USD to the cent."""
    return _number(amount, "z,.2f")


def signed_money(amount: float | None) -> str:
    """USD to the cent, with its sign."""
    return _number(amount, "+z,.2f")


def dollars(amount: float | None) -> str:
    """USD in whole dollars."""
    return _number(amount, "z,.0f")


def signed_dollars(amount: float | None) -> str:
    """USD in whole dollars, with its sign."""
    return _number(amount, "+z,.0f")


def fraction(value: float | None) -> str:
    """A fraction as a percentage."""
    return _percent(value, "z.1f")


def signed_fraction(value: float | None) -> str:
    """A fraction as a percentage, with its sign."""
    return _percent(value, "+z.1f")


def points(value: float | None) -> str:
    """The difference of two fractions in percentage points, with its sign."""
    return _percent(value, "+z.1f").replace("%", "pp")


def ratio(value: float | None) -> str:
    """A ratio with two decimals."""
    return _number(value, "z,.2f")


def signed_ratio(value: float | None) -> str:
    """A ratio with two decimals and its sign."""
    return _number(value, "+z,.2f")


def factor(value: float | None) -> str:
    """A leverage: 12.5x."""
    return UNKNOWN if value is None else f"{_number(value, 'z,.1f')}x"


def length(seconds: float | None) -> str:
    """A span of time in the largest unit that fits: 45 s, 12 min, 7.5 h, 3.1 d."""
    if seconds is None or not math.isfinite(seconds):
        return UNKNOWN
    for limit, unit, name in _LENGTHS:
        if abs(seconds) < limit:
            return (
                f"{_number(seconds / unit, 'z,.0f' if unit < 3600 else 'z,.1f')} {name}"
            )
    return UNKNOWN


def count(number: float | None) -> str:
    """A count."""
    return _number(number, "z,.0f")


def per_day(number: float | None) -> str:
    """A count per 24 hours."""
    return _number(number, "z,.1f")


def day(value: date | None) -> str:
    """A date, without its year."""
    return UNKNOWN if value is None else f"{value:%m-%d}"


def since_until(start: datetime | None, end: datetime | None) -> str:
    """Two times to the minute; a repeated date is left out of the second."""
    if start is None or end is None:
        return f"{moment(start)} to {moment(end)}"
    first, last = moment(start), moment(end)
    return f"{first} to {last[11:] if first[:10] == last[:10] else last}"


def interval_text(interval: Interval | None, form: Format) -> str:
    """The two ends of the interval, such as 1.2 to 3.4 %."""
    if interval is None:
        return UNKNOWN
    low, high = form(interval.low), form(interval.high)
    unit = high.rpartition(" ")[2]
    return f"{low.removesuffix(f' {unit}')} to {high}"


def _number(value: float | None, form: str) -> str:
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if abs(value) >= _LONGEST:
        return format(value, "+.1e" if "+" in form else ".1e")
    return format(value, form)


def _percent(value: float | None, form: str) -> str:
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if abs(value) >= 100:
        # Beyond ten thousand percent the digits carry no meaning.
        return f"{'<' if value < 0 else '>'} {'-' * (value < 0)}9,999 %"
    return f"{value * 100:{form}} %"


def sparkline(levels: FloatArray, width: int) -> str:
    """The levels, oldest first, as `width` blocks scaled from lowest to highest.

    Each block shows the last known level of its share of the points; a share without
    a known level (all NaN) is left blank. A flat curve is drawn in the middle.
    """
    edges = np.linspace(0, len(levels), min(width, len(levels)) + 1).astype(int)
    shares = [levels[start:end] for start, end in pairwise(edges)]
    known = [share[np.isfinite(share)] for share in shares]
    lasts = [float(share[-1]) if len(share) else math.nan for share in known]
    defined = [last for last in lasts if math.isfinite(last)]
    if not defined:
        return ""
    low, high = min(defined), max(defined)
    return "".join(_block(last, low, high) for last in lasts)


def _block(level: float, low: float, high: float) -> str:
    if not math.isfinite(level):
        return " "
    if not math.isfinite(high - low) or high - low <= 1e-9 * abs(high):
        return BLOCKS[3]
    return BLOCKS[round((level - low) / (high - low) * (len(BLOCKS) - 1))]


def bar(share: float | None, width: int) -> str:
    """A bar over that share of `width` characters, to an eighth of a character."""
    if share is None or not math.isfinite(share):
        return ""
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()
