"""Monitors that are killed leave whole transactions, and another goes on."""

import pytest

from tests.faults.kills import kill_leaders, kill_often

pytestmark = pytest.mark.faults


def test_kills_at_random_moments_leave_no_half_and_the_next_cycle_catches_up(
    migrated_url: str,
) -> None:
    figures = kill_often(migrated_url, kills=5, seed=11)
    assert figures.halves == []
    assert figures.missing == []
    assert figures.caught_up == 2
    assert figures.within >= 1


def test_the_other_takes_over_each_time_the_leader_is_killed(migrated_url: str) -> None:
    figures = kill_leaders(migrated_url, kills=2)
    assert figures.missing == []
    assert figures.overlaps == 0
    assert max(figures.seconds) < 20
