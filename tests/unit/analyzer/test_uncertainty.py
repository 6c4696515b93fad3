"""Intervals and the probabilistic Sharpe ratio: by hand, by scipy, by simulation."""

import importlib
import math
import random
import tracemalloc
from collections import Counter
from functools import cache
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nof1_tracker.analyzer.uncertainty.bootstrap import (
    FloatArray,
    Interval,
    ResampledMean,
    block_length,
    block_sums,
    draw_blocks,
    resample_count,
    resample_mean,
)
from nof1_tracker.analyzer.uncertainty.intervals import (
    difference_interval,
    probabilistic_sharpe_ratio,
    return_intervals,
    sharpe_probability,
    trade_intervals,
)
from tests.unit.analyzer.draws import resampled_by_name

CENTS = st.integers(-100_000, 100_000).map(lambda cents: cents / 100)
NETS = st.lists(CENTS, min_size=2, max_size=40)
SCALES = st.floats(1e-3, 1e3)


@cache
def scipy_stats() -> Any:
    """Scipy, which has no types; imported by the few tests that ask it."""
    return importlib.import_module("scipy.stats")


def resampled(nets: list[float], resamples: int | None = None) -> ResampledMean:
    found = resample_mean(nets, resamples=resamples)
    assert found is not None
    return found


def skewed(size: int, seed: int) -> FloatArray:
    """Many small losses, some large wins: USD around 0."""
    return np.random.default_rng(seed).lognormal(0.0, 1.0, size) * 40 - 55


def autoregressive(size: int, rho: float, seed: int) -> FloatArray:
    shocks = np.random.default_rng(seed).normal(0, 1, size)
    for index in range(1, size):
        shocks[index] += rho * shocks[index - 1]
    return shocks


# --- trades ---------------------------------------------------------------------


def test_two_trades_are_resampled_to_three_means_in_the_ratio_1_2_1() -> None:
    counts = Counter(resampled([-10.0, 30.0], resamples=10_000).means.tolist())

    assert set(counts) == {-10.0, 10.0, 30.0}
    assert counts[10.0] == pytest.approx(5_000, abs=200)
    assert counts[-10.0] == pytest.approx(2_500, abs=180)


def test_the_resampled_means_spread_by_the_standard_error() -> None:
    # The variance of the bootstrap is that of the values (by n) over n, exactly.
    nets = [-40.0, -10.0, 5.0, 25.0, 120.0]
    expected = math.sqrt(((60**2 + 30**2 + 15**2 + 5**2 + 100**2) / 5) / 5)

    assert resampled(nets).estimate == 20.0
    assert resampled(nets).means.std() == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize(("size", "seed"), [(8, 1), (30, 2), (120, 3)])
def test_the_interval_of_the_mean_is_that_of_scipy(size: int, seed: int) -> None:
    nets = skewed(size, seed)
    theirs = scipy_stats().bootstrap(
        (nets,), np.mean, n_resamples=40_000, method="BCa", rng=np.random.default_rng(9)
    )

    ours = trade_intervals(nets, resamples=40_000).mean_net

    assert ours is not None
    close = pytest.approx(theirs.confidence_interval.low, abs=0.06 * nets.std())
    assert ours.low == close
    close = pytest.approx(theirs.confidence_interval.high, abs=0.06 * nets.std())
    assert ours.high == close


def test_the_acceleration_is_that_of_the_jackknife() -> None:
    nets = skewed(25, 4)
    left_out = np.array([np.delete(nets, index).mean() for index in range(25)])
    apart = left_out.mean() - left_out
    expected = (apart**3).sum() / (6 * (apart**2).sum() ** 1.5)

    assert resampled(nets.tolist()).acceleration == pytest.approx(expected, rel=1e-9)


def test_a_biased_bootstrap_is_corrected_by_hand() -> None:
    # 60 % of the means lie below the estimate: z0 = 0.2533, and without skewness the
    # limits are at Phi(2 x 0.2533 -+ 1.96) = Phi(-1.4533) and Phi(2.4667).
    found = ResampledMean(0.6, np.linspace(0, 1, 10_001), 0.0, 1.0).interval()

    assert found.low == pytest.approx(0.0731, abs=0.0005)
    assert found.high == pytest.approx(0.9932, abs=0.0005)


