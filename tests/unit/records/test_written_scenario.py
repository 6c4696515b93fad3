"""How a copy is asked for: spans, basis points, factors."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.asking.written_scenario import (
    parse_delay,
    parse_size,
    parse_slippage,
)


@pytest.mark.parametrize(
    ("text", "seconds"), [("0s", 0), ("0", 0), ("60s", 60), ("1.5m", 90), ("1h", 3600)]
)
def test_a_delay_is_a_span_or_none(text: str, seconds: float) -> None:
    assert parse_delay(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "fraction"), [("0bp", "0"), ("2bp", "0.0002"), ("0.05 %", "0.0005")]
)
def test_slippage_is_in_basis_points_or_percent(text: str, fraction: str) -> None:
    assert parse_slippage(text) == Decimal(fraction)


@pytest.mark.parametrize(("text", "factor"), [("0.5x", "0.5"), ("3", "3")])
def test_a_size_is_a_factor(text: str, factor: str) -> None:
    assert parse_size(text) == Decimal(factor)


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_delay, "25h"),
        (parse_delay, "soon"),
        (parse_slippage, "2"),
        (parse_slippage, "101bp"),
        (parse_size, "0x"),
        (parse_size, "101x"),
        (parse_size, "nanx"),
    ],
)
def test_what_cannot_be_is_refused_with_a_remedy(
    parse: Callable[[str], object], text: str
) -> None:
    with pytest.raises(ConfigurationError, match="not a valid") as caught:
        parse(text)
    assert caught.value.remedy
