"""How a model is to be copied, as a person writes it: 60s, 2bp, 0.5x."""

import re
from datetime import timedelta
from decimal import Decimal

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.asking.written_values import parse_age

_NUMBER = r"(\d{1,9}(?:\.\d{1,9})?)"
_SLIPPAGE = re.compile(rf"{_NUMBER}\s*(bps?|%)", re.ASCII)
_SIZE = re.compile(rf"{_NUMBER}\s*x?", re.ASCII)
_PARTS = {"b": Decimal("0.0001"), "%": Decimal("0.01")}
MOST_SLIPPAGE = Decimal("0.01")
"""More, as a fraction of the price, is not slippage but another market."""
_LONGEST = timedelta(days=1)
_MOST_SIZE = Decimal(100)


def parse_delay(text: str) -> timedelta:
    """The delay that a person gives, such as 0s, 60s or 15m.

    Raises:
        ConfigurationError: It is not a valid delay, or longer than a day.
    """
    if re.fullmatch(r"0+(?:\.0+)?\s*[a-z]*", text.strip().lower(), re.ASCII):
        return timedelta()
    try:
        delay = parse_age(text)
    except ConfigurationError:
        delay = timedelta.max
    if delay > _LONGEST:
        raise ConfigurationError(
            f"{text!r} is not a valid delay.", "Use 0s, 60s, 15m or 1h; at most a day."
        )
    return delay


def parse_slippage(text: str) -> Decimal:
    """The slippage that a person gives, such as 2bp or 0.05%, as a fraction.

    Raises:
        ConfigurationError: It is not a valid slippage, or more than 1 %.
    """
    found = _SLIPPAGE.fullmatch(text.strip().lower())
    slippage = Decimal(found[1]) * _PARTS[found[2][0]] if found else Decimal(1)
    if slippage > MOST_SLIPPAGE:
        raise ConfigurationError(
            f"{text!r} is not a valid slippage.",
            "Use 0bp, 2bp or 0.05%; at most 100bp.",
        )
    return slippage


def parse_size(text: str) -> Decimal:
    """The size that a person gives, such as 0.5x, as a multiple of the model's.

    Raises:
        ConfigurationError: It is not a valid size, or more than a hundredfold.
    """
    found = _SIZE.fullmatch(text.strip().lower())
    size = Decimal(found[1]) if found else Decimal()
    if not 0 < size <= _MOST_SIZE:
        raise ConfigurationError(
            f"{text!r} is not a valid size.",
            "Use 0.5x, 1x or 3x; above 0, at most 100x.",
        )
    return size
