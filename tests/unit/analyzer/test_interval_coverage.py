"""Intervals hold the truth as often as they say: `make intervals` with fewer draws.

500 draws of an interval that holds 95 % give 93 to 97 % in 96 of 100 runs; the seeds
are fixed, and the bounds leave a little more room.
"""

import pytest
from scripts.intervals import simulated_coverage

LEGS = {each.name: each for each in simulated_coverage.LEGS}
WHOLE = (
    "normal",
    "Student's t, 4 degrees",
    "skewed (lognormal, 0.5)",
    "strongly skewed (lognormal, 0.8)",
)


@pytest.mark.parametrize("name", WHOLE)
def test_of_mean_trades(name: str) -> None:
    assert simulated_coverage.share_of_legs(LEGS[name], 10, 500) >= 0.9
    assert 0.92 <= simulated_coverage.share_of_legs(LEGS[name], 20, 500) <= 0.98


def test_of_trades_that_come_in_bursts() -> None:
    kind = LEGS["normal, in bursts of 2"]

    assert simulated_coverage.share_of_legs(kind, 20, 500) >= 0.92


@pytest.mark.parametrize("name", ["normal", "calm and wild hours in turns"])
def test_of_returns(name: str) -> None:
    found = simulated_coverage.shares_of_returns(
        simulated_coverage.RETURN_KINDS[name], 240, 300
    )

    assert min(found) >= 0.91


def test_of_autocorrelated_returns() -> None:
    draw = simulated_coverage.RETURN_KINDS["autocorrelated, 0.5"]

    assert min(simulated_coverage.shares_of_returns(draw, 240, 300)) >= 0.91


def test_equal_accounts_are_called_as_often_as_chance_has_it() -> None:
    assert simulated_coverage.called_of_equals((3, 30), 50) == 0
    assert simulated_coverage.called_of_equals((10, 30), 500) <= 0.13
