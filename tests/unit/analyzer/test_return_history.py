"""What a tear sheet says of equity curves, worked out by hand."""

from math import sqrt

import numpy as np
import pytest

from nof1_tracker.analyzer.equity.aggregate_curve import aggregate_curve
from nof1_tracker.analyzer.equity.equity_curve import EquityCurve, equity_curve
from nof1_tracker.analyzer.equity.exposure import Exposure
from nof1_tracker.analyzer.equity.return_history import (
    BINS,
    correlations,
    days_of,
    histogram,
    rolling_sharpe,
    worst_drawdowns,
)
from tests.unit.analyzer.columns import at, grid, hourly, snapshots

HOURS = range(1, 201)


def _alternating(gain: float = 0.02, loss: float = -0.01) -> EquityCurve:
    """200 hours, each other one with this gain, the rest with that loss."""
    steps = np.where(np.arange(200) % 2, 1 + loss, 1 + gain)
    return hourly((10_000 * np.cumprod(steps)).tolist())


def _gappy() -> EquityCurve:
    """Known at the opening, in the first hour and in the last two of ten."""
    seen = snapshots([11_000, 8_800, 9_900], hours=[1, 9, 10])
    return equity_curve(seen, grid(10), initial_equity=10_000)


def test_an_aggregate_is_the_mean_where_each_account_is_known() -> None:
    whole = hourly([11_000, 12_000, 13_000, 14_000, 15_000, 16_000, 17_000, 18_000])
    seen = snapshots([9_000, 8_000], hours=[1, 7])
    found = aggregate_curve([whole, equity_curve(seen, grid(8), initial_equity=10_000)])
    assert found is not None
    assert found.equity[[0, 1, 7, 8]].tolist() == [10_000, 10_000, 12_500, 13_000]
    assert np.isnan(found.equity[2:7]).all()
    assert found.observed.values[-1] == 13_000
    assert found.gaps == 1


def test_accounts_that_are_never_known_at_one_time_have_only_an_opening() -> None:
    curves = [
        equity_curve(snapshots([9_000], hours=[hour]), grid(8), initial_equity=10_000)
        for hour in (4, 8)
    ]
    found = aggregate_curve(curves)
    assert found is not None
    assert found.observations == 0


def test_a_histogram_counts_the_returns_of_neighbouring_hours() -> None:
    found = histogram(_alternating())
    assert found is not None
    assert found.limit == pytest.approx(0.02)
    assert len(found.counts) == BINS
    # -0.01 is at a quarter of the bins, and 0.02 in the last one.
    assert found.counts[BINS // 4] + found.counts[BINS // 4 - 1] == 100
    assert found.counts[-1] == 100


def test_fewer_than_a_hundred_returns_have_no_histogram() -> None:
    assert histogram(hourly([10_100, 10_000] * 49)) is None
    assert histogram(_gappy()) is None


def test_the_rolling_sharpe_ratio_is_that_of_a_whole_week() -> None:
    ratios = rolling_sharpe(_alternating(), np.array([100, 167, 168, 200]))
    # 84 returns of 2 % and 84 of -1 %: mean 0.5 %, deviation 1.5 % * sqrt(168 / 167).
    sharpe = 0.005 / (0.015 * sqrt(168 / 167)) * sqrt(8760)
    assert np.isnan(ratios[:2]).all()
    assert ratios[2:] == pytest.approx([sharpe, sharpe])


def test_an_outage_in_a_week_withholds_its_sharpe_ratio() -> None:
    # 20 of 168 hours are not observed, and 30 % are lost in them.
    levels = [
        10_000 * (0.7 if hour > 120 else 1) * (1 + hour % 2 / 50) for hour in HOURS
    ]
    seen = [hour for hour in HOURS if not 100 < hour <= 120]
    curve = equity_curve(
        snapshots([levels[hour - 1] for hour in seen], hours=seen),
        grid(200),
        initial_equity=10_000,
    )
    assert np.isnan(rolling_sharpe(curve, np.array([168, 200]))).all()


def test_the_worst_drawdowns_say_over_which_gap_they_are_at_least_as_deep() -> None:
    (spell,) = worst_drawdowns(_gappy())
    assert spell.depth == pytest.approx(-0.2)
    assert (spell.peak_at, spell.trough_at) == (at(1), at(9))
    assert (spell.recovered_at, spell.seconds) == (None, 9 * 3600)
    assert spell.is_least


def test_drawdowns_come_deepest_first_and_end_when_the_peak_is_regained() -> None:
    first, second = worst_drawdowns(hourly([9_000, 10_000, 12_000, 6_000, 13_000]))
    assert [first.depth, second.depth] == pytest.approx([-0.5, -0.1])
    assert (first.recovered_at, second.peak_at) == (at(5), at(0))
    assert {first.is_least, second.is_least} == {False}


def test_a_day_has_its_return_its_exposure_and_its_leverage() -> None:
    curve = hourly([10_000] * 23 + [11_000] + [12_100] * 24)
    held = np.where(np.arange(49) < 12, 1.0, 0.0)
    market = Exposure(
        times=curve.times, in_position=held, gross_leverage=3 * held, net_leverage=held
    )
    days = days_of(curve, market)
    assert sum(each.total_return is not None for each in days) == len(days)
    assert np.prod([1 + (each.total_return or 0) for each in days]) == pytest.approx(
        1.21
    )
    assert days[0].exposure is not None
    assert days[0].leverage == pytest.approx(3 * days[0].exposure)


def test_returns_correlate_over_the_hours_that_both_are_known() -> None:
    one, other = _alternating(), _alternating(-0.01, 0.02)
    matrix = correlations([one, one, other, hourly([10_000.0] * 200)])
    assert matrix[0][0] is None
    assert list(matrix[0][1:3]) == pytest.approx([1, -1])
    assert matrix[3] == (None, None, None, None)
    short = equity_curve(
        snapshots([10_100, 10_000] * 40), grid(200), initial_equity=10_000
    )
    assert correlations([one, short]) == ((None, None), (None, None))
