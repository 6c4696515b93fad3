"""Two equity curves over the same time: what they owe to the market cancels out."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.analyzer.uncertainty.difference import RecoveredDifference
from nof1_tracker.analyzer.uncertainty.mean_trade import ShareEstimate
from nof1_tracker.analyzer.uncertainty.paired_returns import (
    PairedFigure,
    PairedReturns,
    paired_returns,
)
from nof1_tracker.records.account_columns import FloatArray


def noise(size: int = 240, seed: int = 1, drift: float = 0.0) -> FloatArray:
    return np.random.default_rng(seed).normal(drift, 0.01, size)


def paired(first: FloatArray, second: FloatArray) -> PairedReturns:
    return paired_returns(first, second, periods_per_year=8760, level=0.95)


def both(found: PairedReturns) -> tuple[PairedFigure, PairedFigure]:
    assert found.total_return is not None
    assert found.sharpe_ratio is not None
    return found.total_return, found.sharpe_ratio


def test_the_same_returns_twice_differ_by_nothing() -> None:
    total, sharpe = both(paired(noise(), noise()))

    assert (total.probability, sharpe.probability) == (0.5, 0.5)
    assert (sharpe.interval.low, sharpe.interval.high) == pytest.approx((0, 0))
    assert total.interval.low <= 0 <= total.interval.high


def test_figures_are_those_of_the_returns_themselves() -> None:
    first, second = noise(), noise(seed=2)
    total, sharpe = both(paired(first, second))

    assert total.first == pytest.approx(np.prod(1 + first) - 1)
    assert total.second == pytest.approx(np.prod(1 + second) - 1)
    expected = first.mean() / first.std(ddof=1) * math.sqrt(8760)
    assert sharpe.first == pytest.approx(expected)


def test_what_both_owe_to_the_market_is_no_doubt_about_their_difference() -> None:
    market, own = noise(seed=3), noise(seed=4) / 5
    together = both(paired(market + own + 0.001, market))
    apart = both(paired(market + own + 0.001, noise(seed=6)))

    for ours, theirs in zip(together, apart, strict=True):
        width = ours.interval.high - ours.interval.low
        assert width < (theirs.interval.high - theirs.interval.low) / 2
        assert ours.probability > 0.99


def test_seen_from_the_other_side_all_signs_turn() -> None:
    ours = both(paired(noise(drift=0.001), noise(seed=2)))
    theirs = both(paired(noise(seed=2), noise(drift=0.001)))

    for one, other in zip(ours, theirs, strict=True):
        assert one.interval.low == pytest.approx(-other.interval.high)
        assert one.probability == pytest.approx(1 - other.probability)


def test_one_flat_curve_has_a_return_and_no_sharpe_ratio() -> None:
    found = paired(noise(drift=0.01), np.zeros(240))

    assert found.sharpe_ratio is None
    assert found.correlation is None
    assert found.total_return is not None
    assert found.total_return.second == 0
    assert found.total_return.interval.low > 0


def test_after_a_loss_of_everything_there_is_no_total_return() -> None:
    ruined = np.append(noise(239), -1.0)

    assert paired(ruined, noise()).total_return is None


def test_returns_of_different_periods_are_no_pair() -> None:
    with pytest.raises(ValueError, match="cannot be paired"):
        paired(noise(120), noise(121))


@given(st.integers(0, 2**32), st.floats(-0.002, 0.002))
def test_probability_and_interval_say_the_same(seed: int, drift: float) -> None:
    for each in both(paired(noise(120, seed, drift), noise(120, seed + 1))):
        assert each.interval.low <= each.first - each.second <= each.interval.high
        assert (each.interval.low > 0) == (each.probability > 0.975)
        assert (each.interval.high < 0) == (each.probability < 0.025)


def test_the_difference_of_two_shares_is_newcombes() -> None:
    # Newcombe 1998, table II, case (a): 56/70 - 48/80, interval 0.0524 to 0.3339.
    ours, theirs = ShareEstimate(56 / 70, 70), ShareEstimate(48 / 80, 80)
    found = RecoveredDifference(
        ours.share, theirs.share, ours.bounds, theirs.bounds
    ).bounds(1.959964)

    assert found == pytest.approx((0.0524, 0.3339), abs=5e-5)
