"""Our metrics against independent libraries; each deliberate difference is a test.

Oracles: empyrical-reloaded, quantstats, scipy, pandas and the standard library.
"""

import importlib
import math
import statistics
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nof1_tracker.analyzer.equity.benchmark_metrics import (
    BenchmarkMetrics,
    benchmark_metrics,
)
from nof1_tracker.analyzer.equity.equity_curve import EquityCurve, Grid, equity_curve
from nof1_tracker.analyzer.equity.equity_metrics import (
    EquityMetrics,
    calmar_ratio,
    equity_metrics,
    sharpe_ratio,
    sortino_ratio,
    volatility,
)
from nof1_tracker.analyzer.metrics import mean, median, sample_std
from nof1_tracker.analyzer.trades.trade_metrics import trade_metrics
from nof1_tracker.records.account_columns import EquityColumns
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.scraper.parse import parse_payload
from tests.unit.analyzer.columns import DAY, START, grid, snapshots, times, trades

YEAR = 365
SEEDS = range(12)


@pytest.fixture(scope="module")
def oracles() -> SimpleNamespace:
    """The libraries, imported for these tests only: together they take seconds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return SimpleNamespace(
            empyrical=importlib.import_module("empyrical"),
            quantstats=importlib.import_module("quantstats.stats"),
            scipy=importlib.import_module("scipy.stats"),
            pandas=importlib.import_module("pandas"),
        )


@pytest.fixture(autouse=True)
def silenced_libraries() -> Any:
    """What the libraries warn about in their own code is not ours to mend."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _same(oracle: Any) -> Any:
    """Equal but for the rounding of another order of summation."""
    return pytest.approx(oracle, rel=1e-11, abs=1e-13)


def _random_equity(seed: int, days: int = 400) -> list[float]:
    """A daily curve with fat tails and flat days, in cents."""
    dice = np.random.default_rng(seed)
    moves = dice.standard_t(4, days) * 0.02 * (dice.random(days) > 0.1)
    equity = 10_000 * np.cumprod(1 + np.clip(moves, -0.5, 0.5))
    return [round(each, 2) for each in equity.tolist()]


def _random_nets(seed: int) -> list[float]:
    dice = np.random.default_rng(seed)
    nets: list[float] = dice.normal(0, 0.3, 60).round(2).tolist()
    return [-0.01, 0.01, *nets]


def _daily(equity: Sequence[float]) -> tuple[EquityColumns, Grid]:
    hours = [24.0 * (day + 1) for day in range(len(equity))]
    return snapshots(equity, hours), grid(24 * len(equity), DAY, 2 * DAY)


def _metrics(equity: Sequence[float], initial_equity: float = 10_000) -> EquityMetrics:
    columns, on = _daily(equity)
    return equity_metrics(
        columns, on, initial_equity=initial_equity, periods_per_year=YEAR
    )


def _curve(equity: Sequence[float], initial_equity: float = 10_000) -> EquityCurve:
    columns, on = _daily(equity)
    return equity_curve(columns, on, initial_equity=initial_equity)


def _compare(seed: int) -> tuple[BenchmarkMetrics, Any, Any]:
    ours, theirs = _curve(_random_equity(seed)), _curve(_random_equity(seed + 100))
    found = benchmark_metrics(ours, theirs, periods_per_year=YEAR)
    return found, ours.returns, theirs.returns


# --- equity ---------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_equity_metrics_agree_with_empyrical(
    oracles: SimpleNamespace, seed: int
) -> None:
    equity = _random_equity(seed)
    found, returns = _metrics(equity), _curve(equity).returns
    theirs = oracles.empyrical

    assert found.drawdown is not None
    pairs = {
        "total return": (found.total_return, theirs.cum_returns_final(returns)),
        "annualised return": (
            found.annualised_return,
            theirs.annual_return(returns, annualization=YEAR),
        ),
        "volatility": (
            found.volatility,
            theirs.annual_volatility(returns, annualization=YEAR),
        ),
        "sharpe": (
            found.sharpe_ratio,
            theirs.sharpe_ratio(returns, annualization=YEAR),
        ),
        "sortino": (
            found.sortino_ratio,
            theirs.sortino_ratio(returns, annualization=YEAR),
        ),
        "calmar": (
            found.calmar_ratio,
            theirs.calmar_ratio(returns, annualization=YEAR),
        ),
        "max drawdown": (found.drawdown.max_drawdown, theirs.max_drawdown(returns)),
    }
    for name, (ours, oracle) in pairs.items():
        assert ours == _same(oracle), name


