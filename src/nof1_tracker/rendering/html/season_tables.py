"""Tables that compare all models of a season."""

from collections.abc import Callable

from nof1_tracker.analyzer.report.season_report import ModelReport, SeasonReport
from nof1_tracker.rendering.html import cells
from nof1_tracker.rendering.html.cells import Cell, Column, Row, Table, name_of
from nof1_tracker.rendering.position_figures import COLUMNS as POSITION_COLUMNS
from nof1_tracker.rendering.position_figures import position_cells

_TRADES = (
    Column("Trades", "Completed legs with an outcome"),
    Column("Positions", "Distinct entries; one that closes in parts has several legs"),
    Column("Wins", "Share of legs with net PnL above 0"),
    Column("Net $", "Sum of net PnL, as served"),
    Column("Fees $", "Sum of fees"),
    Column("Mean net $", "Expectancy: mean net PnL of a leg"),
    Column("Profit factor", "Sum of gains / sum of losses"),
    Column("Payoff", "Mean gain / mean loss"),
    Column("Best $", "Biggest win, net"),
    Column("Worst $", "Biggest loss, net"),
    Column("Held", "Median time from entry to exit"),
    Column("Long", "Share of legs that were long"),
    Column("Per day", "Legs per 24 hours"),
)
_EQUITY = (
    Column("Return", "Final / initial equity - 1"),
    Column("Excess", "Return less that of the benchmark over the same time"),
    Column("Volatility", "Sample deviation of returns, per year"),
    Column("Sharpe", "Mean / deviation of returns, per year, no riskless rate"),
    Column("Sortino", "Mean / downside deviation of returns, per year"),
    Column("Return / drawdown", "Return / deepest drawdown, not annualised"),
    Column("Drawdown", "Deepest fall below an earlier peak, of all observations"),
    Column("On common hours", "The same at full hours alone, and the returns known"),
    Column("Under water", "Share of full hours below an earlier peak"),
    Column("Best day", "UTC"),
    Column("Worst day", "UTC"),
    Column("Exposure", "Share of time with an open position"),
    Column("Leverage", "Mean gross exposure / equity"),
    Column("Beta", "Slope of returns on those of the benchmark"),
    Column("Gaps", "Silences longer than the limit; nothing is assumed in them"),
)
_POSITIONS = tuple(map(Column, POSITION_COLUMNS[1:]))
_MIND = (
    Column("Answers", "Conversations that are stored"),
    Column("Missed", "Conversations known to be missing between stored ones"),
    Column("Failed", "Share of answers without a readable decision"),
    Column("Holds", "Share of decisions that hold"),
    Column("Confidence", "Mean stated confidence at entry"),
    Column("Bets", "Entries whose confidence and outcome are both known"),
    Column("Brier", "Mean (confidence - won)²: 0 is best, 1 is worst"),
    Column("Skill", "1 - Brier / Brier of always stating the win rate"),
    Column("Plan kept", "Share of exits no worse than the stated stop"),
    Column("Flips", "Entries that reverse a position just closed"),
    Column("To fill", "Median time from decision to fill"),
)
_UNCERTAINTY = (
    Column("Wins", "Share of legs with net PnL above 0"),
    Column("Mean net $", "Expectancy: mean net PnL of a leg"),
    Column("Return", "Over all periods of the grid"),
    Column("Sharpe", "Per year, no riskless rate"),
    Column("P(Sharpe > 0)", "Probabilistic Sharpe ratio"),
)

Cells = tuple[Cell, ...]