def test_the_interval_of_the_win_rate_is_that_of_scipy() -> None:
    nets = [50.0] * 18 + [-30.0] * 42
    wins = np.array(nets) > 0
    theirs = scipy_stats().bootstrap(
        (wins,), np.mean, n_resamples=40_000, method="BCa", rng=np.random.default_rng(9)
    )

    ours = trade_intervals(nets).win_rate

    assert ours is not None
    # One win more or less is 0.0167.
    assert ours.low == pytest.approx(theirs.confidence_interval.low, abs=0.017)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, abs=0.017)
    assert ours.low < 0.3 < ours.high


def test_a_breakeven_is_no_win() -> None:
    few = trade_intervals([10.0, -5.0] * 20).win_rate
    fewer = trade_intervals([10.0, -5.0, 0.0, 0.0] * 20).win_rate

    assert few is not None
    assert few.low < 0.5 < few.high
    assert fewer is not None
    assert fewer.low < 0.25 < fewer.high < 0.5


def test_what_cannot_vary_has_no_interval() -> None:
    assert trade_intervals([]).mean_net is None
    assert trade_intervals([5.0]).mean_net is None
    assert trade_intervals([0.1] * 9).mean_net is None
    wins = trade_intervals([1.0, 2.0, 3.0])
    assert wins.win_rate is None
    assert wins.mean_net is not None


def test_an_unknown_net_is_left_out() -> None:
    known = trade_intervals([1.0, -2.0, 3.0])

    assert trade_intervals([1.0, None, -2.0, math.nan, 3.0]) == known
    assert known.trades == 3


def test_the_interval_of_the_expectancy_is_that_of_the_mean_net() -> None:
    found = trade_intervals([30.0, 10.0, -20.0, 0.0])

    assert found.expectancy == found.mean_net


def test_a_level_is_a_probability() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        trade_intervals([1.0, 2.0], level=95)


def test_a_higher_level_gives_a_wider_interval() -> None:
    mean = resampled(skewed(50, 5).tolist())

    assert mean.interval(0.99).low < mean.interval(0.9).low
    assert mean.interval(0.9).high < mean.interval(0.99).high