@pytest.mark.parametrize("seed", SEEDS)
def test_equity_metrics_agree_with_quantstats(
    oracles: SimpleNamespace, seed: int
) -> None:
    equity = _random_equity(seed)
    found, pandas = _metrics(equity), oracles.pandas
    index = pandas.date_range(START.date() + DAY, periods=len(equity))
    returns = pandas.Series(_curve(equity).returns, index=index)
    theirs = oracles.quantstats

    assert found.drawdown is not None
    assert found.best_day is not None
    assert found.worst_day is not None
    pairs = {
        "cagr": (found.annualised_return, theirs.cagr(returns, periods=YEAR)),
        "volatility": (found.volatility, theirs.volatility(returns, periods=YEAR)),
        "sharpe": (found.sharpe_ratio, theirs.sharpe(returns, periods=YEAR)),
        "sortino": (found.sortino_ratio, theirs.sortino(returns, periods=YEAR)),
        "calmar": (found.calmar_ratio, theirs.calmar(returns, periods=YEAR)),
        "max drawdown": (found.drawdown.max_drawdown, theirs.max_drawdown(returns)),
        "best day": (found.best_day.total_return, theirs.best(returns)),
        "worst day": (found.worst_day.total_return, theirs.worst(returns)),
    }
    for name, (ours, oracle) in pairs.items():
        assert ours == _same(oracle), name


@pytest.mark.parametrize("seed", SEEDS)
def test_drawdown_dates_agree_with_the_table_of_quantstats(
    oracles: SimpleNamespace, seed: int
) -> None:
    equity, pandas = _random_equity(seed), oracles.pandas
    drawdown = _metrics(equity).drawdown
    index = pandas.date_range(START.date(), periods=len(equity) + 1)
    series = oracles.quantstats.to_drawdown_series(
        pandas.Series([0.0, *_curve(equity).returns], index=index)
    )
    table = oracles.quantstats.drawdown_details(series)
    deepest = table.loc[table["max drawdown"].idxmin()]

    assert drawdown is not None
    assert drawdown.peak_at is not None
    assert drawdown.trough_at is not None
    # They date it from the first day under water, we from the last at the peak.
    assert str((drawdown.peak_at + DAY).date()) == str(deepest["start"])[:10]
    assert str(drawdown.trough_at.date()) == str(deepest["valley"])[:10]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_grid_agrees_with_pandas_carrying_forward(
    oracles: SimpleNamespace, seed: int
) -> None:
    dice, pandas = np.random.default_rng(seed), oracles.pandas
    hours = np.sort(dice.uniform(0.01, 100, 180)).tolist()
    equity = dice.uniform(5_000, 15_000, 180).tolist()
    on = grid(100, timedelta(minutes=17), 100 * DAY)
    curve = equity_curve(snapshots(equity, hours), on, initial_equity=10_000)

    observed = pandas.Series([10_000, *equity], index=times([0, *hours]))
    expected = observed.reindex(on.times, method="ffill")
    assert curve.equity.tolist() == expected.tolist()


