"""ModelChat is polled so often that its window never fills by more than half."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.monitor.chat_pace import MARGIN, WINDOW, chat_parts, shortest_poll


@pytest.mark.parametrize(
    ("minutes", "rate", "parts"),
    [
        (15, 2.8, 1),  # season 1: 100 conversations span 36 minutes
        (30, 2.8, 2),
        (60, 2.8, 4),
        (15, 3.4, 2),  # one competition of season 1.5
        (15, 13.5, 5),  # 32 accounts in one window
        (15, 0, 1),
    ],
)
def test_the_parts_follow_from_the_rate(
    minutes: float, rate: float, parts: int
) -> None:
    assert chat_parts(minutes * 60, [rate], 30) == parts


def test_the_fastest_window_decides() -> None:
    assert chat_parts(900, [0.5, 3.4, 1.0], 30) == 2


def test_nothing_observed_asks_for_nothing_more() -> None:
    assert chat_parts(900, [], 30) == 1


def test_the_rate_limit_bounds_the_pace() -> None:
    assert chat_parts(900, [1000], 30) == 15
    assert chat_parts(900, [1000], 6) == 7
    assert chat_parts(900, [1000], 1) == 1


@given(minutes=st.floats(0.1, 1440), rate=st.floats(0, 1e4), limit=st.integers(1, 1000))
def test_half_the_window_is_free_or_the_rate_limit_is_reached(
    minutes: float, rate: float, limit: float
) -> None:
    interval = minutes * 60
    step = interval / chat_parts(interval, [rate], limit)
    fills = rate * step / 60 <= WINDOW * MARGIN * 1.001
    parts_more = interval / (chat_parts(interval, [rate], limit) + 1)
    assert fills or parts_more < shortest_poll(limit)
    assert step >= min(interval, shortest_poll(limit)) - 1e-6
