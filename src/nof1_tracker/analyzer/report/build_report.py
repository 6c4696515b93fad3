"""Builds a season's report from stored rows. Pure; see analyzer.report."""

import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

import numpy as np

from nof1_tracker.analyzer.decisions.decision_metrics import decision_metrics
from nof1_tracker.analyzer.equity.benchmark_metrics import (
    BenchmarkMetrics,
    benchmark_metrics,
)
from nof1_tracker.analyzer.equity.equity_curve import (
    EquityCurve,
    as_datetime,
    equity_at,
    equity_curve,
    instant64,
    without_glitches,
)
from nof1_tracker.analyzer.equity.equity_metrics import EquityMetrics, curve_metrics
from nof1_tracker.analyzer.equity.exposure import Exposure, exposure_through_time
from nof1_tracker.analyzer.equity.realized_equity import (
    RealizedGap,
    realized_gaps,
    unrealized_at,
)
from nof1_tracker.analyzer.performance import Standing, Standings
from nof1_tracker.analyzer.report.reported_figures import reported_figures
from nof1_tracker.analyzer.report.season_grid import (
    late_opening,
    level_at_start,
    season_grid,
    season_start,
)
from nof1_tracker.analyzer.report.season_report import (
    Coverage,
    Glitch,
    ModelReport,
    Ranking,
    ReportRules,
    SeasonReport,
    Uncertainty,
)
from nof1_tracker.analyzer.trades.trade_metrics import TradeMetrics, trade_metrics
from nof1_tracker.analyzer.uncertainty.intervals import (
    ReturnIntervals,
    return_intervals,
)
from nof1_tracker.analyzer.uncertainty.mean_trade import mean_trade
from nof1_tracker.analyzer.uncertainty.ranking import (
    pair_calls,
    probability_matrix,
    ranking_verdict,
    trades_needed,
)
from nof1_tracker.records.account_columns import EquityColumns, TradeColumns
from nof1_tracker.records.enums import Cut
from nof1_tracker.records.history.hyperliquid import ExchangeCurve
from nof1_tracker.records.history.verification import CoverageRow
from nof1_tracker.records.season_history import AccountHistory, SeasonHistory


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
        ranking=_ranking([], rules),
    )


def build_report(
    history: SeasonHistory,
    standings: Standings,
    at: datetime,
    *,
    until: datetime | None = None,
    cut: Cut = Cut.LAST,
    only: Collection[str] | None = None,
    held: Iterable[CoverageRow] = (),
    exchange: Mapping[str, Sequence[ExchangeCurve]] = MappingProxyType({}),
    rules: ReportRules,
) -> SeasonReport:
    """Every metric of the accounts in the history.

    Args:
        standings: The same season's standings at the end of the window.
        until: The requested end of the window; None: up to `at`.
        cut: Where the figures end, which the report states.
        only: Ids of the accounts that are shown beside the benchmarks; None: all. It
            changes no figure: the grid is that of the whole season.
        held: How much is held of the accounts.
        exchange: Their equities out of the exchange's record, by account.
    """
    builder = _Builder(history, standings, rules, _closing(history, at, until, cut))
    shown = [each for each in history.accounts if _is_shown(each, only)]
    # In threads: numpy releases the interpreter lock while it sorts.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        models = sorted(pool.map(builder.model, shown), key=_by_rank)
    ranked = [each for each in models if _is_ranked(each)]
    return SeasonReport(
        season=history.season,
        at=at,
        since=history.since,
        until=until,
        start=builder.grid.start,
        end=_seen_until(builder, models),
        cut=cut,
        rules=rules,
        benchmark=builder.benchmark_name,
        benchmark_curve=builder.benchmark_curve,
        models=tuple(_beside(models, held, exchange)),
        ranking=_ranking(ranked, rules),
    )


def _seen_until(builder: "_Builder", models: Iterable[ModelReport]) -> datetime:
    """The end of the grid; of a season without a curve, the newest equity stated."""
    if builder.grid.end > builder.grid.start:
        return builder.grid.end
    stated = (each.equity.final_at for each in models if each.equity)
    return max((at for at in stated if at), default=builder.grid.end)


def _where_it_stands(metrics: EquityMetrics, standing: Standing) -> EquityMetrics:
    """The metrics of an account without a curve, of which a source states where it stands.

    Such a source has no clock of its own, so that its equity is on no curve.
    """
    gained = standing.total_return
    return replace(
        metrics,
        final_equity=float(standing.equity),
        final_at=standing.observed_at,
        total_return=None if gained is None else float(gained),
    )


