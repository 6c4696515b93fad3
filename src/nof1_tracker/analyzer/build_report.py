"""Builds a season's report of what the tables say. Pure; see analyzer.report."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from nof1_tracker.analyzer.benchmark_metrics import BenchmarkMetrics, benchmark_metrics
from nof1_tracker.analyzer.bootstrap import (
    ResampledMean,
    resample_means,
)
from nof1_tracker.analyzer.equity_curve import (
    EquityCurve,
    Grid,
    as_datetime,
    equity_at,
    equity_curve,
    instant64,
)
from nof1_tracker.analyzer.equity_metrics import EquityMetrics, equity_metrics
from nof1_tracker.analyzer.mind_metrics import mind_metrics
from nof1_tracker.analyzer.performance import Standings
from nof1_tracker.analyzer.ranking import (
    probability_matrix,
    ranking_verdict,
    trades_needed,
)
from nof1_tracker.analyzer.report import (
    Coverage,
    ModelReport,
    Ranking,
    ReportRules,
    SeasonReport,
    Uncertainty,
)
from nof1_tracker.analyzer.reported import reported_figures
from nof1_tracker.analyzer.trade_metrics import TradeMetrics, trade_metrics
from nof1_tracker.analyzer.uncertainty import (
    probabilistic_sharpe_ratio,
    return_intervals,
    trade_intervals,
)
from nof1_tracker.columns import EquityColumns, FloatArray, TradeColumns
from nof1_tracker.history import AccountHistory, SeasonHistory


def empty_report(at: datetime, rules: ReportRules) -> SeasonReport:
    """The report of a database in which nothing is stored."""
    return SeasonReport(
        season=None,
        at=at,
        since=None,
        until=None,
        start=None,
        end=None,
        rules=rules,
        benchmark=None,
        models=(),
        ranking=_ranking([], {}, {}, rules),
    )


def build_report(
    history: SeasonHistory,
    standings: Standings,
    at: datetime,
    *,
    until: datetime | None = None,
    rules: ReportRules,
) -> SeasonReport:
    """Every metric of every account in the history.

    Args:
        standings: Of the same season at the end of the window.
        until: The end of the window as it was asked for; None: up to `at`.
    """
    builder = _Builder(history, standings, rules)
    models = sorted(map(builder.model, history.accounts), key=_by_rank)
    ranked = [each for each in models if _is_ranked(each)]
    return SeasonReport(
        season=history.season,
        at=at,
        since=history.since,
        until=until,
        start=builder.grid.start,
        end=builder.grid.end,
        rules=rules,
        benchmark=builder.benchmark_name,
        benchmark_curve=builder.benchmark_curve,
        models=tuple(models),
        ranking=_ranking(
            [each.account.account_id for each in ranked],
            builder.nets,
            builder.resampled,
            rules,
        ),
    )


class _Builder:
    """What the reports of all accounts share: the grid, the benchmark, the draws."""

    def __init__(
        self, history: SeasonHistory, standings: Standings, rules: ReportRules
    ) -> None:
        self.rules = rules
        self.grid = _grid(history, rules)
        self._initial = float(history.season.initial_equity)
        self._since = history.since
        self._standings = {row.account.account_id: row for row in standings.rows}
        self._legs = {
            each.account.account_id: _in_window(each.legs, history.since)
            for each in history.accounts
        }
        self.nets = {
            each.account.account_id: self._legs[each.account.account_id].net_pnl
            for each in history.accounts
            if not each.account.is_benchmark
        }
        self.resampled = resample_means(self.nets, seed=rules.seed)
        self._curves = {
            each.account.account_id: self._curve(each.snapshots)
            for each in history.accounts
        }
        self.benchmark_name, self.benchmark_curve = self._find_benchmark(history)

    def model(self, history: AccountHistory) -> ModelReport:
        """The report of one account."""
        account_id = history.account.account_id
        legs, curve = self._legs[account_id], self._curves[account_id]
        is_benchmark = history.account.is_benchmark
        return ModelReport(
            account=history.account,
            standing=self._standings.get(account_id),
            coverage=_coverage(history),
            reported=reported_figures(history.reported),
            trades=self._trades(legs, history.snapshots, curve),
            equity=self._equity(history.snapshots, curve),
            against_benchmark=None if is_benchmark else self._against(curve),
            mind=mind_metrics(
                history.answers,
                history.signals,
                history.decisions,
                history.points,
                rules=self.rules.mind,
            ),
            uncertainty=self._uncertainty(account_id, legs, curve),
            curve=curve,
            legs=legs,
        )

    def _trades(
        self, legs: TradeColumns, snapshots: EquityColumns, curve: EquityCurve | None
    ) -> TradeMetrics:
        span = self.grid.end - self.grid.start
        entry_equity = None
        if curve is not None:
            entry_equity = equity_at(
                legs.opened_at,
                snapshots,
                self.grid,
                initial_equity=float(curve.equity[0]),
            )
        return trade_metrics(legs, span=span or None, entry_equity=entry_equity)

    def _equity(
        self, snapshots: EquityColumns, curve: EquityCurve | None
    ) -> EquityMetrics | None:
        if curve is None:
            return None
        return equity_metrics(
            snapshots,
            self.grid,
            initial_equity=float(curve.equity[0]),
            periods_per_year=self.rules.periods_per_year,
        )

    def _uncertainty(
        self, account_id: str, legs: TradeColumns, curve: EquityCurve | None
    ) -> Uncertainty:
        returns = np.empty(0) if curve is None else curve.returns
        resampled = self.resampled.get(account_id)
        return Uncertainty(
            trades=trade_intervals(
                legs.net_pnl,
                level=self.rules.level,
                seed=self.rules.seed,
                resampled=resampled,
            ),
            returns=return_intervals(
                returns,
                periods_per_year=self.rules.periods_per_year,
                level=self.rules.level,
                seed=self.rules.seed,
            ),
            probabilistic_sharpe_ratio=probabilistic_sharpe_ratio(returns),
            resampled=resampled,
        )

    def _against(self, curve: EquityCurve | None) -> BenchmarkMetrics | None:
        if curve is None or self.benchmark_curve is None:
            return None
        return benchmark_metrics(
            curve, self.benchmark_curve, periods_per_year=self.rules.periods_per_year
        )

    def _curve(self, snapshots: EquityColumns) -> EquityCurve | None:
        opening = self._initial
        if self._since is not None:
            found = _level_at_start(snapshots, self.grid)
            if found is None:
                return None
            opening = found
        return equity_curve(snapshots, self.grid, initial_equity=opening)

    def _find_benchmark(
        self, history: SeasonHistory
    ) -> tuple[str | None, EquityCurve | None]:
        """An account that buys and holds, else BTC where its opening price is known."""
        for each in history.accounts:
            curve = self._curves[each.account.account_id]
            if each.account.is_benchmark and curve is not None and curve.observations:
                return each.account.name, curve
        opening = _level_at_start(history.btc_prices, self.grid)
        if opening is None:
            return None, None
        curve = equity_curve(history.btc_prices, self.grid, initial_equity=opening)
        return ("BTC price", curve) if curve.observations else (None, None)


def _grid(history: SeasonHistory, rules: ReportRules) -> Grid:
    """From where the accounts started to the newest observation in the window.

    They start at the first inception that the site states, else at the season's.
    """
    competing = [each for each in history.accounts if not each.account.is_benchmark]
    observed = [
        as_datetime(times.max())
        for each in competing
        for times in (each.snapshots.observed_at, each.legs.closed_at)
        if len(times)
    ]
    stated = [each.started_at for each in competing if each.started_at is not None]
    inside = [time for time in stated if history.season.holds(time)]
    start = (
        history.since
        or min(inside, default=history.season.start)
        or min(observed, default=history.until)
    )
    return Grid(start, max([start, *observed]), rules.step, rules.max_gap)


def _level_at_start(columns: EquityColumns, grid: Grid) -> float | None:
    """The level that a window opens with: of the nearest observation, before first.

    None where the last one before the start and the first one after it are further
    away than a gap may be.
    """
    start, reach = instant64(grid.start), np.timedelta64(grid.max_gap, "us")
    is_known = np.isfinite(columns.equity)
    times, levels = columns.observed_at[is_known], columns.equity[is_known]
    for side in (times <= start, times > start):
        if not side.any():
            continue
        distances = np.abs(times[side] - start)
        nearest = int(distances.argmin())
        if distances[nearest] <= reach:
            return float(levels[side][nearest])
    return None


def _in_window(legs: TradeColumns, since: datetime | None) -> TradeColumns:
    """The legs that closed in it; those with an outcome alone."""
    wanted = np.isfinite(legs.net_pnl)
    if since is not None:
        wanted &= legs.closed_at >= instant64(since)
    return legs if wanted.all() else legs.where(wanted)


def _coverage(history: AccountHistory) -> Coverage:
    reported = history.reported
    return Coverage(
        stored=len(history.legs),
        reported=None if reported is None else reported.total_trades,
        reported_at=None if reported is None else reported.observed_at,
    )


def _by_rank(report: ModelReport) -> tuple[bool, float, str]:
    standing = report.standing
    equity = float(standing.equity) if standing is not None else 0.0
    return not _is_ranked(report), -equity, report.account.name.casefold()


def _is_ranked(report: ModelReport) -> bool:
    return report.standing is not None and report.standing.rank is not None


def _ranking(
    ranked: Sequence[str],
    nets: Mapping[str, FloatArray],
    resampled: Mapping[str, ResampledMean | None],
    rules: ReportRules,
) -> Ranking:
    matrix = probability_matrix({name: resampled[name] for name in ranked})
    return Ranking(
        matrix=matrix,
        verdict=ranking_verdict(matrix, ranked, confidence=rules.level),
        trades_needed=(
            trades_needed(nets[ranked[0]], nets[ranked[1]], confidence=rules.level)
            if len(ranked) > 1
            else None
        ),
    )
