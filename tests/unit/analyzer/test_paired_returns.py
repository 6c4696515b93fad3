"""Two curves resampled together: the same stretches of time from both."""

import math

import numpy as np
import pytest

from nof1_tracker.analyzer.uncertainty.bootstrap import block_length, generator
from nof1_tracker.analyzer.uncertainty.intervals import ReturnSeries, return_intervals
from nof1_tracker.analyzer.uncertainty.paired_returns import (
    PairedReturns,
    paired_returns,
)
from nof1_tracker.records.account_columns import FloatArray
from tests.unit.analyzer.columns import HOURS_PER_YEAR


def market(seed: int, size: int = 300) -> FloatArray:
    return np.random.default_rng(seed).normal(0.0, 0.01, size)


def noise(seed: int, size: int = 300) -> FloatArray:
    return np.random.default_rng(seed + 1_000).normal(0.0, 0.002, size)


def paired(first: FloatArray, second: FloatArray, **options: float) -> PairedReturns:
    found = paired_returns(
        first, second, periods_per_year=HOURS_PER_YEAR, **options  # type: ignore[arg-type]
    )
    assert found is not None
    return found


def test_the_same_returns_twice_differ_by_nothing() -> None:
    returns = market(1)

    found = paired(returns, returns)

    for each in (found.sharpe_ratio, found.total_return):
        assert each.interval is not None
        assert (each.interval.low, each.interval.high) == (0.0, 0.0)
        assert each.probability == 0.5
        assert each.first == each.second
    assert found.correlation == pytest.approx(1)


def test_estimates_are_those_of_the_returns_themselves() -> None:
    first, second = market(1), market(2)

    found = paired(first, second)

    expected = first.mean() / first.std(ddof=1) * math.sqrt(HOURS_PER_YEAR)
    assert found.sharpe_ratio.first == pytest.approx(expected, rel=1e-12)
    assert found.total_return.second == pytest.approx(
        np.prod(1 + second) - 1, rel=1e-12
    )


def test_a_resample_takes_the_same_blocks_from_both() -> None:
    first, second = market(1, 40), market(2, 40)
    starts, lengths = np.array([[38, 5, 0]]), np.array([[4, 30, 6]])
    order = [38, 39, 0, 1, *range(5, 35), *range(6)]

    for returns in (first, second):
        written_out = returns[order]
        sharpe, total = ReturnSeries(returns).resampled(starts, lengths)
        expected = written_out.mean() / written_out.std(ddof=1)
        assert sharpe[0] == pytest.approx(expected, rel=1e-9)
        assert total[0] == pytest.approx(np.prod(1 + written_out) - 1, rel=1e-9)


def test_what_both_owe_to_the_market_is_no_doubt_about_their_difference() -> None:
    shared = market(3)
    first, second = shared + 0.0005, shared + noise(3)

    found = paired(first, second).total_return

    alone = return_intervals(first, periods_per_year=HOURS_PER_YEAR)
    assert found.interval is not None
    assert alone is not None
    assert alone.total_return is not None
    wide = alone.total_return.high - alone.total_return.low
    assert found.interval.high - found.interval.low < wide / 2
    assert found.interval.low > 0
    assert found.probability is not None
    assert found.probability > 0.99


def test_seen_from_the_other_side_all_signs_turn() -> None:
    first, second = market(4), 0.5 * market(4) + noise(4)

    one, other = paired(first, second), paired(second, first)

    for ours, theirs in (
        (one.sharpe_ratio, other.sharpe_ratio),
        (one.total_return, other.total_return),
    ):
        assert ours.interval is not None
        assert theirs.interval is not None
        assert ours.interval.low == pytest.approx(-theirs.interval.high)
        assert ours.interval.high == pytest.approx(-theirs.interval.low)
        assert ours.probability == pytest.approx(1 - (theirs.probability or 0))


def test_nineteen_of_twenty_intervals_hold_no_difference_where_there_is_none() -> None:
    held = {"sharpe": 0, "total": 0}
    rounds = 200
    for seed in range(rounds):
        shared = market(seed, 240)
        found = paired(
            shared + noise(2 * seed, 240),
            shared + noise(2 * seed + 1, 240),
            resamples=500,
        )
        for name, each in (
            ("sharpe", found.sharpe_ratio),
            ("total", found.total_return),
        ):
            assert each.interval is not None
            held[name] += each.interval.low <= 0 <= each.interval.high

    # Binomial with 0.95 of 200: below 177 once in 2,000 times.
    assert min(held.values()) >= 177


def test_the_same_input_gives_the_same_numbers_and_another_seed_others() -> None:
    first, second = market(5), market(6)

    assert paired(first, second) == paired(first, second)
    assert paired(first, second) != paired(first, second, seed=7)


def test_blocks_are_as_long_as_the_longest_that_is_called_for() -> None:
    rng = generator(1, "")
    trending = np.convolve(rng.normal(0, 0.01, 400), np.ones(12) / 12, "valid")
    quick = rng.normal(0, 0.01, len(trending))

    found = paired(trending, quick)

    assert found.block_length >= block_length(trending) > block_length(quick)


def test_one_flat_curve_has_a_return_and_no_sharpe_ratio() -> None:
    returns = market(8)

    found = paired(returns, np.zeros(len(returns)))

    assert found.sharpe_ratio.second is None
    assert found.sharpe_ratio.interval is None
    assert found.sharpe_ratio.probability is None
    assert found.total_return.second == 0
    assert found.total_return.interval is not None
    assert found.correlation is None


def test_after_a_loss_of_everything_there_is_no_total_return() -> None:
    ruined = np.array([0.01, -1.0, 0.02, 0.01] * 10)

    found = paired(ruined, market(9, 40))

    assert found.total_return.first is None
    assert found.total_return.interval is None


@pytest.mark.parametrize("size", [0, 1, 50])
def test_without_variation_there_is_nothing_to_resample(size: int) -> None:
    flat = np.zeros(size)

    assert paired_returns(flat, flat, periods_per_year=HOURS_PER_YEAR) is None


def test_returns_of_different_periods_are_no_pair() -> None:
    with pytest.raises(ValueError, match="cannot be paired"):
        paired_returns(market(1, 5), market(1, 6), periods_per_year=HOURS_PER_YEAR)