def _beside(
    models: Iterable[ModelReport],
    held: Iterable[CoverageRow],
    exchange: Mapping[str, Sequence[ExchangeCurve]],
) -> Iterator[ModelReport]:
    """The models, with what no figure rests on."""
    by_account: dict[str, list[CoverageRow]] = defaultdict(list)
    for row in held:
        by_account[row.account.account_id].append(row)
    for model in models:
        name = model.account.account_id
        curves = tuple(exchange.get(name, ()))
        yield replace(model, held=tuple(by_account[name]), exchange_equity=curves)


def _closing(
    history: SeasonHistory, at: datetime, until: datetime | None, cut: Cut
) -> datetime | None:
    """The end that was asked for; None where figures run up to the present."""
    if cut is Cut.CLOSE:
        return history.season.end
    return until if until is not None and until <= at else None


def _is_shown(account: AccountHistory, only: Collection[str] | None) -> bool:
    known = account.account
    return only is None or known.is_benchmark or known.account_id in only


@dataclass(frozen=True, slots=True)
class _Opening:
    """When an account's curve begins on the grid, and with which equity (USD).

    Attributes:
        is_flat: Whether it held no position then, as with its initial equity.
    """

    at: datetime
    equity: float
    is_flat: bool


class _Builder:
    """What all accounts' reports share: the grid, the curves and the benchmark."""

    def __init__(
        self,
        history: SeasonHistory,
        standings: Standings,
        rules: ReportRules,
        closes_at: datetime | None,
    ) -> None:
        self.rules = rules
        self.grid = season_grid(history, rules, closes_at=closes_at)
        self._history = history
        self._snapshots = {
            each.account.account_id: without_glitches(
                each.snapshots,
                each.legs.closed_at,
                initial_equity=float(history.season.initial_equity),
            )
            for each in history.accounts
        }
        self._standings = {row.account.account_id: row for row in standings.rows}
        self._legs = {
            each.account.account_id: _in_window(each.legs, history.since)
            for each in history.accounts
        }
        self._openings = {
            each.account.account_id: self._opening(each) for each in history.accounts
        }
        self._curves = {
            each.account.account_id: self._curve(each) for each in history.accounts
        }
        self.benchmark_name, self.benchmark_curve = self._find_benchmark()

    def model(self, history: AccountHistory) -> ModelReport:
        """The report of one account."""
        account_id = history.account.account_id
        legs, curve = self._legs[account_id], self._curves[account_id]
        is_benchmark = history.account.is_benchmark
        _, glitches = self._snapshots[account_id]
        market = self._market(account_id, curve)
        equity = self._equity(account_id, curve, market)
        return ModelReport(
            account=history.account,
            standing=self._standings.get(account_id),
            coverage=_coverage(history),
            reported=reported_figures(history.reported),
            trades=self._trades(account_id, legs, curve),
            equity=equity,
            against_benchmark=None if is_benchmark else self._against(curve),
            mind=decision_metrics(
                history.answers,
                history.signals,
                history.decisions,
                history.plans,
                rules=self.rules.mind,
            ),
            uncertainty=self._uncertainty(legs, curve, equity),
            positions=tuple(history.positions),
            glitches=tuple(map(Glitch, *_listed(glitches))),
            curve=curve,
            market=market,
            legs=legs,
            realized=self._realized(history, curve),
        )

    def _opening(self, account: AccountHistory) -> _Opening | None:
        """The initial equity at the account's start, else the window's first level."""
        initial = float(self._history.season.initial_equity)
        if late_opening(account, self._history, self.grid):
            assert account.started_at is not None  # noqa: S101  late_opening says so
            return _Opening(self.grid.at_or_before(account.started_at), initial, True)
        if self.grid.start == season_start(self._history, self.rules):
            return _Opening(self.grid.start, initial, True)
        snapshots, _ = self._snapshots[account.account.account_id]
        found = level_at_start(snapshots, self.grid)
        return None if found is None else _Opening(self.grid.start, found, False)

    def _curve(self, account: AccountHistory) -> EquityCurve | None:
        opening = self._openings[account.account.account_id]
        if opening is None:
            return None
        snapshots, _ = self._snapshots[account.account.account_id]
        return equity_curve(
            snapshots,
            self.grid,
            initial_equity=opening.equity,
            opened_at=opening.at,
        )

    def _realized(
        self, history: AccountHistory, curve: EquityCurve | None
    ) -> tuple[RealizedGap, ...]:
        opening = self._openings[history.account.account_id]
        if curve is None or opening is None:
            return ()
        snapshots, _ = self._snapshots[history.account.account_id]
        unrealized = unrealized_at(curve.observed.times, snapshots)
        if opening.is_flat:
            unrealized[0] = 0.0
        return realized_gaps(curve, unrealized, history.legs, history.counts)

    def _trades(
        self, account_id: str, legs: TradeColumns, curve: EquityCurve | None
    ) -> TradeMetrics:
        opening = self._openings[account_id]
        span = self.grid.end - (opening.at if opening else self.grid.start)
        entry_equity = None if curve is None else equity_at(legs.opened_at, curve)
        return trade_metrics(legs, span=span or None, entry_equity=entry_equity)

    def _market(self, account_id: str, curve: EquityCurve | None) -> Exposure | None:
        if curve is None:
            return None
        snapshots, _ = self._snapshots[account_id]
        return exposure_through_time(snapshots, self.grid)

    def _equity(
        self, account_id: str, curve: EquityCurve | None, market: Exposure | None
    ) -> EquityMetrics | None:
        if curve is None or market is None:
            return None
        _, glitches = self._snapshots[account_id]
        metrics = curve_metrics(
            curve,
            market,
            step=self.rules.step,
            periods_per_year=self.rules.periods_per_year,
            glitches=len(glitches),
        )
        standing = self._standings.get(account_id)
        is_whole = self._history.since is None
        if metrics.observations or standing is None or not is_whole:
            return metrics
        return _where_it_stands(metrics, standing)

    def _uncertainty(
        self,
        legs: TradeColumns,
        curve: EquityCurve | None,
        equity: EquityMetrics | None,
    ) -> Uncertainty:
        level = self.rules.level
        trades = mean_trade(legs.net_pnl, legs.closed_at)
        return Uncertainty(
            trades=trades,
            win_rate=trades.wins.interval(level) if trades else None,
            expectancy=trades.net.interval(level) if trades and trades.net else None,
            returns=self._return_intervals(curve, equity),
        )

    def _return_intervals(
        self, curve: EquityCurve | None, equity: EquityMetrics | None
    ) -> ReturnIntervals | None:
        if curve is None or equity is None or equity.withheld:
            return None
        return return_intervals(
            curve.returns[np.isfinite(curve.returns)],
            periods_per_year=self.rules.periods_per_year,
            level=self.rules.level,
        )

    def _against(self, curve: EquityCurve | None) -> BenchmarkMetrics | None:
        if curve is None or self.benchmark_curve is None:
            return None
        return benchmark_metrics(
            curve, self.benchmark_curve, periods_per_year=self.rules.periods_per_year
        )

    def _find_benchmark(self) -> tuple[str | None, EquityCurve | None]:
        """A buy-and-hold account, else BTC where its opening price is known."""
        for each in self._history.accounts:
            curve = self._curves[each.account.account_id]
            if each.account.is_benchmark and curve is not None and curve.observations:
                return each.account.name, curve
        prices = self._history.btc_prices
        opening = level_at_start(prices, self.grid)
        if opening is None:
            return None, None
        curve = equity_curve(prices, self.grid, initial_equity=opening)
        return ("BTC price", curve) if curve.observations else (None, None)


