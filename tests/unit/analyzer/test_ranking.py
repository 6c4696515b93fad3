"""Who may be called the leader: exact small cases, laws, and a power simulation."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.analyzer.uncertainty.mean_trade import (
    MeanEstimate,
    MeanTrade,
    ShareEstimate,
    mean_trade,
)
from nof1_tracker.analyzer.uncertainty.ranking import (
    ProbabilityMatrix,
    Separation,
    pair_calls,
    probability_matrix,
    ranking_verdict,
    trades_needed,
)
from tests.unit.analyzer.columns import times

CENTS = st.integers(-100_000, 100_000).map(lambda cents: cents / 100)
FIELD = st.dictionaries(
    st.sampled_from(["gpt-5", "grok-4", "qwen3-max", "deepseek"]),
    st.lists(CENTS, min_size=8, max_size=15),
    max_size=4,
)


def estimate(nets: Sequence[float]) -> MeanEstimate | None:
    """Of legs that close an hour apart."""
    found = mean_trade(np.array(nets, dtype=np.float64), times(range(len(nets))))
    return found.net if found else None


def matrix_of(nets: Mapping[str, Sequence[float]]) -> ProbabilityMatrix:
    return probability_matrix({name: estimate(each) for name, each in nets.items()})


def matrix(names: str, *rows: Sequence[float | None]) -> ProbabilityMatrix:
    return ProbabilityMatrix(tuple(names), tuple(tuple(row) for row in rows))


# --- the matrix -------------------------------------------------------------------


def test_the_probability_of_two_symmetric_samples_by_hand() -> None:
    # Errors sqrt(2 / 9) each, so the difference of 1 is 1.5 of its errors, with 18
    # degrees of freedom: P(T <= 1.5) = 0.92452.
    nets = [-2.0, -1, 0, 1, 2] * 2
    found = matrix_of({"A": [each + 1 for each in nets], "B": nets})

    assert found.probability("A", "B") == pytest.approx(0.92452, abs=1e-5)


def test_the_probability_agrees_with_the_normal_approximation() -> None:
    rng = np.random.default_rng(2)
    first, second = rng.normal(20, 100, 400), rng.normal(10, 60, 300)
    lead = first.mean() - second.mean()
    error = math.hypot(first.std() / 20, second.std() / math.sqrt(300))
    expected = 0.5 * (1 + math.erf(lead / error / math.sqrt(2)))

    found = matrix_of({"a": first.tolist(), "b": second.tolist()})

    assert found.probability("a", "b") == pytest.approx(expected, abs=0.01)


def test_a_model_without_enough_trades_is_compared_with_none() -> None:
    ten = [1.0, 2.0] * 5
    found = matrix_of({"A": ten, "B": [5.0] * 9, "C": [], "D": [3.0] * 12})

    assert found.names == ("A", "B", "C", "D")
    assert found.rows[0] == (0.5, None, None, None)
    assert found.rows[1:] == ((None,) * 4,) * 3
    assert found.pairs == {}
    assert matrix_of({}).rows == ()


def test_identical_models_are_a_coin_toss() -> None:
    nets = [0.1, 0.2, 0.3, 0.7, -0.6, 1.9] * 2

    found = matrix_of({"A": nets, "B": nets[::-1]}).probability("A", "B")

    assert found == pytest.approx(0.5, abs=1e-9)


@given(FIELD)
def test_either_beats_the_other(nets: dict[str, list[float]]) -> None:
    found = matrix_of(nets)

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


@given(FIELD)
def test_neither_the_order_of_trades_nor_that_of_models_matters(
    nets: dict[str, list[float]],
) -> None:
    turned = {name: nets[name][::-1] for name in reversed(nets)}
    found, again = matrix_of(nets), matrix_of(turned)

    for first in nets:
        for second in nets:
            assert again.probability(first, second) == pytest.approx(
                found.probability(first, second), abs=1e-9
            )


# --- many pairs -------------------------------------------------------------------


def test_pairs_are_counted_beside_those_that_chance_would_call() -> None:
    found = pair_calls(
        matrix("ABC", (0.5, 0.97, 0.996), (0.03, 0.5, 0.04), (0.004, 0.96, 0.5))
    )

    assert (found.pairs, found.called) == (3, 3)
    assert found.by_chance == pytest.approx(0.3)
    # Two-sided p-values 0.008, 0.06 and 0.08 against 0.05 / 3, 0.05 / 2 and 0.05.
    assert found.standing == {("A", "C")}


def test_the_first_pair_that_fails_ends_the_test_of_all() -> None:
    # p = 0.018 fails 0.05 / 3 = 0.0167, so 0.02, which would pass 0.05 / 2, is not
    # asked any more.
    found = pair_calls(
        matrix("ABC", (0.5, 0.991, 0.990), (0.009, 0.5, 0.5), (0.01, 0.5, 0.5))
    )

    assert found.standing == frozenset()


def test_the_better_of_a_standing_pair_comes_first() -> None:
    found = pair_calls(matrix("AB", (0.5, 0.001), (0.999, 0.5)))

    assert found.standing == {("B", "A")}


def test_of_many_equal_models_about_as_many_pairs_are_called_as_chance_has_it() -> None:
    rng = np.random.default_rng(6)
    called, families = [], 0
    for _ in range(20):
        field = {str(name): rng.normal(0, 100, 30).tolist() for name in range(16)}
        found = pair_calls(matrix_of(field))
        called.append(found.called)
        families += bool(found.standing)

    assert np.mean(called) == pytest.approx(found.by_chance, rel=0.35)
    assert families <= 3


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
        found = matrix_of(nets)
        called += ranking_verdict(found, ranking).leader_supported

    assert called / 200 <= 0.10


# --- how many trades are missing ----------------------------------------------------


def trades(nets: Sequence[float]) -> MeanTrade:
    """The estimate of these nets, also of fewer than a report would give one of."""
    values = np.array(nets, dtype=np.float64)
    error = float(values.std(ddof=1)) / math.sqrt(len(values))
    net = MeanEstimate(float(values.mean()), error, 0.0, len(values) - 1)
    share = ShareEstimate(0.5, len(values))
    return MeanTrade(len(values), len(values), net if error else None, share, False)


def needed(leader: Sequence[float], runner_up: Sequence[float]) -> int | None:
    return trades_needed(trades(leader), trades(runner_up))


def test_the_number_of_trades_needed_by_hand() -> None:
    # Both: n = 4, s^2 = 5/3, lead 1; z = 1.6449 + 0.8416 = 2.4865, z^2 = 6.1826.
    # n = 6.1826 x (10/3) / 1 = 20.6 -> 21 each, 17 more.
    assert needed([1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 2.0, 3.0]) == 17


def test_unequal_beginnings_by_hand() -> None:
    # s1^2 = 2 of n = 2, s2^2 = 1 of n = 5, lead 2: z^2 (2 / (2 + k) + 1 / (5 + k)) <= 4.
    # At k = 2 that is 6.1826 x 0.6429 = 3.97, at k = 1 6.1826 x 0.8333 = 5.15.
    assert needed([1.0, 3.0], [-1.0, 1.0, 1.0, -1.0, 0.0]) == 2


def test_a_lead_that_is_clear_already_needs_no_more_trades() -> None:
    assert needed([100.0, 101.0, 99.0], [1.0, 2.0, 0.0]) == 0


def test_without_a_lead_or_a_variance_no_number_of_trades_is_known() -> None:
    two = trades([1.0, 2.0])

    assert trades_needed(two, two) is None
    assert needed([1.0, 2.0], [3.0, 4.0]) is None
    assert trades_needed(None, two) is None
    assert trades_needed(two, None) is None
    assert needed([2.0, 2.0], [1.0, 1.0]) is None


def test_the_number_confirms_a_true_lead_with_the_power_that_was_asked_for() -> None:
    # Samples of 10 whose mean and variance are known: lead 40, std 100.
    shape = np.array([-1.0, 1.0] * 5) * 100 * math.sqrt(0.9)
    more = needed((shape + 40).tolist(), shape.tolist())
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
def test_the_number_is_the_least_that_suffices(
    leader: list[float], runner_up: list[float]
) -> None:
    more = needed(leader, runner_up)
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

    assert needed(
        [net * scale for net in leader], [net * scale for net in runner_up]
    ) == needed(leader, runner_up)
