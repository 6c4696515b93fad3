"""How certain returns and Sharpe ratios are: by hand, dependence, edges and laws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.analyzer.equity.equity_metrics import sharpe_ratio
from nof1_tracker.analyzer.uncertainty.intervals import (
    ReturnIntervals,
    ReturnSeries,
    error_of_sum,
    return_intervals,
)
from nof1_tracker.analyzer.uncertainty.long_run import (
    cosines_for,
    long_run_covariance,
)
from nof1_tracker.records.account_columns import FloatArray


def noise(size: int, seed: int = 1) -> FloatArray:
    return np.random.default_rng(seed).normal(0.0005, 0.01, size)


def found(returns: FloatArray) -> ReturnIntervals:
    return return_intervals(returns, periods_per_year=8760, level=0.95)


def test_the_number_of_cosines_grows_as_n_to_the_two_thirds() -> None:
    assert [cosines_for(size) for size in (10, 130, 1_010, 8_100)] == [4, 6, 25, 100]


def test_the_long_run_variance_of_four_values_by_hand() -> None:
    # cos(pi k (j + 1/2) / 4) for k = 1..4, times sqrt(2), on the values 1 0 0 0:
    # the squares are 2 cos^2 of pi/8, pi/4, 3 pi/8 and pi/2, which sum to 3.
    value = np.array([1.0, 0, 0, 0])

    assert long_run_covariance(value, value) == pytest.approx(3 / 4)


def test_of_independent_values_it_is_their_number_times_their_variance() -> None:
    values = np.random.default_rng(3).normal(0, 2, (400, 300))
    variances = [long_run_covariance(each, each) for each in values]

    assert np.mean(variances) == pytest.approx(300 * 4, rel=0.05)


def test_a_constant_adds_nothing() -> None:
    values = noise(200)

    assert error_of_sum(values + 5) == pytest.approx(error_of_sum(values))


def test_trending_returns_have_a_wider_interval_than_the_same_returns_shuffled() -> (
    None
):
    steady = np.repeat(noise(50), 8)
    shuffled = np.random.default_rng(2).permutation(steady)

    for name in ("sharpe_ratio", "total_return"):
        ours, theirs = (getattr(found(each), name) for each in (steady, shuffled))
        assert ours.high - ours.low > 1.5 * (theirs.high - theirs.low)


def test_the_sharpe_interval_lies_around_the_ratio_of_the_report() -> None:
    returns = noise(240)
    interval = found(returns).sharpe_ratio

    middle = (interval.low + interval.high) / 2
    assert middle == pytest.approx(sharpe_ratio(returns, periods_per_year=8760))


def test_the_influences_add_up_to_nothing_and_move_the_ratio_as_they_say() -> None:
    returns = noise(300)
    series = ReturnSeries(returns)
    doubled = np.append(returns, returns[7])
    moved = ReturnSeries(doubled).sharpe_ratio - series.sharpe_ratio

    assert series.influences.sum() == pytest.approx(0, abs=0.2)
    assert moved == pytest.approx(series.influences[7] / 300, abs=2e-4)


def test_one_loss_in_a_gap_takes_the_certainty_of_a_steady_gain() -> None:
    # Ten hourly days of a steady gain, and six unobserved hours in which 30 % were lost.
    gain = 0.0007 + np.random.default_rng(5).normal(0, 0.001, 234)
    returns = np.concatenate((gain[:120], [-0.3], gain[120:]))
    intervals = found(returns)

    assert intervals.total_return is not None
    assert intervals.total_return.low < np.prod(1 + returns) - 1 < 0
    assert intervals.total_return.high > 0
    assert intervals.probabilistic_sharpe_ratio < 0.9


def test_after_a_loss_of_everything_no_return_is_left_to_vary() -> None:
    returns = np.append(noise(120), -1.0)

    assert found(returns).total_return is None
    assert ReturnSeries(returns).total_return is None
    with pytest.raises(ValueError, match="loss of everything"):
        ReturnSeries(returns).total_bounds(2.0)


def test_a_return_beyond_all_numbers_is_infinite() -> None:
    returns = np.array([1e140, -0.9] * 60)
    interval = found(returns).total_return

    assert interval is not None
    assert interval.high == math.inf


@given(st.integers(0, 2**32), st.integers(100, 300), st.floats(-0.01, 0.01))
def test_an_interval_never_leaves_out_its_figure(
    seed: int, size: int, drift: float
) -> None:
    returns = noise(size, seed) + drift
    intervals = found(returns)

    assert intervals.total_return is not None
    total = math.expm1(float(np.log1p(returns).sum()))
    assert intervals.total_return.low <= total <= intervals.total_return.high
    assert (intervals.sharpe_ratio.low > 0) == (
        intervals.probabilistic_sharpe_ratio > 0.975
    )