@given(NETS, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_trades_does_not_matter(
    nets: list[float], shuffler: random.Random
) -> None:
    shuffled = nets.copy()
    shuffler.shuffle(shuffled)

    assert trade_intervals(shuffled, resamples=300) == trade_intervals(
        nets, resamples=300
    )


@given(NETS, SCALES)
def test_scaling_every_net_scales_the_interval(nets: list[float], scale: float) -> None:
    before = trade_intervals(nets, resamples=300)
    after = trade_intervals([net * scale for net in nets], resamples=300)

    assert after.win_rate == before.win_rate
    if before.mean_net is None or after.mean_net is None:
        assert before.mean_net == after.mean_net
        return
    rounding = 1e-9 * scale * max(abs(net) for net in nets)
    assert after.mean_net.low == pytest.approx(
        before.mean_net.low * scale, abs=rounding
    )
    assert after.mean_net.high == pytest.approx(
        before.mean_net.high * scale, abs=rounding
    )


@given(NETS)
def test_the_interval_lies_within_the_trades(nets: list[float]) -> None:
    found = trade_intervals(nets, resamples=300)

    if found.mean_net is not None:
        rounding = 1e-9 * max(abs(net) for net in nets)
        assert min(nets) - rounding <= found.mean_net.low <= found.mean_net.high
        assert found.mean_net.high <= max(nets) + rounding
    if found.win_rate is not None:
        assert 0 <= found.win_rate.low <= found.win_rate.high <= 1


def covered(intervals: list[Interval | None], truth: float) -> float:
    """Share of the intervals that hold the truth; one that is None holds nothing."""
    held = [each for each in intervals if each and each.low <= truth <= each.high]
    return len(held) / len(intervals)


def test_the_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(11)
    found = [
        trade_intervals(rng.exponential(100, 60) - 60, resamples=1_000, seed=run)
        for run in range(200)
    ]

    # The exponential lies above 60 with probability e^-0.6.
    assert 0.90 <= covered([each.mean_net for each in found], 40.0) <= 0.99
    assert 0.90 <= covered([each.win_rate for each in found], math.exp(-0.6)) <= 0.99


def test_the_difference_of_two_means_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(12)
    found = []
    for _ in range(200):
        nets = {"a": rng.normal(30, 100, 50), "b": rng.normal(10, 40, 70)}
        means = resampled_by_name(nets, resamples=1_000)
        found.append(difference_interval(means["a"], means["b"]))

    assert 0.90 <= covered(found, 20.0) <= 0.99


def test_models_of_equally_many_trades_are_resampled_independently() -> None:
    nets = skewed(40, 6)
    means = resampled_by_name({"a": nets, "b": nets})
    first, second = means["a"], means["b"]
    assert first is not None
    assert second is not None

    assert abs(np.corrcoef(first.means, second.means)[0, 1]) < 0.05
    # Were they coupled, the interval would be [0, 0].
    apart = difference_interval(first, second)
    assert apart is not None
    assert apart.low < -0.1 * nets.std()
    assert apart.high > 0.1 * nets.std()


def test_a_difference_with_an_unknown_mean_is_unknown() -> None:
    assert difference_interval(resampled([1.0, 2.0]), None) is None


def test_a_hundred_thousand_trades_and_ten_thousand_resamples_fit_in_memory() -> None:
    # The chunks are as large for 100 resamples as for 10,000, the result is not.
    nets = np.random.default_rng(1).normal(size=100_000)
    tracemalloc.start()
    resample_mean(nets, resamples=100)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 20_000_000
    assert resample_count(100_000, draws=20_000_000, least=1_000) == 1_000


# --- returns --------------------------------------------------------------------


def test_blocks_cover_the_series_exactly_and_have_the_mean_length_asked_for() -> None:
    starts, lengths = draw_blocks(5_000, 12.5, 200, np.random.default_rng(1))
    used = lengths[:, :-1][lengths[:, :-1] > 0]

    assert (lengths.sum(axis=1) == 5_000).all()
    assert (lengths >= 0).all()
    assert starts.min() >= 0
    assert starts.max() < 5_000
    assert used.mean() == pytest.approx(12.5, rel=0.03)
    # Geometric: the chance of length 1 is 1 / 12.5.
    assert (used == 1).mean() == pytest.approx(0.08, abs=0.01)


@given(st.integers(2, 60), st.floats(1, 30), st.integers(0, 10_000))
def test_sums_over_blocks_are_those_of_the_series_written_out(
    size: int, mean_length: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=size)
    starts, lengths = draw_blocks(size, mean_length, 3, rng)

    for row, total in enumerate(block_sums(values, starts, lengths)):
        written = [
            values[(start + step) % size]
            for start, length in zip(starts[row], lengths[row], strict=True)
            for step in range(length)
        ]
        assert len(written) == size
        assert total == pytest.approx(sum(written), abs=1e-9)


@pytest.mark.parametrize("rho", [0.3, 0.6, 0.9])
def test_the_block_length_tends_to_its_value_for_an_autoregression(rho: float) -> None:
    # For AR(1), |G / g| = 2 rho / (1 - rho^2).
    size = 40_000
    expected = (2 * rho / (1 - rho**2)) ** (2 / 3) * size ** (1 / 3)

    assert block_length(autoregressive(size, rho, 1)) == pytest.approx(
        expected, rel=0.15
    )


def test_independent_returns_need_short_blocks_and_flat_ones_none() -> None:
    assert block_length(autoregressive(2_000, 0.0, 2)) < 5
    assert block_length(np.zeros(100)) == 1
    assert block_length(np.array([0.01, -0.01])) == 1


def test_the_total_return_of_a_series_resampled_from_two_values_by_hand() -> None:
    # Of two returns (here independent, blocks of 1): 1/4 both +10 %, 1/2 mixed,
    # 1/4 both -10 %.
    found = return_intervals([0.1, -0.1], periods_per_year=365, level=0.95)

    assert found is not None
    assert found.block_length == 1
    assert found.total_return is not None
    assert found.total_return.low == pytest.approx(0.9 * 0.9 - 1)
    assert found.total_return.high == pytest.approx(1.1 * 1.1 - 1)
    # Half of the resamples have no variance: no Sharpe ratio, no interval of it.
    assert found.sharpe_ratio is None


def test_the_sharpe_interval_is_that_of_a_written_out_bootstrap() -> None:
    returns = np.random.default_rng(5).normal(0.002, 0.01, 300)
    found = return_intervals(returns, periods_per_year=365, resamples=8_000)
    assert found is not None
    assert found.sharpe_ratio is not None
    assert found.total_return is not None
    assert found.block_length < 4
    rng = np.random.default_rng(6)
    drawn = returns[rng.integers(0, 300, (8_000, 300))]
    sharpes = drawn.mean(axis=1) / drawn.std(axis=1, ddof=1) * math.sqrt(365)
    totals = (1 + drawn).prod(axis=1) - 1

    assert found.sharpe_ratio.low == pytest.approx(np.quantile(sharpes, 0.025), abs=0.3)
    assert found.sharpe_ratio.high == pytest.approx(
        np.quantile(sharpes, 0.975), abs=0.3
    )
    assert found.total_return.low == pytest.approx(np.quantile(totals, 0.025), abs=0.05)


def test_the_sharpe_ratio_of_a_resample_has_the_sample_deviation() -> None:
    # With 8 returns, dividing by n would make it 7 % larger.
    returns = np.array([0.004, 0.019, -0.027, 0.042, 0.008, 0.031, -0.012, -0.005])
    found = return_intervals(returns, periods_per_year=1, resamples=40_000)
    assert found is not None
    assert found.block_length == 1
    assert found.sharpe_ratio is not None
    drawn = returns[np.random.default_rng(6).integers(0, 8, (40_000, 8))]
    sharpes = drawn.mean(axis=1) / drawn.std(axis=1, ddof=1)

    low, high = np.quantile(sharpes, [0.025, 0.975])
    assert found.sharpe_ratio.low == pytest.approx(low, rel=0.03)
    assert found.sharpe_ratio.high == pytest.approx(high, rel=0.03)


def test_the_sharpe_interval_holds_the_truth_as_often_as_it_says() -> None:
    # AR(1) with mean 0.1: independent resampling would be far too sure of itself.
    found = []
    for run in range(200):
        returns = 0.001 + autoregressive(400, 0.4, run) * 0.01
        found.append(return_intervals(returns, periods_per_year=1, resamples=1_000))
    truth = 0.001 / (0.01 / math.sqrt(1 - 0.4**2))

    sharpes = [each.sharpe_ratio if each else None for each in found]
    assert 0.90 <= covered(sharpes, truth) <= 0.99


def test_trending_returns_have_a_wider_interval_than_the_same_returns_shuffled() -> (
    None
):
    trending = autoregressive(600, 0.7, 3) * 0.01
    shuffled = np.random.default_rng(1).permutation(trending)
    widths = []
    for returns in (trending, shuffled):
        found = return_intervals(returns, periods_per_year=365)
        assert found is not None
        assert found.sharpe_ratio is not None
        widths.append(found.sharpe_ratio.high - found.sharpe_ratio.low)

    assert widths[0] > 1.5 * widths[1]


def test_returns_without_variance_have_no_intervals() -> None:
    assert return_intervals([], periods_per_year=365) is None
    assert return_intervals([0.01], periods_per_year=365) is None
    assert return_intervals([0.1] * 50, periods_per_year=365) is None


def test_an_account_that_lost_everything_has_no_total_return_to_resample() -> None:
    returns = [*np.random.default_rng(1).normal(0, 0.02, 40), -1.0]
    found = return_intervals(returns, periods_per_year=365)

    assert found is not None
    assert found.total_return is None
    assert found.sharpe_ratio is not None


def test_annualising_scales_the_sharpe_interval_alone() -> None:
    returns = autoregressive(100, 0.2, 8) * 0.01
    daily = return_intervals(returns, periods_per_year=365)
    plain = return_intervals(returns, periods_per_year=1)
    assert daily is not None
    assert daily.sharpe_ratio is not None
    assert plain is not None
    assert plain.sharpe_ratio is not None

    assert daily.sharpe_ratio.low == pytest.approx(
        plain.sharpe_ratio.low * math.sqrt(365)
    )
    assert daily.total_return == plain.total_return


@given(st.lists(st.floats(-0.5, 0.5), max_size=30))
def test_the_same_returns_give_the_same_finite_intervals(returns: list[float]) -> None:
    found = return_intervals(returns, periods_per_year=365, resamples=200)

    assert found == return_intervals(returns, periods_per_year=365, resamples=200)
    for interval in (found.sharpe_ratio, found.total_return) if found else ():
        if interval is not None:
            assert math.isfinite(interval.low)
            assert interval.low <= interval.high


# --- the probabilistic Sharpe ratio ---------------------------------------------


def test_the_example_of_the_paper_comes_out() -> None:
    # Bailey & Lopez de Prado 2012: 24 monthly returns, SR 0.458, against 0.
    crooked = sharpe_probability(
        0.458, observations=24, skewness=-2.448, kurtosis=10.164
    )
    normal = sharpe_probability(0.458, observations=24, skewness=0, kurtosis=3)

    assert crooked == pytest.approx(0.913, abs=0.0005)
    assert normal == pytest.approx(0.982, abs=0.0005)


def test_the_moments_are_those_of_scipy() -> None:
    returns = skewed(60, 7)
    sharpe = returns.mean() / returns.std(ddof=1)

    expected = sharpe_probability(
        float(sharpe),
        observations=60,
        skewness=float(scipy_stats().skew(returns)),
        kurtosis=float(scipy_stats().kurtosis(returns, fisher=False)),
        benchmark_sharpe=0.05,
    )
    found = probabilistic_sharpe_ratio(returns, benchmark_sharpe=0.05)

    assert expected is not None
    assert found == pytest.approx(expected, rel=1e-12)


def test_a_sharpe_ratio_as_good_as_the_benchmark_is_a_coin_toss() -> None:
    # Mean 2, sample std sqrt(2): SR = sqrt(2).
    assert probabilistic_sharpe_ratio(
        [1.0, 3.0], benchmark_sharpe=math.sqrt(2)
    ) == pytest.approx(0.5)


def test_two_opposite_returns_by_hand() -> None:
    # +-1 around 1: mean 1, population std 2, sample std sqrt(8); skew 0, kurtosis 1.
    score = (1 / math.sqrt(8)) * math.sqrt(1)

    assert probabilistic_sharpe_ratio([3.0, -1.0]) == pytest.approx(
        NormalDist().cdf(score)
    )


def test_without_variance_there_is_no_probability() -> None:
    assert probabilistic_sharpe_ratio([]) is None
    assert probabilistic_sharpe_ratio([0.1]) is None
    assert probabilistic_sharpe_ratio([0.1] * 20) is None
    # Skewness 2 with kurtosis 5 is two-valued: the root is 1 - SR, 0 at SR = 1.
    assert sharpe_probability(1, observations=9, skewness=2, kurtosis=5) is None


@given(st.lists(st.floats(-0.2, 0.2), min_size=3, max_size=30), SCALES)
@settings(deadline=None)
def test_the_probability_ignores_the_size_of_the_stakes(
    returns: list[float], scale: float
) -> None:
    found = probabilistic_sharpe_ratio(returns)
    scaled = probabilistic_sharpe_ratio([each * scale for each in returns])

    if found is None or scaled is None:
        return
    assert 0 <= found <= 1
    assert scaled == pytest.approx(found, abs=1e-6)