@pytest.mark.captures
def test_real_curves_agree_with_empyrical(
    oracles: SimpleNamespace, captures: Path
) -> None:
    """The equity in the prompts of one capture, minute by minute."""
    file = captures / "2025-10-28T065103Z" / "conversations.json"
    saved = datetime(2025, 10, 28, 6, 51, 3, tzinfo=UTC)
    served = parse_payload(RawPayload(file.read_bytes(), str(file), saved, "capture"))
    models = {one.account_id for one in served.snapshots}
    for model in models:
        rows = [one for one in served.snapshots if one.account_id == model]
        rows.sort(key=lambda one: one.observed_at)
        first, later = rows[0], rows[1:]
        columns = EquityColumns(
            observed_at=np.array(
                [one.observed_at.replace(tzinfo=None) for one in later],
                "datetime64[us]",
            ),
            equity=np.array([float(one.equity) for one in later]),
        )
        minute = timedelta(minutes=1)
        span = (later[-1].observed_at - first.observed_at) // minute * minute
        end = first.observed_at + span
        on = Grid(first.observed_at, end, minute, 10 * minute)
        returns = equity_curve(columns, on, initial_equity=float(first.equity)).returns
        assert len(returns) > 20
        assert sharpe_ratio(returns, periods_per_year=1) == _same(
            oracles.empyrical.sharpe_ratio(returns, annualization=1)
        )
        assert sortino_ratio(returns, periods_per_year=1) == _same(
            oracles.empyrical.sortino_ratio(returns, annualization=1)
        )
        assert volatility(returns, periods_per_year=1) == _same(
            oracles.empyrical.annual_volatility(returns, annualization=1)
        )
    assert len(models) == 6


# --- benchmark ------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_benchmark_metrics_agree_with_scipy_and_empyrical(
    oracles: SimpleNamespace, seed: int
) -> None:
    found, returns, theirs = _compare(seed)
    line = oracles.scipy.linregress(theirs, returns)
    active = returns - theirs

    assert found.beta == _same(line.slope)
    assert found.beta == _same(oracles.empyrical.beta_aligned(returns, theirs))
    assert found.correlation == _same(oracles.scipy.pearsonr(returns, theirs).statistic)
    assert found.tracking_error == _same(oracles.scipy.tstd(active) * math.sqrt(YEAR))


def test_the_information_ratio_is_annualised_and_theirs_is_per_period(
    oracles: SimpleNamespace,
) -> None:
    found, returns, theirs = _compare(1)
    series = [oracles.pandas.Series(each) for each in (returns, theirs)]
    per_period = oracles.quantstats.information_ratio(*series)

    # Grinold and Kahn define it per year; a grid by the hour and one by the day
    # could not be compared otherwise.
    assert found.information_ratio == _same(per_period * math.sqrt(YEAR))
    assert per_period == _same(oracles.empyrical.excess_sharpe(returns, theirs))


# --- trades ---------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_trade_metrics_agree_with_quantstats_and_scipy(
    oracles: SimpleNamespace, seed: int
) -> None:
    nets = _random_nets(seed)
    found, series = trade_metrics(trades(nets)), oracles.pandas.Series(nets)
    theirs = oracles.quantstats

    assert found.profit_factor == _same(theirs.profit_factor(series))
    assert found.payoff_ratio == _same(theirs.payoff_ratio(series))
    assert found.longest_winning_streak == theirs.consecutive_wins(series)
    assert found.longest_losing_streak == theirs.consecutive_losses(series)
    assert found.biggest_win == theirs.best(series)
    assert found.biggest_loss == theirs.worst(series)
    assert found.winners.avg_net_pnl == _same(theirs.avg_win(series))
    assert found.std_net_pnl == _same(oracles.scipy.tstd(nets))


@pytest.mark.parametrize("seed", SEEDS)
def test_means_medians_and_deviations_agree_with_the_standard_library(
    seed: int,
) -> None:
    dice = np.random.default_rng(seed)
    values = (1e6 + dice.normal(0, 1e-2, 50 + seed % 2)).tolist()

    assert mean(values) == statistics.fmean(values)
    assert median(values) == statistics.median(values)
    assert sample_std(values) == pytest.approx(statistics.stdev(values), rel=1e-12)


# --- deliberate differences -------------------------------------------------------


