"""Equity metrics: hand-worked arithmetic, gaps, ruin, edges and laws."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nof1_tracker.analyzer.equity.equity_curve import Grid, equity_at, equity_curve
from nof1_tracker.analyzer.equity.equity_metrics import (
    EquityMetrics,
    Withheld,
    equity_metrics,
    sharpe_ratio,
    sortino_ratio,
    volatility,
)
from nof1_tracker.analyzer.equity.exposure import exposure_through_time
from nof1_tracker.records.account_columns import EquityColumns
from tests.unit.analyzer.columns import (
    DAY,
    HOUR,
    HOURS_PER_YEAR,
    START,
    at,
    grid,
    hourly,
    snapshots,
    times,
)

CURVES = st.lists(st.integers(1, 10**7).map(lambda c: c / 100), min_size=1, max_size=60)


def _metrics(
    columns: EquityColumns, on: Grid, initial_equity: float = 10_000
) -> EquityMetrics:
    return equity_metrics(
        columns, on, initial_equity=initial_equity, periods_per_year=HOURS_PER_YEAR
    )


def _hourly(equity: Sequence[float], initial_equity: float = 10_000) -> EquityMetrics:
    return _metrics(snapshots(equity), grid(len(equity)), initial_equity)


# --- the grid -------------------------------------------------------------------


def test_uneven_snapshots_are_carried_forward_onto_the_grid() -> None:
    columns = snapshots([101, 102, 103, 104], [0.2, 0.9, 1.0, 2.5])
    curve = equity_curve(columns, grid(4), initial_equity=100)

    assert curve.equity.tolist() == [100, 103, 103, 104, 104]
    assert curve.observations == 4
    assert curve.gaps == 0


def test_a_grid_reaches_up_to_and_with_its_end() -> None:
    half_hours = grid(1.5, step=HOUR / 2).times

    assert half_hours.tolist() == [at(h).replace(tzinfo=None) for h in (0, 0.5, 1, 1.5)]
    assert len(grid(1.9).times) == 2
    assert len(grid(0).times) == 1


def test_rows_out_of_order_give_the_same_curve_and_of_equal_times_the_last_counts() -> (
    None
):
    columns = snapshots([103, 101, 999, 102], [3, 1, 2, 2])
    curve = equity_curve(columns, grid(3), initial_equity=100)

    assert curve.equity.tolist() == [100, 101, 102, 103]


def test_the_start_holds_the_initial_equity_whatever_was_observed_there() -> None:
    columns = snapshots([7, 8, 9_900], [-1, 0, 1])
    curve = equity_curve(columns, grid(1), initial_equity=10_000)

    assert curve.equity.tolist() == [10_000, 9_900]
    assert curve.observations == 1


def test_snapshots_without_equity_or_time_and_after_the_end_are_left_out() -> None:
    columns = snapshots([math.nan, 101, math.inf, 150], [0.5, 1, 1.5, 9])
    late = replace(columns, observed_at=columns.observed_at.copy())
    late.observed_at[0] = np.datetime64("NaT", "us")
    curve = equity_curve(late, grid(2), initial_equity=100)

    assert curve.equity.tolist() == [100, 101, 101]


def test_a_long_silence_is_a_gap_and_the_change_across_it_is_one_return() -> None:
    columns = snapshots([100, 110, 220, 231], [1, 2, 6, 7])
    curve = equity_curve(columns, grid(7), initial_equity=100)

    assert curve.equity.tolist() == pytest.approx(
        [100, 100, 110, math.nan, math.nan, math.nan, 220, 231], nan_ok=True
    )
    assert curve.returns.tolist() == pytest.approx([0, 0.1, 1, 0.05])
    assert curve.coverage == pytest.approx(3 / 7)
    assert (curve.gaps, curve.gap_seconds) == (1, 4 * 3600)


def test_a_gap_counts_in_the_report_but_the_total_return_spans_it() -> None:
    found = _metrics(snapshots([100, 110, 220, 231], [1, 2, 6, 7]), grid(7), 100)

    assert (found.periods, found.excluded_periods) == (4, 3)
    assert found.total_return == pytest.approx(1.31)


def test_an_observation_alone_in_a_gap_counts_in_the_drawdown() -> None:
    columns = snapshots([100, 40, 90], [1, 9.5, 20])
    found = _metrics(columns, grid(20), 100)

    assert found.drawdown is not None
    assert found.drawdown.max_drawdown == pytest.approx(-0.6)
    assert found.drawdown.trough_at == at(9.5)
    assert found.grid_drawdown is None
    assert found.periods == 2


def test_a_silence_as_long_as_the_limit_is_no_gap() -> None:
    curve = equity_curve(snapshots([110, 120], [1, 4]), grid(4), initial_equity=100)

    assert curve.gaps == 0


def test_the_silence_before_the_end_is_a_gap_too() -> None:
    found = _metrics(snapshots([110], [1]), grid(9), 100)

    assert (found.gaps, found.gap_seconds) == (1, 8 * 3600)
    assert (found.periods, found.final_equity, found.final_at) == (1, 110, at(1))


def test_the_newest_equity_counts_even_between_two_points_of_the_grid() -> None:
    found = _metrics(snapshots([110, 120, 90], [1, 2, 2.5]), grid(2.75), 100)

    assert found.total_return == pytest.approx(-0.1)
    assert found.final_at == at(2.5)
    assert found.drawdown is not None
    assert found.drawdown.max_drawdown == pytest.approx(-0.25)
    assert found.periods == 3


def test_the_equity_at_an_instant_is_the_last_one_observed() -> None:
    curve = equity_curve(snapshots([110, 120], [1, 2]), grid(3), initial_equity=100)
    found = equity_at(times([-1, 0, 1.5, 9]), curve)

    assert found.tolist() == pytest.approx([math.nan, 100, 110, math.nan], nan_ok=True)


@pytest.mark.parametrize(
    ("start", "end", "step"),
    [
        (START.replace(tzinfo=None), at(1), HOUR),
        (START, at(-1), HOUR),
        (START, at(1), timedelta(0)),
    ],
)
def test_a_grid_without_sense_is_refused(
    start: datetime, end: datetime, step: timedelta
) -> None:
    with pytest.raises(ValueError, match="grid needs"):
        Grid(start, end, step, HOUR)


def test_a_curve_without_an_initial_equity_is_refused() -> None:
    with pytest.raises(ValueError, match="initial equity"):
        hourly([1], initial_equity=math.nan)


# --- by hand --------------------------------------------------------------------


def test_returns_and_ratios_worked_by_hand() -> None:
    found = _hourly([110, 99, 108.9], initial_equity=100)
    returns = hourly([110, 99, 108.9], initial_equity=100).returns

    average = (0.1 - 0.1 + 0.1) / 3
    deviation = math.sqrt(((0.2 / 3) ** 2 * 2 + (0.4 / 3) ** 2) / 2)
    year = math.sqrt(HOURS_PER_YEAR)
    assert found.total_return == pytest.approx(0.089)
    assert volatility(returns, periods_per_year=HOURS_PER_YEAR) == pytest.approx(
        deviation * year
    )
    assert sharpe_ratio(returns, periods_per_year=HOURS_PER_YEAR) == pytest.approx(
        average / deviation * year
    )
    assert sortino_ratio(returns, periods_per_year=HOURS_PER_YEAR) == pytest.approx(
        average / math.sqrt(0.01 / 3) * year
    )


def test_a_year_is_annualised_to_itself() -> None:
    found = equity_metrics(
        snapshots([12_000], [365 * 24]),
        grid(365 * 24, step=DAY, max_gap=400 * DAY),
        initial_equity=10_000,
        periods_per_year=365,
    )

    assert found.annualised_return == pytest.approx(0.2)
    assert found.calmar_ratio is None


def test_calmar_is_the_annualised_return_over_the_drawdown() -> None:
    found = equity_metrics(
        snapshots([8_000, 12_100], [24, 2 * 365 * 24]),
        grid(2 * 365 * 24, step=DAY, max_gap=800 * DAY),
        initial_equity=10_000,
        periods_per_year=365,
    )

    assert found.annualised_return == pytest.approx(0.1)
    assert found.calmar_ratio == pytest.approx(0.5)


def test_the_deepest_drawdown_has_its_dates_and_its_duration() -> None:
    found = _hourly([100, 95, 100, 120, 90, 60, 119, 120, 118], initial_equity=100)

    drawdown = found.drawdown
    assert drawdown is not None
    assert drawdown.max_drawdown == -0.5
    assert (drawdown.peak_at, drawdown.trough_at) == (at(4), at(6))
    assert drawdown.recovered_at == at(8)
    assert drawdown.duration_seconds == 4 * 3600
    assert drawdown.longest_underwater_seconds == 4 * 3600
    assert drawdown.underwater_share == 5 / 9


def test_a_drawdown_that_is_not_made_good_lasts_until_the_end() -> None:
    found = _hourly([90, 80, 85], initial_equity=100)

    drawdown = found.drawdown
    assert drawdown is not None
    assert (drawdown.peak_at, drawdown.trough_at) == (START, at(2))
    assert drawdown.recovered_at is None
    assert drawdown.duration_seconds == 3 * 3600
    assert drawdown.underwater_share == 1


def test_a_loss_from_the_very_first_moment_is_a_drawdown() -> None:
    # freqtrade reports 1.5 % for an account that loses 40 % on its first trade.
    drawdown = _hourly([6_000, 5_910]).drawdown

    assert drawdown is not None
    assert drawdown.max_drawdown == pytest.approx(-0.409)


def test_best_and_worst_day_run_from_midnight_to_midnight() -> None:
    noon = Grid(at(12), at(80), 7 * HOUR, 30 * HOUR)
    columns = snapshots([110, 121, 60, 90, 99], [20, 24, 47, 72, 80])
    found = _metrics(columns, noon, 100)

    assert found.best_day is not None
    assert found.worst_day is not None
    assert found.best_day.day == date(2025, 10, 22)
    assert found.best_day.total_return == pytest.approx(0.5)
    assert found.worst_day.day == date(2025, 10, 21)
    assert found.worst_day.total_return == pytest.approx(60 / 121 - 1)


def test_a_curve_that_ends_at_midnight_has_no_day_of_no_length() -> None:
    found = _metrics(snapshots([90, 45], [24, 48]), grid(48, DAY, DAY), 100)

    assert found.best_day is not None
    assert found.best_day.total_return == pytest.approx(-0.1)


def test_a_day_that_begins_or_ends_in_a_gap_is_not_the_best() -> None:
    columns = snapshots([100, 500, 550, 545], [1, 40, 49, 60])
    found = _metrics(columns, grid(60, max_gap=11 * HOUR), 100)

    assert found.best_day is not None
    assert found.best_day.day == date(2025, 10, 20) + timedelta(days=2)
    assert found.best_day.total_return == pytest.approx(0.09)


def test_exposure_and_leverage_are_weighted_by_time() -> None:
    columns = EquityColumns(
        observed_at=times([1, 2, 3, 3.5]),
        equity=np.array([100.0, 100, 50, 80]),
        open_positions=np.array([0, 2, -1, 1]),
        gross_exposure=np.array([0.0, 300, np.nan, 80]),
        net_exposure=np.array([0.0, -100, np.nan, 80]),
    )
    found = _metrics(columns, grid(4), 100)

    assert found.exposure == 3 / 4
    assert found.avg_gross_leverage == (0 + 3 + 3 + 1) / 4
    assert found.max_gross_leverage == 3
    assert found.avg_net_leverage == (0 - 1 - 1 + 1) / 4
    through_time = exposure_through_time(columns, grid(4))
    assert through_time.gross_leverage.tolist() == pytest.approx(
        [math.nan, 0, 3, 3, 1], nan_ok=True
    )


@pytest.mark.parametrize("equity", [-5.0, 0.0, 1e-309, 0.009])
def test_without_a_cent_left_there_is_no_leverage(equity: float) -> None:
    columns = EquityColumns(
        observed_at=times([1]),
        equity=np.array([equity]),
        gross_exposure=np.array([100.0]),
    )
    found = _metrics(columns, grid(1))

    assert found.avg_gross_leverage is found.max_gross_leverage is None


def test_exposure_that_was_never_observed_is_not_zero() -> None:
    found = _hourly([10_100, 10_200])

    assert found.exposure is found.avg_gross_leverage is found.avg_net_leverage is None


# --- edges ----------------------------------------------------------------------


def _ratios(found: EquityMetrics) -> list[float | None]:
    return [
        found.total_return,
        found.annualised_return,
        found.volatility,
        found.sharpe_ratio,
        found.sortino_ratio,
        found.calmar_ratio,
        found.drawdown.max_drawdown if found.drawdown else None,
    ]


def test_without_snapshots_nothing_is_claimed() -> None:
    found = _metrics(snapshots([]), grid(5))

    assert _ratios(found) == [None] * 7
    assert (found.final_equity, found.final_at) == (None, None)
    assert (found.best_day, found.worst_day, found.drawdown) == (None, None, None)
    assert (found.observations, found.periods, found.excluded_periods) == (0, 0, 5)
    assert found.gap_seconds == 5 * 3600


def test_one_snapshot_has_a_return_but_no_volatility() -> None:
    found = _hourly([11_000])

    assert found.total_return == pytest.approx(0.1)
    assert found.volatility is found.sharpe_ratio is found.sortino_ratio is None


def test_a_day_less_than_a_year_is_not_annualised() -> None:
    found = equity_metrics(
        snapshots([12_000], [364 * 24]),
        grid(364 * 24, step=DAY, max_gap=400 * DAY),
        initial_equity=10_000,
        periods_per_year=365,
    )

    assert found.annualised_return is found.calmar_ratio is None
    assert found.total_return == pytest.approx(0.2)


def test_a_flat_curve_has_no_risk_and_no_ratio() -> None:
    # freqtrade gives it a Sharpe ratio of -100.
    found = _hourly([10_000] * 5)

    assert found.total_return == 0
    assert found.volatility is found.sharpe_ratio is found.sortino_ratio is None
    assert found.return_over_drawdown is found.calmar_ratio is None
    assert found.drawdown is not None
    assert (found.drawdown.max_drawdown, found.drawdown.peak_at) == (0, None)
    assert found.drawdown.underwater_share == 0


def test_a_deviation_of_rounding_errors_makes_no_sharpe_ratio() -> None:
    steady = [10_000 * 1.001**hour for hour in range(1, 200)]
    found = _hourly(steady)

    assert found.withheld is Withheld.FLAT
    assert found.volatility is found.sharpe_ratio is None


def test_an_account_that_hits_zero_is_ruined_and_earns_nothing_after() -> None:
    found = _hourly([9_000, 0, 0, 5_000])

    assert found.ruined_at == at(2)
    assert (found.periods, found.excluded_periods) == (2, 2)
    assert found.drawdown is not None
    assert found.drawdown.max_drawdown == -1
    assert found.worst_day is not None
    assert found.total_return == -0.5


def test_a_way_out_of_debt_is_no_return() -> None:
    found = _hourly([9_000, -100, -50, 60, 90])

    assert (found.periods, found.excluded_periods) == (2, 3)


def test_an_account_that_ends_at_zero_lost_everything() -> None:
    found = _hourly([9_000, 0])

    assert found.total_return == -1


def test_debt_is_more_than_everything_lost_and_has_no_annual_rate() -> None:
    found = _hourly([5_000, -500])

    assert found.total_return == pytest.approx(-1.05)
    assert found.annualised_return is found.calmar_ratio is None
    assert found.drawdown is not None
    assert found.drawdown.max_drawdown == pytest.approx(-1.05)


@pytest.mark.parametrize("initial_equity", [0.0, -10.0])
def test_an_account_that_starts_with_nothing_has_no_return(
    initial_equity: float,
) -> None:
    found = _hourly([0, 100], initial_equity)

    assert _ratios(found) == [None] * 7
    assert found.final_equity == 100


def test_a_grid_of_one_point_still_knows_the_newest_equity() -> None:
    found = _metrics(snapshots([10_500], [0.5]), grid(0.5))

    assert found.total_return == pytest.approx(0.05)
    assert found.periods == 1


# --- what is withheld -------------------------------------------------------------


def _restless(hours: int) -> list[float]:
    """10,000 at even hours, 10,100 at odd ones."""
    return [10_000.0 + 100 * (hour % 2) for hour in range(1, hours + 1)]


def test_ratios_need_a_hundred_returns() -> None:
    few, enough = _hourly(_restless(99)), _hourly(_restless(100))

    assert few.withheld is Withheld.FEW_RETURNS
    assert few.sharpe_ratio is few.sortino_ratio is few.volatility is None
    assert enough.withheld is None
    # Fifty returns of 1/100 and fifty of -1/101: sum of squares, then n - 1 = 99.
    mean = (0.01 - 1 / 101) / 2
    squares = 50 * ((0.01 - mean) ** 2 + (1 / 101 + mean) ** 2)
    year = math.sqrt(HOURS_PER_YEAR)
    assert enough.volatility == pytest.approx(math.sqrt(squares / 99) * year)
    assert enough.sharpe_ratio == pytest.approx(mean / math.sqrt(squares / 99) * year)


def test_ratios_need_nine_tenths_of_the_time() -> None:
    equity = _restless(200)

    def observed_but_for(silent: int) -> EquityMetrics:
        hours = [*range(1, 101), *range(100 + silent, 201)]
        columns = snapshots([equity[hour - 1] for hour in hours], hours)
        return _metrics(columns, grid(200))

    assert observed_but_for(20).coverage == 0.9
    assert observed_but_for(20).withheld is None
    assert observed_but_for(21).withheld is Withheld.GAPS
    assert observed_but_for(21).return_over_drawdown is None
    assert observed_but_for(21).grid_drawdown is None


def test_a_straight_line_is_no_skill() -> None:
    # Its Sharpe ratio was 1.4e3; that of a line of one cent an hour 2.4e9.
    for slope in (10, 0.01):
        found = _hourly([10_000 + slope * hour for hour in range(1, 241)])
        assert found.withheld is Withheld.FLAT


def test_return_over_drawdown_by_hand() -> None:
    found = _hourly([110, 99, 108.9], initial_equity=100)

    assert found.return_over_drawdown == pytest.approx(0.089 / 0.1)


def test_a_negligible_drawdown_divides_nothing() -> None:
    assert _hourly([110, 109.9, 120], initial_equity=100).return_over_drawdown is None
    assert _hourly([110, 109.8, 120], initial_equity=100).return_over_drawdown


def test_who_is_observed_more_often_falls_no_deeper_on_the_grid() -> None:
    seldom = snapshots([100, 120, 110], [1, 2, 3])
    often = snapshots([100, 120, 90, 110], [1, 2, 2.5, 3])
    found = [_metrics(each, grid(3), 100) for each in (seldom, often)]

    first, second = [each.grid_drawdown for each in found]
    assert first == second
    assert first is not None
    assert first.max_drawdown == pytest.approx(110 / 120 - 1)
    assert [each.drawdown and each.drawdown.max_drawdown for each in found] == [
        pytest.approx(110 / 120 - 1),
        pytest.approx(90 / 120 - 1),
    ]


def test_a_grid_lies_on_the_clock_wherever_it_begins() -> None:
    on = Grid(at(0.4), at(3.6), HOUR, HOUR)

    assert on.times.tolist() == [at(h).replace(tzinfo=None) for h in (1, 2, 3)]
    assert on.at_or_before(at(2.9)) == at(2)
    assert on.at_or_before(at(0.7)) == at(0.4)
    assert len(Grid(at(0.4), at(0.6), HOUR, HOUR).times) == 0


def test_the_returns_compound_to_the_total_wherever_the_curve_begins_and_ends() -> None:
    columns = snapshots([101, 130, 90, 95], [0.7, 1.2, 9.5, 10.1])
    on = Grid(at(0.4), at(10.1), HOUR, 3 * HOUR)
    curve = equity_curve(columns, on, initial_equity=100)

    assert float(np.prod(1 + curve.returns)) == pytest.approx(0.95)


# --- laws -----------------------------------------------------------------------


@given(CURVES, st.sampled_from([2.0**-12, 0.5, 2.0**20]))
def test_scaling_equity_leaves_every_ratio_unchanged(
    equity: list[float], scale: float
) -> None:
    ours = _hourly(equity, 100)
    theirs = _hourly([each * scale for each in equity], 100 * scale)

    assert _ratios(theirs) == _ratios(ours)
    assert theirs.drawdown == ours.drawdown


@given(CURVES)
def test_drawdown_lies_between_minus_one_and_zero(equity: list[float]) -> None:
    drawdown = _hourly(equity, 100).drawdown

    assert drawdown is not None
    assert -1 <= drawdown.max_drawdown <= 0
    assert drawdown.duration_seconds is None or (
        0 < drawdown.duration_seconds <= drawdown.longest_underwater_seconds
    )


@given(CURVES)
def test_a_new_high_leaves_the_drawdown_unchanged(equity: list[float]) -> None:
    before = _hourly(equity, 100).drawdown
    after = _hourly([*equity, max(*equity, 100) + 1], 100).drawdown

    assert before is not None
    assert after is not None
    assert after.max_drawdown == before.max_drawdown
    assert after.trough_at == before.trough_at


@given(CURVES)
def test_the_returns_compound_to_the_total_return(equity: list[float]) -> None:
    found = _hourly(equity, 100).total_return

    compounded = float(np.prod(hourly(equity, initial_equity=100).returns + 1)) - 1
    assert found == pytest.approx(compounded, rel=1e-9, abs=1e-9)


@given(CURVES, st.randoms())
def test_the_order_of_the_rows_changes_nothing(equity: list[float], dice: Any) -> None:
    order = list(range(len(equity)))
    dice.shuffle(order)
    shuffled = snapshots([equity[i] for i in order], [i + 1.0 for i in order])

    assert _metrics(shuffled, grid(len(equity)), 100) == _hourly(equity, 100)


@given(
    st.lists(
        st.tuples(
            st.floats(-5, 60), st.floats(-1e200, 1e200) | st.sampled_from([0, math.nan])
        ),
        max_size=30,
    ),
    st.floats(-1e200, 1e200),
    st.floats(0, 50),
)
@example([(1.0, 1.0), (2.0, -1.35e154)], 1.0, 2.0)
@example([(1.0, 1e154), (2.0, 1e-154), (3.0, 1e154), (4.0, 1e153)], 1.0, 4.0)
@example([(1.0, 1e-150), (2.0, 1e-151), (3.0, 1e157), (4.0, 1e156)], 1e-151, 4.0)
def test_whatever_was_observed_no_number_is_nan(
    rows: list[tuple[float, float]], initial_equity: float, hours: float
) -> None:
    columns = snapshots([e for _, e in rows], [h for h, _ in rows] or [])
    found = _metrics(columns, grid(hours), initial_equity)

    numbers = [*_ratios(found), found.final_equity, found.gap_seconds]
    assert all(number is None or math.isfinite(number) for number in numbers)