def trades_table(report: SeasonReport) -> Table:
    """Metrics of the completed legs."""
    return _table(
        report, "What the completed trades say", _TRADES, _trades, cells.partial_warning
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
    return _table(report, "Equity and risk", _EQUITY, _equity, _gaps_warning)


def mind_table(report: SeasonReport) -> Table:
    """How the models decide; benchmarks make no decisions and are left out."""
    return _table(
        report, "What the conversations say", _MIND, _mind, cells.partial_warning
    )


def uncertainty_table(report: SeasonReport) -> Table:
    """The intervals of the main figures."""
    return _table(
        report,
        "Estimates with their intervals",
        _UNCERTAINTY,
        _uncertainty,
        _both_warnings,
    )


def _table(
    report: SeasonReport,
    caption: str,
    columns: tuple[Column, ...],
    row: Callable[[ModelReport], Cells],
    warning: Callable[[ModelReport], str],
) -> Table:
    """A row per account; benchmarks appear only in the equity table."""
    rows = tuple(
        Row(name_of(model.account), row(model), key, warning(model))
        for key, model in enumerate(report.models)
        if columns is _EQUITY or not model.account.is_benchmark
    )
    return Table(caption, columns, rows)


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


def _trades(model: ModelReport) -> Cells:
    trades = model.trades
    return (
        cells.count(trades.total_trades),
        cells.count(trades.positions),
        cells.fraction(trades.win_rate),
        cells.money(_some(trades.total_trades, trades.net_pnl), signed=True),
        cells.money(_some(trades.total_trades, trades.fees)),
        cells.money(trades.expectancy, signed=True),
        cells.ratio(trades.profit_factor),
        cells.ratio(trades.payoff_ratio),
        cells.money(trades.biggest_win, signed=True),
        cells.money(trades.biggest_loss, signed=True),
        cells.duration(trades.median_holding_seconds),
        cells.fraction(trades.long_share, digits=0),
        cells.ratio(trades.trades_per_day, digits=1),
    )


def _some(trades: int, total: float | None) -> float | None:
    """The sum; None where there are no trades."""
    return total if trades else None


def _equity(model: ModelReport) -> Cells:
    equity, beside = model.equity, model.against_benchmark
    if equity is None:
        return tuple(cells.count(None) for _ in _EQUITY)
    on_grid = equity.grid_drawdown
    fall, best, worst = equity.drawdown, equity.best_day, equity.worst_day
    return (
        cells.fraction(equity.total_return, signed=True),
        cells.excess(model),
        cells.fraction(equity.volatility, digits=0),
        cells.ratio(equity.sharpe_ratio),
        cells.ratio(equity.sortino_ratio),
        cells.ratio(equity.return_over_drawdown),
        cells.fraction(None if fall is None else fall.max_drawdown),
        cells.fraction(
            None if on_grid is None else on_grid.max_drawdown,
            note=f"{equity.periods:,} returns",
        ),
        cells.fraction(None if on_grid is None else on_grid.underwater_share, digits=0),
        cells.fraction(None if best is None else best.total_return, signed=True),
        cells.fraction(None if worst is None else worst.total_return, signed=True),
        cells.fraction(equity.exposure, digits=0),
        cells.ratio(equity.avg_gross_leverage, digits=1),
        cells.ratio(None if beside is None else beside.beta),
        cells.count(equity.gaps if equity.observations else None),
    )


def _mind(model: ModelReport) -> Cells:
    mind = model.mind
    calibration, discipline = mind.calibration, mind.discipline
    return (
        cells.count(mind.answers.conversations),
        cells.count(mind.cycles.missed if mind.cycles.stored else None),
        cells.fraction(mind.answers.failed_share),
        cells.fraction(mind.decisions.hold_share),
        cells.fraction(mind.confidence.mean, digits=0),
        cells.count(calibration.bets),
        cells.ratio(calibration.brier_score),
        cells.ratio(calibration.skill),
        cells.fraction(discipline.respected_share, digits=0),
        cells.count(mind.flips.flips if mind.flips.entries else None),
        cells.duration(mind.time_to_fill.median),
    )


def _uncertainty(model: ModelReport) -> Cells:
    trades, equity = model.trades, model.equity
    intervals, returns = model.uncertainty, model.uncertainty.returns
    gained = None if equity is None else equity.total_return
    sharpe = None if equity is None else equity.sharpe_ratio
    return (
        cells.fraction_interval(trades.win_rate, intervals.win_rate),
        cells.money_interval(trades.expectancy, intervals.mean_net),
        cells.fraction_interval(
            gained, None if returns is None else returns.total_return, signed=True
        ),
        cells.ratio_interval(sharpe, None if returns is None else returns.sharpe_ratio),
        cells.chance(None if returns is None else returns.probabilistic_sharpe_ratio),
    )
