"""How computed figures are written."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.analyzer.uncertainty.interval import Interval
from nof1_tracker.rendering import figures
from nof1_tracker.rendering.text import UNKNOWN

FORMATS = (
    figures.money,
    figures.signed_money,
    figures.dollars,
    figures.signed_dollars,
    figures.fraction,
    figures.signed_fraction,
    figures.points,
    figures.ratio,
    figures.signed_ratio,
    figures.length,
    figures.count,
    figures.per_day,
)


@pytest.mark.parametrize("write", FORMATS)
@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_a_dash(
    write: figures.Format, value: float | None
) -> None:
    assert write(value) == UNKNOWN


@pytest.mark.parametrize("write", FORMATS)
@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_no_number_is_wider_than_a_column(write: figures.Format, value: float) -> None:
    assert len(write(value)) <= 16


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (figures.money(1234.567), "1,234.57"),
        (figures.signed_money(-0.001), "+0.00"),
        (figures.signed_dollars(1234.5), "+1,234"),
        (figures.fraction(0.12345), "12.3 %"),
        (figures.signed_fraction(1.5), "+150.0 %"),
        (figures.fraction(123.0), "> 9,999 %"),
        (figures.points(0.015), "+1.5 pp"),
        (figures.factor(12.34), "12.3x"),
        (figures.length(45), "45 s"),
        (figures.length(-12), "-12 s"),
        (figures.length(3600), "60 min"),
        (figures.length(27_000), "7.5 h"),
        (figures.length(400_000), "4.6 d"),
        (figures.ratio(1e12), "1.0e+12"),
    ],
)
def test_figures_are_written_as_people_read_them(written: str, expected: str) -> None:
    assert written == expected


def test_an_interval_names_its_unit_once() -> None:
    interval = Interval(-0.1, 0.25, 0.95)

    assert (
        figures.interval_text(interval, figures.signed_fraction) == "-10.0 to +25.0 %"
    )
    assert figures.interval_text(interval, figures.ratio) == "-0.10 to 0.25"
    assert figures.interval_text(None, figures.ratio) == UNKNOWN


def test_a_sparkline_goes_from_the_lowest_to_the_highest() -> None:
    assert figures.sparkline(np.arange(8.0), 8) == "▁▂▃▄▅▆▇█"
    assert figures.sparkline(np.arange(80.0), 8) == "▁▂▃▄▅▆▇█"
    assert figures.sparkline(np.array([3.0, 1.0]), 8) == "█▁"


def test_a_sparkline_leaves_out_what_is_not_known_and_stays_calm_where_flat() -> None:
    gap = np.array([1.0, np.nan, np.nan, 2.0])

    assert figures.sparkline(gap, 4) == "▁  █"
    assert figures.sparkline(np.full(5, 10_000.0), 5) == "▄▄▄▄▄"
    assert figures.sparkline(np.full(5, np.nan), 5) == ""
    assert figures.sparkline(np.array([]), 5) == ""


@given(
    st.lists(st.floats(0, 1e300) | st.just(math.nan), max_size=60), st.integers(1, 40)
)
def test_a_sparkline_is_never_longer_than_it_may_be(
    levels: list[float], width: int
) -> None:
    assert len(figures.sparkline(np.array(levels), width)) <= width


def test_a_bar_is_its_share_of_the_width_to_an_eighth() -> None:
    assert figures.bar(0.5, 8) == "████"
    assert figures.bar(1 / 16, 8) == "▌"
    assert figures.bar(2.0, 4) == "████"
    assert figures.bar(0.0, 4) == ""
    assert figures.bar(None, 4) == ""