def _in_window(legs: TradeColumns, since: datetime | None) -> TradeColumns:
    """The legs that closed in the window; only those with an outcome."""
    wanted = np.isfinite(legs.net_pnl)
    if since is not None:
        # Where the exit is not known, the opening tells that it was in the window.
        ended = np.where(np.isnat(legs.closed_at), legs.opened_at, legs.closed_at)
        wanted &= ended >= instant64(since)
    return legs if wanted.all() else legs.where(wanted)


def _listed(columns: EquityColumns) -> tuple[list[datetime], list[float]]:
    """When it was observed, and its equity, USD."""
    times = [as_datetime(time) for time in columns.observed_at]
    return times, columns.equity.tolist()


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


def _ranking(ranked: Sequence[ModelReport], rules: ReportRules) -> Ranking:
    estimates = {each.account.account_id: each.uncertainty.trades for each in ranked}
    names, best = list(estimates), list(estimates.values())[:2]
    matrix = probability_matrix(
        {name: each.net if each else None for name, each in estimates.items()}
    )
    return Ranking(
        matrix=matrix,
        verdict=ranking_verdict(matrix, names, confidence=rules.level),
        trades_needed=(
            trades_needed(*best, confidence=rules.level) if len(best) == 2 else None
        ),
        calls=pair_calls(matrix, confidence=rules.level),
    )
