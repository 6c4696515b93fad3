"""Who may be called the leader: exact small cases, laws, and a power simulation."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nof1_tracker.analyzer.uncertainty.ranking import (
    ProbabilityMatrix,
    Separation,
    probability_matrix,
    ranking_verdict,
    trades_needed,
)
from tests.unit.analyzer.draws import resampled_by_name

CENTS = st.integers(-100_000, 100_000).map(lambda cents: cents / 100)
FIELD = st.dictionaries(
    st.sampled_from(["gpt-5", "grok-4", "qwen3-max", "deepseek"]),
    st.lists(CENTS, max_size=15),
    max_size=4,
)


def matrix_of(
    nets: dict[str, list[float]], resamples: int | None = None
) -> ProbabilityMatrix:
    return probability_matrix(resampled_by_name(nets, resamples=resamples))


def matrix(names: str, *rows: Sequence[float | None]) -> ProbabilityMatrix:
    return ProbabilityMatrix(tuple(names), tuple(tuple(row) for row in rows))


# --- the matrix -------------------------------------------------------------------


def test_the_probability_of_two_small_samples_by_hand() -> None:
    # Means of A: -1, 1, 3 with weights 1, 2, 1; of B: 0, 1, 2 with 1, 2, 1.
    # A > B: 3 beats all (4) + 1 beats 0 (2 x 1) = 6 of 16; ties: 2 x 2 = 4, half: 2.
    # A > B counts 1 x 4 + 2 x 1 = 6, ties 4: (6 + 2) / 16 = 1/2.
    assert matrix_of({"A": [-1.0, 3.0], "B": [0.0, 2.0]}).probability(
        "A", "B"
    ) == pytest.approx(0.5, abs=0.02)
    # C: 0.5, 1, 1.5 with 1, 2, 1. B > C: 2 beats all: 4, 1 beats 0.5: 2; ties 4.
    # Against D: 1, 2, 3 it is: 2 beats 1: 1 x 1; ties 1-1: 2 x 1, 2-2: 1 x 2.
    # (1 + 4 / 2) / 16 = 3/16.
    assert matrix_of({"B": [0.0, 2.0], "D": [1.0, 3.0]}).probability(
        "B", "D"
    ) == pytest.approx(3 / 16, abs=0.015)


def test_a_model_whose_worst_trade_beats_the_best_of_another_surely_beats_it() -> None:
    found = matrix_of({"A": [5.0, 9.0, 7.0], "B": [-1.0, 4.0, 2.0]})

    assert found.rows == ((0.5, 1.0), (0.0, 0.5))


def test_the_probability_agrees_with_the_normal_approximation() -> None:
    rng = np.random.default_rng(2)
    first, second = rng.normal(20, 100, 400), rng.normal(10, 60, 300)
    lead = first.mean() - second.mean()
    error = math.hypot(first.std() / 20, second.std() / math.sqrt(300))
    expected = 0.5 * (1 + math.erf(lead / error / math.sqrt(2)))

    found = matrix_of({"a": first.tolist(), "b": second.tolist()})

    assert found.probability("a", "b") == pytest.approx(expected, abs=0.015)


def test_a_model_without_enough_trades_is_compared_with_none() -> None:
    found = matrix_of({"A": [1.0, 2.0], "B": [5.0], "C": [], "D": [3.0, 3.0]})

    assert found.names == ("A", "B", "C", "D")
    assert found.rows[0] == (0.5, None, None, None)
    assert found.rows[1:] == ((None,) * 4,) * 3
    assert matrix_of({}).rows == ()


def test_identical_models_are_a_coin_toss_also_with_rounding_in_their_means() -> None:
    nets = [0.1, 0.2, 0.3, 0.7, -0.6, 1.9]
    found = matrix_of({"A": nets, "B": nets[::-1]})

    assert found.probability("A", "B") == pytest.approx(0.5, abs=0.02)


@given(FIELD)
def test_either_beats_the_other(nets: dict[str, list[float]]) -> None:
    found = matrix_of(nets, resamples=100)

    for first in found.names:
        for second in found.names:
            one, other = (
                found.probability(first, second),
                found.probability(second, first),
            )
            assert (one is None) == (other is None)
            if one is not None and other is not None:
                assert 0 <= one <= 1
                assert one + other == pytest.approx(1, abs=1e-12)


@given(FIELD, st.floats(1e-3, 1e3))
def test_scaling_every_net_leaves_the_matrix_unchanged(
    nets: dict[str, list[float]], scale: float
) -> None:
    scaled = {name: [net * scale for net in each] for name, each in nets.items()}

    assert matrix_of(scaled, resamples=100) == matrix_of(nets, resamples=100)


@given(FIELD)
def test_neither_the_order_of_trades_nor_that_of_models_matters(
    nets: dict[str, list[float]],
) -> None:
    turned = {name: nets[name][::-1] for name in reversed(nets)}
    found, again = matrix_of(nets, resamples=100), matrix_of(turned, resamples=100)

    for first in nets:
        for second in nets:
            assert again.probability(first, second) == pytest.approx(
                found.probability(first, second), abs=1e-12
            )


# --- the verdict ------------------------------------------------------------------


def test_a_leader_that_beats_every_rival_may_be_called() -> None:
    verdict = ranking_verdict(
        matrix("ABC", (0.5, 0.96, 0.99), (0.04, 0.5, 0.7), (0.01, 0.3, 0.5)), "ABC"
    )

    assert verdict.leader == "A"
    assert verdict.leader_supported
    assert verdict.leader_probability == 0.96
    assert [each.separation for each in verdict.adjacent] == [
        Separation.DISTINCT,
        Separation.INDISTINCT,
    ]
    assert verdict.indistinct == (("B", "C"),)


def test_a_leader_that_any_rival_comes_close_to_may_not_be_called() -> None:
    verdict = ranking_verdict(
        matrix("ABC", (0.5, 0.99, 0.94), (0.01, 0.5, 0.3), (0.06, 0.7, 0.5)), "ABC"
    )

    assert not verdict.leader_supported
    assert verdict.leader_probability == 0.94


def test_a_rival_with_too_few_trades_keeps_the_leader_from_being_called() -> None:
    verdict = ranking_verdict(
        matrix("ABC", (0.5, 0.99, None), (0.01, 0.5, None), (None, None, None)), "ABC"
    )

    assert not verdict.leader_supported
    assert verdict.leader_probability == 0.99
    assert verdict.adjacent[1].separation is Separation.UNKNOWN
    assert verdict.indistinct == (("B", "C"),)


def test_a_ranking_that_the_trades_contradict_is_said_to_be_reversed() -> None:
    verdict = ranking_verdict(matrix("AB", (0.5, 0.03), (0.97, 0.5)), "AB")

    assert verdict.adjacent[0].separation is Separation.REVERSED
    assert verdict.adjacent[0].probability == 0.03
    assert not verdict.leader_supported
    assert verdict.indistinct == ()


def test_one_model_or_none_leads_nobody() -> None:
    assert ranking_verdict(matrix(""), "").leader is None
    alone = ranking_verdict(matrix("A", (0.5,)), "A")
    assert alone.leader == "A"
    assert alone.leader_probability is None
    assert not alone.leader_supported


def test_a_ranking_of_unknown_models_is_refused() -> None:
    with pytest.raises(ValueError, match="not in"):
        ranking_verdict(matrix("A", (0.5,)), "AB")


def test_equal_models_are_seldom_called_leaders() -> None:
    rng = np.random.default_rng(4)
    called = 0
    for _ in range(200):
        nets = {name: rng.normal(0, 100, 40).tolist() for name in "ABCDEF"}
        ranking = sorted(nets, key=lambda name: -float(np.mean(nets[name])))
        found = matrix_of(nets, resamples=400)
        called += ranking_verdict(found, ranking).leader_supported

    assert called / 200 <= 0.10


# --- how many trades are missing ----------------------------------------------------


def test_the_number_of_trades_needed_by_hand() -> None:
    # Both: n = 4, s^2 = 5/3, lead 1; z = 1.6449 + 0.8416 = 2.4865, z^2 = 6.1826.
    # n = 6.1826 x (10/3) / 1 = 20.6 -> 21 each, 17 more.
    assert trades_needed([1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 2.0, 3.0]) == 17


def test_unequal_beginnings_by_hand() -> None:
    # s1^2 = 2 of n = 2, s2^2 = 0 of n = 5, lead 2: 2 z^2 / (2 + k) <= 4,
    # so 2 + k >= 3.09 and k = 2.
    assert trades_needed([1.0, 3.0], [0.0] * 5) == 2


def test_a_lead_that_is_clear_already_needs_no_more_trades() -> None:
    assert trades_needed([100.0, 101.0, 99.0], [1.0, 2.0, 0.0]) == 0


def test_without_a_lead_or_a_variance_no_number_of_trades_is_known() -> None:
    assert trades_needed([1.0, 2.0], [1.0, 2.0]) is None
    assert trades_needed([1.0, 2.0], [3.0, 4.0]) is None
    assert trades_needed([1.0], [0.0, 2.0]) is None
    assert trades_needed([], []) is None
    assert trades_needed([2.0, 2.0], [1.0, 1.0]) is None
    assert trades_needed([0.1] * 3, [0.0] * 3) is None


def test_the_number_confirms_a_true_lead_with_the_power_that_was_asked_for() -> None:
    # Samples of 10 whose mean and variance are known: lead 40, std 100.
    shape = np.array([-1.0, 1.0] * 5) * 100 * math.sqrt(0.9)
    more = trades_needed((shape + 40).tolist(), shape.tolist())
    assert more is not None
    size = 10 + more
    rng = np.random.default_rng(3)
    leads = rng.normal(40, 100, (4_000, size)).mean(axis=1)
    leads -= rng.normal(0, 100, (4_000, size)).mean(axis=1)
    called = leads > 1.6449 * 100 * math.sqrt(2 / size)

    assert called.mean() == pytest.approx(0.8, abs=0.02)


@given(
    st.lists(CENTS, min_size=2, max_size=15), st.lists(CENTS, min_size=2, max_size=15)
)
@settings(deadline=None)
def test_the_number_is_the_least_that_suffices(
    leader: list[float], runner_up: list[float]
) -> None:
    more = trades_needed(leader, runner_up)
    if more is None or more > 10**9:
        return
    lead = np.mean(leader) - np.mean(runner_up)
    allowed = (lead / (1.6448536269514722 + 0.8416212335729143)) ** 2

    def error(count: int) -> float:
        first = np.var(leader, ddof=1) / (len(leader) + count)
        return float(first + np.var(runner_up, ddof=1) / (len(runner_up) + count))

    assert error(more) <= allowed * (1 + 1e-6)
    if more:
        assert error(more - 1) > allowed * (1 - 1e-6)


@given(st.floats(1e-3, 1e3))
def test_the_number_ignores_the_size_of_the_stakes(scale: float) -> None:
    leader, runner_up = [30.0, -10.0, 55.0, 2.0], [-5.0, 3.0, 20.0, -40.0]

    assert trades_needed(
        [net * scale for net in leader], [net * scale for net in runner_up]
    ) == trades_needed(leader, runner_up)
