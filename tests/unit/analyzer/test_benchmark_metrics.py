"""An account beside its benchmark: hand-worked arithmetic, edges and laws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.analyzer.equity.benchmark_metrics import (
    BenchmarkMetrics,
    benchmark_metrics,
    beta,
    correlation,
    information_ratio,
    tracking_error,
)
from nof1_tracker.analyzer.equity.equity_curve import EquityCurve, equity_curve
from nof1_tracker.analyzer.equity.equity_metrics import Withheld
from tests.unit.analyzer.columns import HOURS_PER_YEAR, at, grid, hourly, snapshots

STEPS = st.tuples(st.integers(-300, 400), st.integers(-300, 400))
PATHS = st.lists(STEPS, min_size=100, max_size=120)


def _compare(account: EquityCurve, benchmark: EquityCurve) -> BenchmarkMetrics:
    return benchmark_metrics(account, benchmark, periods_per_year=HOURS_PER_YEAR)


def _compounded(permille: list[int]) -> EquityCurve:
    growth = np.cumprod([1 + step / 1000 for step in permille])
    return hourly((10_000 * growth).tolist())


def test_three_hours_worked_by_hand() -> None:
    account = hourly([110, 99, 108.9], initial_equity=100)
    prices = hourly([52_500, 49_875, 49_875], initial_equity=50_000)
    found = _compare(account, prices)

    assert (found.periods, found.until) == (3, at(3))
    assert found.total_return == pytest.approx(0.089)
    assert found.benchmark_return == pytest.approx(-0.0025)
    assert found.excess_return == pytest.approx(0.0915)
    # Three returns say nothing of risk.
    assert found.withheld is Withheld.FEW_RETURNS
    assert found.beta is found.correlation is found.tracking_error is None


def test_the_ratios_of_three_hours_worked_by_hand() -> None:
    returns, benchmark = np.array([0.1, -0.1, 0.1]), np.array([0.05, -0.05, 0])

    # means 1/30 and 0
    covariance, variance = 0.01, 0.005
    assert beta(returns, benchmark) == pytest.approx(covariance / variance)
    squares = 0.03 - 3 / 900
    expected = covariance / math.sqrt(squares * 0.005)
    assert correlation(returns, benchmark) == pytest.approx(expected)
    # active .05 -.05 .1, mean 1/30
    active, deviation = returns - benchmark, math.sqrt((0.015 - 3 / 900) / 2)
    year = math.sqrt(HOURS_PER_YEAR)
    assert tracking_error(active, periods_per_year=HOURS_PER_YEAR) == pytest.approx(
        deviation * year
    )
    assert information_ratio(active, periods_per_year=HOURS_PER_YEAR) == pytest.approx(
        1 / 30 / deviation * year
    )


def test_return_benchmark_and_excess_subtract_also_between_the_hours() -> None:
    on = grid(3.4)
    account = equity_curve(
        snapshots([110, 99, 121], [1.2, 2.3, 3.3]), on, initial_equity=100
    )
    prices = equity_curve(snapshots([51, 54], [0.8, 3.1]), on, initial_equity=50)
    found = _compare(account, prices)

    assert (found.since, found.until) == (at(0), at(3.4))
    assert found.total_return == pytest.approx(0.21)
    assert found.benchmark_return == pytest.approx(0.08)
    assert found.excess_return == pytest.approx(0.13)


def test_twice_the_benchmark_has_a_beta_of_two() -> None:
    found = _compare(_compounded([20, -40, 60] * 34), _compounded([10, -20, 30] * 34))

    assert found.beta == pytest.approx(2)
    assert found.correlation == pytest.approx(1)


def test_a_copy_of_the_benchmark_is_not_judged_by_its_rounding_errors() -> None:
    path = [10, -20, 30, 7, -9] * 20
    tripled = (_compounded(path).equity * 3).tolist()
    found = _compare(_compounded(path), hourly(tripled[1:], initial_equity=30_000))

    assert found.beta == pytest.approx(1)
    assert found.excess_return == pytest.approx(0, abs=1e-13)
    assert (found.tracking_error, found.information_ratio) == (0, None)


def test_beside_a_flat_benchmark_there_is_no_beta_and_no_correlation() -> None:
    found = _compare(_compounded([10, -20] * 50), _compounded([0, 0] * 50))

    assert found.beta is found.correlation is None
    assert found.information_ratio is not None


def test_a_flat_account_has_a_beta_of_zero_and_no_correlation() -> None:
    flat, moving = np.zeros(2), np.array([0.01, -0.02])

    assert (beta(flat, moving), correlation(flat, moving)) == (0, None)


def test_only_hours_that_both_know_are_compared() -> None:
    account = equity_curve(
        snapshots([110, 121, 133.1], [1, 2, 3]), grid(9), initial_equity=100
    )
    prices = equity_curve(
        snapshots([51, 52, 53, 54], [1, 7, 8, 9]), grid(9), initial_equity=50
    )
    found = _compare(account, prices)

    assert (found.periods, found.since, found.until) == (1, at(0), at(1))
    assert found.excess_return == pytest.approx(0.1 - 0.02)
    assert found.beta is found.correlation is found.tracking_error is None


def test_without_a_benchmark_nothing_is_claimed() -> None:
    nothing = equity_curve(snapshots([]), grid(2), initial_equity=1)
    found = _compare(_compounded([10, 20]), nothing)

    assert (found.periods, found.until) == (0, None)
    assert found.excess_return is found.beta is found.information_ratio is None


def test_after_ruin_there_is_nothing_to_compare() -> None:
    found = _compare(hourly([5_000, 0, 0]), _compounded([10, -10, 10]))

    assert found.periods == 2
    assert found.excess_return == pytest.approx(-1 - (1.01 * 0.99 * 1.01 - 1))


def test_curves_on_different_grids_are_refused() -> None:
    with pytest.raises(ValueError, match="same grid"):
        _compare(hourly([1, 2]), hourly([1, 2, 3]))


@given(PATHS)
def test_correlation_is_symmetric_and_between_minus_one_and_one(
    steps: list[tuple[int, int]],
) -> None:
    ours, theirs = (_compounded([step[i] for step in steps]) for i in (0, 1))
    found = _compare(ours, theirs).correlation

    assert found == pytest.approx(_compare(theirs, ours).correlation)
    assert found is None or -1 <= found <= 1


@given(PATHS)
def test_beta_is_correlation_times_the_ratio_of_the_deviations(
    steps: list[tuple[int, int]],
) -> None:
    ours, theirs = (_compounded([step[i] for step in steps]) for i in (0, 1))
    found = _compare(ours, theirs)
    if found.beta is not None and found.correlation is not None:
        scale = ours.returns.std() / theirs.returns.std()
        assert found.beta == pytest.approx(found.correlation * scale, abs=1e-9)
