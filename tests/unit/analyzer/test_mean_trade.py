"""How certain a mean trade and a win rate are: by hand, edges and laws."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.analyzer.uncertainty.mean_trade import (
    LEAST_TRADES,
    MeanEstimate,
    MeanTrade,
    ShareEstimate,
    mean_trade,
)
from tests.unit.analyzer.columns import times

CENTS = st.integers(-100_000, 100_000).map(lambda cents: cents / 100)
TEN = [120.0, -40, 300, -75, 0, 220, -60, 90, 410, -35]


def of(nets: Sequence[float], hours: Sequence[float] | None = None) -> MeanTrade | None:
    """The nets of legs that close an hour apart, or at those hours."""
    closed = times(range(len(nets)) if hours is None else hours)
    return mean_trade(np.array(nets, dtype=np.float64), closed)


def known(nets: Sequence[float], hours: Sequence[float] | None = None) -> MeanEstimate:
    found = of(nets, hours)
    assert found is not None
    assert found.net is not None
    return found.net


def test_mean_error_and_skewness_of_ten_trades_by_hand() -> None:
    found = known(TEN)

    # Deviations from 93: 27 -133 207 -168 -93 127 -153 -3 317 -128; their squares sum
    # to 263,560 + 516 = 264,060 and their cubes to 26,160,240.
    deviations = [27, -133, 207, -168, -93, 127, -153, -3, 317, -128]
    variance = sum(each**2 for each in deviations) / 9
    third = sum(each**3 for each in deviations) * 10 / (9 * 8)
    assert found.mean == pytest.approx(93)
    assert found.error == pytest.approx(math.sqrt(variance / 10))
    assert found.skewness == pytest.approx(third / variance**1.5 / math.sqrt(10))
    assert found.degrees == 9


def test_the_interval_of_a_symmetric_sample_is_students() -> None:
    nets = [-2.0, -1, 0, 1, 2] * 2
    # s^2 = 20 / 9, error = sqrt(2 / 9), t of 9 degrees = 2.2622
    found = known(nets).interval(0.95)

    assert found.high == pytest.approx(2.26216 * math.sqrt(2 / 9), rel=1e-5)
    assert found.low == pytest.approx(-found.high)


def test_a_long_tail_widens_the_interval_on_its_side_alone() -> None:
    skewed = known([1.0] * 9 + [30.0])
    found = skewed.interval(0.95)
    reach = 2.26216 * skewed.error

    assert skewed.mean - found.low == pytest.approx(reach, rel=1e-5)
    assert found.high - skewed.mean > 1.5 * reach


def test_legs_that_close_in_one_hour_are_one_burst() -> None:
    nets = [net for net in TEN for _ in range(3)]
    hours = [hour + minute / 60 for hour in range(10) for minute in (0, 20, 59)]
    found, single = of(nets, hours), of(TEN)

    assert found is not None
    assert single is not None
    assert (found.trades, found.independent) == (30, 10)
    assert found.net is not None
    assert single.net is not None
    assert found.net.error == pytest.approx(single.net.error)
    assert found.net.skewness == pytest.approx(single.net.skewness)
    assert found.wins.independent == pytest.approx(single.wins.independent)


def test_bursts_of_unequal_size_count_as_fewer() -> None:
    # Kish: (6 x 1 + 6 x 3)^2 / (6 x 1 + 6 x 9) = 576 / 60
    hours = [*range(6), *(6.0 + each // 3 for each in range(18))]

    assert of(list(range(24)), hours) is None
    longer = [*range(8), *(8.0 + each // 3 for each in range(18))]
    found = of(list(range(26)), longer)
    assert found is not None
    assert found.independent == pytest.approx(26**2 / (8 + 54))


def test_a_leg_whose_exit_is_not_known_is_a_burst_of_its_own() -> None:
    closed = np.full(10, np.datetime64("NaT"), "datetime64[us]")
    found = mean_trade(np.array(TEN), closed)

    assert found is not None
    assert found.independent == 10


@pytest.mark.parametrize("count", [0, 1, 3, LEAST_TRADES - 1])
def test_below_ten_trades_nothing_is_claimed(count: int) -> None:
    assert of(TEN[:count]) is None
    assert of([*TEN[:count], math.nan, math.nan, math.nan]) is None


def test_nets_that_are_all_the_same_have_a_win_rate_and_no_spread() -> None:
    found = of([5.0] * 10)

    assert found is not None
    assert found.net is None
    assert found.wins == ShareEstimate(1.0, 10.0)
    assert not found.is_dominated


def test_nothing_but_wins_prove_no_certainty() -> None:
    found = of([5.0] * 10)

    assert found is not None
    # Wilson: without a loss its lower end is 1 / (1 + z^2 / n), and z^2 is 3.8415.
    interval = found.wins.interval(0.95)
    assert interval.low == pytest.approx(1 / 1.38415, abs=1e-5)
    assert interval.high == 1


def test_one_trade_that_makes_the_result_is_named() -> None:
    lucky, even = of([-1.0, 1] * 10 + [400.0]), of([-1.0, 1] * 10)

    assert lucky is not None
    assert even is not None
    assert lucky.is_dominated
    assert not even.is_dominated


def test_the_difference_of_two_means_is_welchs() -> None:
    first, second = MeanEstimate(3, 0.3, 0.0, 9), MeanEstimate(1, 0.4, 0.0, 19)
    found = first - second

    assert found.mean == 2
    assert found.error == pytest.approx(0.5)
    assert found.degrees == pytest.approx(0.25**2 / (0.09**2 / 9 + 0.16**2 / 19))
    assert found.skewness == 0


@given(st.lists(CENTS, min_size=10, max_size=40), st.floats(0.5, 0.999))
def test_an_interval_never_leaves_out_its_figure(
    nets: list[float], level: float
) -> None:
    found = of(nets)
    assert found is not None
    wins = found.wins.interval(level)
    assert 0 <= wins.low <= found.wins.share <= wins.high <= 1 + 1e-12
    if found.net:
        interval = found.net.interval(level)
        assert interval.low <= found.net.mean <= interval.high


@given(st.lists(CENTS, min_size=10, max_size=40))
def test_probability_and_interval_say_the_same(nets: list[float]) -> None:
    found = of(nets)
    if found is None or found.net is None:
        return
    interval, chance = found.net.interval(0.95), found.net.probability
    assert (interval.low > 0) == (chance > 0.975) or chance == pytest.approx(0.975)
    assert (interval.high < 0) == (chance < 0.025) or chance == pytest.approx(0.025)


@given(st.lists(CENTS, min_size=10, max_size=40), st.sampled_from([2.0**-12, 2.0**20]))
def test_scaling_every_net_scales_the_estimate(nets: list[float], scale: float) -> None:
    ours, theirs = of(nets), of([each * scale for each in nets])
    assert ours is not None
    assert theirs is not None
    assert ours.wins == theirs.wins
    if ours.net and theirs.net:
        assert theirs.net.mean == ours.net.mean * scale
        assert theirs.net.error == ours.net.error * scale
        assert theirs.net.probability == ours.net.probability


def test_nets_at_the_edge_of_what_a_float_holds_do_not_overflow() -> None:
    found = known([1e308, -1e308] * 5 + [9e307])

    assert math.isfinite(found.mean)
    assert math.isfinite(found.error)
    assert 0 <= (found - found).probability <= 1
