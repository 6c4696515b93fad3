"""P(best): what trades say about who is the best of all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.analyzer.uncertainty.best_chances import best_chances
from nof1_tracker.analyzer.uncertainty.mean_trade import MeanEstimate
from nof1_tracker.analyzer.uncertainty.ranking import probability_matrix

ESTIMATES = st.builds(
    MeanEstimate,
    mean=st.floats(-500, 500),
    error=st.floats(1, 500),
    skewness=st.floats(-0.5, 0.5),
    degrees=st.floats(10, 400),
)


def estimate(mean: float, error: float = 10) -> MeanEstimate:
    return MeanEstimate(mean, error, skewness=0, degrees=100)


@given(st.lists(ESTIMATES, min_size=2, max_size=5))
def test_somebody_is_the_best(estimates: list[MeanEstimate]) -> None:
    chances = best_chances({str(at): each for at, each in enumerate(estimates)})

    known = [each for each in chances.values() if each is not None]
    assert len(known) == len(estimates)
    assert all(0 <= each <= 1 for each in known)
    assert sum(known) == pytest.approx(1)


def test_equals_are_equally_likely_the_best() -> None:
    chances = best_chances({name: estimate(5) for name in "abcd"})

    assert list(chances.values()) == pytest.approx([0.25] * 4)


@pytest.mark.parametrize("lead", [0, 5, 15, 40])
def test_of_two_it_is_what_the_comparison_of_the_two_says(lead: float) -> None:
    both = {"a": estimate(lead), "b": estimate(0)}

    chances = best_chances(both)

    pair = probability_matrix(both).probability("a", "b")
    assert chances["a"] == pytest.approx(pair, abs=0.01)


def test_one_that_is_far_ahead_leaves_nothing_to_the_others() -> None:
    chances = best_chances({"a": estimate(900), "b": estimate(0), "c": estimate(0)})

    assert chances["a"] == pytest.approx(1, abs=1e-6)


def test_whoever_has_too_few_trades_is_not_compared() -> None:
    chances = best_chances({"a": estimate(5), "b": None, "c": estimate(5)})

    assert chances == {"a": pytest.approx(0.5), "b": None, "c": pytest.approx(0.5)}


def test_alone_there_is_no_best() -> None:
    assert best_chances({"a": estimate(5), "b": None}) == {"a": None, "b": None}
    assert best_chances({}) == {}
