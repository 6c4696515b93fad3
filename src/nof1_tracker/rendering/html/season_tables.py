"""Tables that compare all models of a season."""

from collections.abc import Callable

from nof1_tracker.analyzer.report.season_report import ModelReport, SeasonReport
from nof1_tracker.rendering.html import cells
from nof1_tracker.rendering.html.cells import Cell, Column, Row, Table, name_of
from nof1_tracker.rendering.html.figure_cells import (
    estimate_cell,
    figure_cell,
    figure_columns,
)
from nof1_tracker.rendering.position_figures import COLUMNS as POSITION_COLUMNS
from nof1_tracker.rendering.position_figures import position_cells
from nof1_tracker.rendering.report_figures.figure_table import INTERVALS

_POSITIONS = tuple(map(Column, POSITION_COLUMNS[1:]))
_TRADES = (
    "trades.total_trades",
    "trades.positions",
    "trades.win_rate",
    "trades.net_pnl",
    "trades.fees",
    "trades.avg_net_pnl",
    "trades.profit_factor",
    "trades.payoff_ratio",
    "trades.biggest_win",
    "trades.biggest_loss",
    "trades.median_holding_seconds",
    "trades.long_share",
    "trades.trades_per_day",
)
_EQUITY = (
    "equity.total_return",
    "against_benchmark.excess_return",
    "equity.volatility",
    "equity.sharpe_ratio",
    "equity.sortino_ratio",
    "equity.return_over_drawdown",
    "equity.drawdown.max_drawdown",
    "equity.grid_drawdown.max_drawdown",
    "equity.grid_drawdown.underwater_share",
    "equity.periods",
    "equity.best_day.total_return",
    "equity.worst_day.total_return",
    "equity.exposure",
    "equity.avg_gross_leverage",
    "against_benchmark.beta",
    "equity.gaps",
)
_MIND = (
    "mind.answers.conversations",
    "mind.cycles.missed",
    "mind.answers.failed_share",
    "mind.decisions.hold_share",
    "mind.confidence.mean",
    "mind.calibration.bets",
    "mind.calibration.brier_score",
    "mind.calibration.skill",
    "mind.discipline.respected_share",
    "mind.flips.flips",
    "mind.time_to_fill.median_seconds",
)
_UNCERTAINTY = (*INTERVALS, "uncertainty.probabilistic_sharpe_ratio")
"""The figures of each table, a column each."""


def trades_table(report: SeasonReport) -> Table:
    """Metrics of the completed legs."""
    return _table(
        report, "What the completed trades say", _TRADES, cells.partial_warning
    )


def positions_table(report: SeasonReport) -> Table | None:
    """What is open, by account; None where no open position is known."""
    rows = tuple(
        Row(
            f"{name_of(model.account)}, {cells.shorten(position.symbol)}",
            tuple(map(Cell, position_cells(position)[1:])),
            key,
        )
        for key, model in enumerate(report.models)
        for position in model.positions
    )
    return Table("Open positions", _POSITIONS, rows) if rows else None


def equity_table(report: SeasonReport) -> Table:
    """Metrics of the equity curves."""
    return _table(report, "Equity and risk", _EQUITY, _gaps_warning)


def mind_table(report: SeasonReport) -> Table:
    """How the models decide; benchmarks make no decisions and are left out."""
    return _table(report, "What the conversations say", _MIND, cells.partial_warning)


def uncertainty_table(report: SeasonReport) -> Table:
    """The intervals of the main figures."""
    return _table(
        report,
        "Estimates with their intervals",
        _UNCERTAINTY,
        _both_warnings,
    )


def _table(
    report: SeasonReport,
    caption: str,
    paths: tuple[str, ...],
    warning: Callable[[ModelReport], str],
) -> Table:
    """A row per account; benchmarks appear only in the equity table."""
    rows = tuple(
        Row(
            name_of(model.account),
            tuple(_cell(model, path, paths) for path in paths),
            key,
            warning(model),
        )
        for key, model in enumerate(report.models)
        if paths is _EQUITY or not model.account.is_benchmark
    )
    return Table(caption, figure_columns(paths), rows)


def _cell(model: ModelReport, path: str, paths: tuple[str, ...]) -> Cell:
    has_interval = paths is _UNCERTAINTY and path in INTERVALS
    return (estimate_cell if has_interval else figure_cell)(model, path)


def _gaps_warning(model: ModelReport) -> str:
    equity = model.equity
    if equity is None or not equity.gaps:
        return ""
    silent = cells.duration(equity.gap_seconds).text
    gaps = "1 gap" if equity.gaps == 1 else f"{equity.gaps:,} gaps"
    return f"{gaps}, {silent} not observed"


def _both_warnings(model: ModelReport) -> str:
    warnings = cells.partial_warning(model), _gaps_warning(model)
    return "; ".join(filter(None, warnings))