def test_a_breakeven_counts_in_the_win_rate_and_theirs_drops_it(
    oracles: SimpleNamespace,
) -> None:
    nets = [1.0, 0.0, -1.0, 0.0]
    theirs = oracles.quantstats.win_rate(oracles.pandas.Series(nets))

    # A trade that paid fees to win nothing was not won. nof1 counts it too.
    assert trade_metrics(trades(nets)).win_rate == 0.25
    assert theirs == 0.5


def test_a_profit_factor_without_losses_is_undefined_and_theirs_infinite(
    oracles: SimpleNamespace,
) -> None:
    nets = [0.5, 0.25]

    # Infinity is not a number that JSON or a database can hold.
    assert trade_metrics(trades(nets)).profit_factor is None
    assert oracles.quantstats.profit_factor(oracles.pandas.Series(nets)) == math.inf


def test_a_curve_starts_at_its_initial_equity_and_theirs_at_its_first_row(
    oracles: SimpleNamespace,
) -> None:
    equity = [6_000.0, 5_910.0, 5_920.0]
    index = oracles.pandas.date_range(START.date(), periods=3)
    theirs = oracles.quantstats.max_drawdown(oracles.pandas.Series(equity, index=index))

    # 40 % were lost before the first snapshot: given prices it cannot know.
    drawdown = _metrics(equity).drawdown
    assert drawdown is not None
    assert drawdown.max_drawdown == pytest.approx(-0.409)
    assert theirs == pytest.approx(-0.015)


def test_returns_are_never_taken_for_prices_and_theirs_are(
    oracles: SimpleNamespace,
) -> None:
    returns = np.array([0.1, 1.2, 0.05, 0.3])
    theirs = oracles.quantstats.sharpe(oracles.pandas.Series(returns), periods=YEAR)
    expected = returns.mean() / returns.std(ddof=1) * math.sqrt(YEAR)

    # All are >= 0 and one is above 1: quantstats guesses that these are prices.
    found = sharpe_ratio(returns, periods_per_year=YEAR)
    assert found == pytest.approx(expected)
    assert theirs != pytest.approx(expected, rel=0.01)


def test_a_deviation_of_rounding_errors_is_none_and_theirs_is_divided_by(
    oracles: SimpleNamespace,
) -> None:
    steady = [10_000 * 1.001**day for day in range(1, 200)]
    theirs = oracles.empyrical.sharpe_ratio(_curve(steady).returns, annualization=YEAR)

    assert _metrics(steady).sharpe_ratio is None
    assert theirs > 1e12


def test_a_flat_curve_has_no_ratio_and_theirs_is_not_a_number(
    oracles: SimpleNamespace,
) -> None:
    flat = _curve([10_000.0] * 5).returns

    assert sharpe_ratio(flat, periods_per_year=YEAR) is None
    assert sortino_ratio(flat, periods_per_year=YEAR) is None
    assert calmar_ratio(0.0, _metrics([10_000.0] * 5).drawdown) is None
    assert math.isnan(oracles.empyrical.sharpe_ratio(flat))
    assert math.isnan(oracles.empyrical.sortino_ratio(flat))
    assert math.isnan(oracles.empyrical.calmar_ratio(flat))


def test_a_curve_that_never_falls_has_no_sortino_ratio_and_theirs_is_infinite(
    oracles: SimpleNamespace,
) -> None:
    rising = np.array([0.1, 0.2, 0.05])

    assert sortino_ratio(rising, periods_per_year=YEAR) is None
    assert oracles.empyrical.sortino_ratio(rising) == math.inf


def test_a_single_return_has_no_ratio_and_no_sortino_either(
    oracles: SimpleNamespace,
) -> None:
    single = np.array([-0.1])

    # One return is no sample; quantstats calls its Sortino ratio finite.
    assert sortino_ratio(single, periods_per_year=YEAR) is None
    assert math.isfinite(
        oracles.quantstats.sortino(oracles.pandas.Series(single), periods=YEAR)
    )
