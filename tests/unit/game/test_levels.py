"""Levels: every number of the design, and what holds between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.game.progress.levels import (
    HIGHEST_LEVEL,
    LevelReached,
    is_designed,
    level_at,
    step_to,
    total_to,
)


def test_each_step_is_as_designed() -> None:
    steps = [step_to(level) for level in range(1, 27)]
    assert steps[:6] == [0, 100, 150, 200, 300, 400]
    assert steps[6:10] == [500, 600, 700, 800]
    assert steps[10:15] == [900, 1_000, 1_100, 1_200, 1_300]
    assert steps[15:20] == [1_400, 1_500, 1_600, 1_700, 1_800]
    assert steps[20:26] == [1_900, 2_000, 2_100, 2_200, 2_500, 2_500]
    assert {step_to(level) for level in range(25, 101)} == {2_500}


@pytest.mark.parametrize(
    ("level", "xp"),
    [(5, 750), (10, 3_750), (15, 9_250), (20, 17_250), (25, 27_950), (100, 215_450)],
)
def test_the_sums_are_as_designed(level: int, xp: int) -> None:
    assert total_to(level) == xp
    assert level_at(xp).level == level
    assert level_at(xp - 1).level == level - 1


def test_the_ends_of_each_five_levels_are_of_the_design_and_the_rest_is_ours() -> None:
    of_the_design = [level for level in range(1, 101) if is_designed(level)]
    assert of_the_design == [2, 5, 6, 10, 11, 15, 16, 20, 21, 25]
    ends = {level: step_to(level) for level in of_the_design}
    assert ends == {
        2: 100, 5: 300, 6: 400, 10: 800, 11: 900, 15: 1_300,
        16: 1_400, 20: 1_800, 21: 1_900, 25: 2_500,
    }  # fmt: skip


def test_a_player_starts_at_level_1_and_ends_at_100() -> None:
    assert level_at(0) == LevelReached(level=1, into=0, step=100)
    assert level_at(260) == LevelReached(level=3, into=10, step=200)
    assert level_at(1_000_000) == LevelReached(level=100, into=784_550, step=None)


@pytest.mark.parametrize("level", [0, 101])
def test_there_is_no_level_beyond_the_last(level: int) -> None:
    with pytest.raises(ValueError, match=f"no level {level}"):
        total_to(level)


def test_negative_xp_is_refused() -> None:
    with pytest.raises(ValueError, match="never negative"):
        level_at(-1)


@given(st.integers(0, 300_000), st.integers(0, 5_000))
def test_more_xp_never_lowers_a_level(xp: int, more: int) -> None:
    assert level_at(xp).level <= level_at(xp + more).level <= HIGHEST_LEVEL


@given(st.integers(0, 215_449))
def test_what_is_earned_lies_within_the_step(xp: int) -> None:
    reached = level_at(xp)
    assert reached.step == step_to(reached.level + 1)
    assert 0 <= reached.into < (reached.step or 0)
    assert total_to(reached.level) + reached.into == xp
