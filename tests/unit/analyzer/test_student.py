"""Student's distribution, against scipy and by hand."""

import math
from typing import Any

import pytest

from nof1_tracker.analyzer.uncertainty.interval import (
    student_probability,
    student_score,
)


@pytest.fixture(scope="module")
def stats() -> Any:
    return pytest.importorskip("scipy.stats")


@pytest.mark.parametrize("degrees", [1.5, 4, 9.3, 19, 57, 400, 1e5])
@pytest.mark.parametrize("score", [-30, -4, -1.96, -0.1, 0, 0.5, 2.776, 8, 1e6])
def test_probabilities_are_those_of_scipy(
    stats: Any, degrees: float, score: float
) -> None:
    found = student_probability(score, degrees)

    assert found == pytest.approx(float(stats.t.cdf(score, degrees)), abs=1e-9)


@pytest.mark.parametrize("degrees", [4, 9.3, 100])
@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_scores_are_those_of_scipy(stats: Any, degrees: float, level: float) -> None:
    expected = float(stats.t.ppf((1 + level) / 2, degrees))

    assert student_score(level, degrees) == pytest.approx(expected, abs=1e-9)


def test_with_two_degrees_the_score_of_95_percent_is_known_in_closed_form() -> None:
    # t = (2 p - 1) sqrt(2 / (4 p (1 - p))) with p = 0.975
    expected = 0.95 * math.sqrt(2 / (4 * 0.975 * 0.025))

    assert student_score(0.95, 2) == pytest.approx(expected)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_a_level_is_a_probability(level: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        student_score(level, 5)
