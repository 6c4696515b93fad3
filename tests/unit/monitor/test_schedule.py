"""Starts lie on a grid, whatever the cycles take."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.monitor.schedule import (
    MAX_JITTER,
    Schedule,
    Tick,
    missed_since,
    uniform,
)


def punctual(_longest: float) -> float:
    return 0.0


def latest(longest: float) -> float:
    return longest


def schedule(interval: float = 900, origin: float = 1000) -> Schedule:
    return Schedule(origin, interval, punctual)


def test_the_first_start_is_at_once() -> None:
    assert schedule().first().at == 1000


@pytest.mark.parametrize(
    ("now", "due"), [(1000, 1900), (1003.2, 1900), (1899.9, 1900), (1900, 2800)]
)
def test_the_length_of_a_cycle_does_not_shift_the_next_start(
    now: float, due: float
) -> None:
    assert schedule().after(now).due == due


def test_a_cycle_that_overruns_skips_the_starts_that_it_missed() -> None:
    first = schedule().first()
    assert missed_since(first, 1000 + 2.5 * 900) == 2
    assert schedule().after(1000 + 2.5 * 900).due == 1000 + 3 * 900


@pytest.mark.parametrize(("took", "missed"), [(0, 0), (899, 0), (900, 1), (1801, 2)])
def test_starts_are_missed_only_once_they_have_passed(took: float, missed: int) -> None:
    assert missed_since(Tick(1000, 1010, 900), 1000 + took) == missed


def test_parts_add_starts_in_between_and_move_no_whole_one() -> None:
    now, seen = 1000.0, []
    for _ in range(6):
        tick = schedule().after(now, parts=3)
        seen.append((tick.due, tick.is_whole))
        now = tick.at
    assert seen == [
        (1300, False),
        (1600, False),
        (1900, True),
        (2200, False),
        (2500, False),
        (2800, True),
    ]


def test_jitter_is_a_small_part_of_the_step_and_does_not_add_up() -> None:
    late = Schedule(1000, 900, latest)
    tick = late.after(1000)
    assert tick.at == 1900 + MAX_JITTER
    assert late.after(tick.at).due == 2800
    assert Schedule(0, 100, latest).after(0).at == 105


@given(st.floats(0.1, 1e5))
def test_the_jitter_used_stays_within_its_bound(longest: float) -> None:
    assert 0 <= uniform(longest) <= longest


@given(
    interval=st.floats(1, 86_400),
    parts=st.integers(1, 20),
    passed=st.floats(0, 1e7),
)
def test_the_next_start_is_always_ahead_and_at_most_a_step_away(
    interval: float, parts: int, passed: float
) -> None:
    now = 1000 + passed
    tick = Schedule(1000, interval, latest).after(now, parts)
    assert now - 1e-3 <= tick.due <= now + tick.step + 1e-3
    assert tick.at < tick.due + tick.step
