"""Compares the metrics of equal equity curves, computed here and by quantstats."""

import importlib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

import numpy as np

from benchmarks.measure import Comparison, Target, timed
from benchmarks.seasons import ACCOUNTS, DAYS, START, equity_columns
from benchmarks.workshop import Workshop
from nof1_tracker.analyzer.equity.benchmark_metrics import benchmark_metrics
from nof1_tracker.analyzer.equity.equity_curve import Grid, equity_curve
from nof1_tracker.analyzer.equity.equity_metrics import curve_metrics
from nof1_tracker.analyzer.equity.exposure import exposure_through_time
from nof1_tracker.records.account_columns import EquityColumns

SNAPSHOTS = 1_000_000 // ACCOUNTS
HOURS_A_YEAR = 24 * 365
_START = START.item().replace(tzinfo=UTC)
_GRID = Grid(
    _START,
    _START + timedelta(days=DAYS) - timedelta(hours=1),
    timedelta(hours=1),
    timedelta(hours=3),
)


@dataclass(frozen=True)
class Figures:
    """The figures on which both must agree."""

    sharpe_ratio: float | None
    max_drawdown: float | None
    beta: float | None


def curves(workshop: Workshop) -> Iterator[Comparison]:
    """Computes metrics from the snapshots of six accounts and a benchmark."""
    *accounts, benchmark = equity_columns(SNAPSHOTS)
    quantstats = _Quantstats(accounts, benchmark)
    _agree(_ours(accounts, benchmark), quantstats.figures())
    yield workshop.compare(
        f"metrics of {len(accounts)} curves of {SNAPSHOTS:,} snapshots",
        "quantstats",
        timed(lambda: _ours(accounts, benchmark)),
        timed(quantstats.figures),
        Target(ratio=0.1),
    )


def _ours(accounts: Sequence[EquityColumns], held: EquityColumns) -> list[Figures]:
    benchmark = equity_curve(held, _GRID, initial_equity=10_000)
    return [_our_figures(each, benchmark) for each in accounts]


def _our_figures(columns: EquityColumns, benchmark: Any) -> Figures:
    curve = equity_curve(columns, _GRID, initial_equity=10_000)
    found = curve_metrics(
        curve,
        exposure_through_time(columns, _GRID),
        step=_GRID.step,
        periods_per_year=HOURS_A_YEAR,
    )
    beside = benchmark_metrics(curve, benchmark, periods_per_year=HOURS_A_YEAR)
    # quantstats sees the full hours alone.
    fall = found.grid_drawdown
    deepest = None if fall is None else fall.max_drawdown
    return Figures(found.sharpe_ratio, deepest, beside.beta)


class _Quantstats:
    """The same figures by quantstats, from the same snapshots in pandas."""

    def __init__(
        self, accounts: Sequence[EquityColumns], benchmark: EquityColumns
    ) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._pandas = importlib.import_module("pandas")
            self._stats = importlib.import_module("quantstats.stats")
        self._accounts = [self._series(each) for each in accounts]
        self._benchmark = self._series(benchmark)

    def _series(self, columns: EquityColumns) -> Any:
        series = self._pandas.Series(columns.equity, index=columns.observed_at)
        opening = self._pandas.Series([10_000.0], index=[START])
        return self._pandas.concat([opening, series])

    def _returns(self, snapshots: Any) -> Any:
        """Hourly returns, by the last equity observed in each hour."""
        hourly = snapshots.resample("1h", label="right", closed="right").last().ffill()
        return hourly[: np.datetime64(_GRID.end.replace(tzinfo=None))].pct_change()[1:]

    def figures(self) -> list[Figures]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            benchmark = self._returns(self._benchmark)
            return [
                self._figures(self._returns(each), benchmark) for each in self._accounts
            ]

    def _figures(self, returns: Any, benchmark: Any) -> Figures:
        stats, year = self._stats, HOURS_A_YEAR
        stats.comp(returns)
        stats.cagr(returns, periods=year)
        stats.volatility(returns, periods=year)
        stats.sortino(returns, periods=year)
        stats.calmar(returns, periods=year)
        stats.best(returns, aggregate="D")
        stats.worst(returns, aggregate="D")
        stats.drawdown_details(stats.to_drawdown_series(returns))
        stats.information_ratio(returns, benchmark)
        stats.r_squared(returns, benchmark)
        return Figures(
            float(stats.sharpe(returns, periods=year)),
            float(stats.max_drawdown(returns)),
            float(stats.greeks(returns, benchmark, periods=year)["beta"]),
        )


def _agree(ours: Sequence[Figures], theirs: Sequence[Figures]) -> None:
    """Asserts that both computed equal figures; otherwise the comparison is void."""
    for mine, other in zip(ours, theirs, strict=True):
        for name in ("sharpe_ratio", "max_drawdown", "beta"):
            one, two = getattr(mine, name), getattr(other, name)
            assert abs(one - two) <= 1e-9 * abs(two), f"{name}: {one}, {two}"
