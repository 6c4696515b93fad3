"""The figures that compare the models of a season: each column with its cells."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from nof1_tracker.analyzer.equity.equity_metrics import EquityMetrics
from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.analyzer.trades.trade_metrics import TradeMetrics
from nof1_tracker.analyzer.uncertainty.intervals import ReturnIntervals
from nof1_tracker.rendering.html import cells
from nof1_tracker.rendering.html.cells import Cell

T = TypeVar("T")
_Cell = Callable[[ModelReport], Cell]


class Figure(NamedTuple):
    """A column, and its cell of an account: declared in one place."""

    title: str
    hint: str
    cell: _Cell


def _equity(cell: Callable[[EquityMetrics], Cell]) -> _Cell:
    """The cell of an account with a curve; nothing is known of any other."""
    return lambda model: (
        cells.count(None) if model.equity is None else cell(model.equity)
    )


def _some(trades: TradeMetrics, total: float | None) -> float | None:
    """The sum; None where there are no trades."""
    return total if trades.total_trades else None


TRADES = (
    Figure(
        "Trades",
        "Completed legs with an outcome",
        lambda model: cells.count(model.trades.total_trades),
    ),
    Figure(
        "Positions",
        "Distinct entries; one that closes in parts has several legs",
        lambda model: cells.count(model.trades.positions),
    ),
    Figure(
        "Wins",
        "Share of legs with net PnL above 0",
        lambda model: cells.fraction(model.trades.win_rate),
    ),
    Figure(
        "Net $",
        "Sum of net PnL, as served",
        lambda model: cells.money(
            _some(model.trades, model.trades.net_pnl), signed=True
        ),
    ),
    Figure(
        "Fees $",
        "Sum of fees",
        lambda model: cells.money(_some(model.trades, model.trades.fees)),
    ),
    Figure(
        "Mean net $",
        "Expectancy: mean net PnL of a leg",
        lambda model: cells.money(model.trades.expectancy, signed=True),
    ),
    Figure(
        "Profit factor",
        "Sum of gains / sum of losses",
        lambda model: cells.ratio(model.trades.profit_factor),
    ),
    Figure(
        "Payoff",
        "Mean gain / mean loss",
        lambda model: cells.ratio(model.trades.payoff_ratio),
    ),
    Figure(
        "Best $",
        "Biggest win, net",
        lambda model: cells.money(model.trades.biggest_win, signed=True),
    ),
    Figure(
        "Worst $",
        "Biggest loss, net",
        lambda model: cells.money(model.trades.biggest_loss, signed=True),
    ),
    Figure(
        "Held",
        "Median time from entry to exit",
        lambda model: cells.duration(model.trades.median_holding_seconds),
    ),
    Figure(
        "Long",
        "Share of legs that were long",
        lambda model: cells.fraction(model.trades.long_share, digits=0),
    ),
    Figure(
        "Per day",
        "Legs per 24 hours",
        lambda model: cells.ratio(model.trades.trades_per_day, digits=1),
    ),
)
EQUITY = (
    Figure(
        "Return",
        "Final / initial equity - 1",
        _equity(lambda equity: cells.fraction(equity.total_return, signed=True)),
    ),
    Figure(
        "Excess",
        "Return less that of the benchmark over the same time",
        lambda model: (
            cells.count(None) if model.equity is None else cells.excess(model)
        ),
    ),
    Figure(
        "Volatility",
        "Sample deviation of returns, per year",
        _equity(lambda equity: cells.fraction(equity.volatility, digits=0)),
    ),
    Figure(
        "Sharpe",
        "Mean / deviation of returns, per year, no riskless rate",
        _equity(lambda equity: cells.ratio(equity.sharpe_ratio)),
    ),
    Figure(
        "Sortino",
        "Mean / downside deviation of returns, per year",
        _equity(lambda equity: cells.ratio(equity.sortino_ratio)),
    ),
    Figure(
        "Return / drawdown",
        "Return / deepest drawdown, not annualised",
        _equity(lambda equity: cells.ratio(equity.return_over_drawdown)),
    ),
    Figure(
        "Drawdown",
        "Deepest fall below an earlier peak, of all observations",
        _equity(
            lambda equity: cells.fraction(
                equity.drawdown.max_drawdown if equity.drawdown else None
            )
        ),
    ),
    Figure(
        "On common hours",
        "The same at full hours alone, and the returns known",
        _equity(
            lambda equity: cells.fraction(
                equity.grid_drawdown.max_drawdown if equity.grid_drawdown else None,
                note=f"{equity.periods:,} returns",
            )
        ),
    ),
    Figure(
        "Under water",
        "Share of full hours below an earlier peak",
        _equity(
            lambda equity: cells.fraction(
                equity.grid_drawdown.underwater_share if equity.grid_drawdown else None,
                digits=0,
            )
        ),
    ),
    Figure(
        "Best day",
        "UTC",
        _equity(
            lambda equity: cells.fraction(
                equity.best_day.total_return if equity.best_day else None, signed=True
            )
        ),
    ),
    Figure(
        "Worst day",
        "UTC",
        _equity(
            lambda equity: cells.fraction(
                equity.worst_day.total_return if equity.worst_day else None, signed=True
            )
        ),
    ),
    Figure(
        "Exposure",
        "Share of time with an open position",
        _equity(lambda equity: cells.fraction(equity.exposure, digits=0)),
    ),
    Figure(
        "Leverage",
        "Mean gross exposure / equity",
        _equity(lambda equity: cells.ratio(equity.avg_gross_leverage, digits=1)),
    ),
    Figure(
        "Beta",
        "Slope of returns on those of the benchmark",
        lambda model: (
            cells.count(None)
            if model.equity is None
            else cells.ratio(
                model.against_benchmark.beta if model.against_benchmark else None
            )
        ),
    ),
    Figure(
        "Gaps",
        "Silences longer than the limit; nothing is assumed in them",
        _equity(
            lambda equity: cells.count(equity.gaps if equity.observations else None)
        ),
    ),
)
MIND = (
    Figure(
        "Answers",
        "Conversations that are stored",
        lambda model: cells.count(model.mind.answers.conversations),
    ),
    Figure(
        "Missed",
        "Conversations known to be missing between stored ones",
        lambda model: cells.count(
            model.mind.cycles.missed if model.mind.cycles.stored else None
        ),
    ),
    Figure(
        "Failed",
        "Share of answers without a readable decision",
        lambda model: cells.fraction(model.mind.answers.failed_share),
    ),
    Figure(
        "Holds",
        "Share of decisions that hold",
        lambda model: cells.fraction(model.mind.decisions.hold_share),
    ),
    Figure(
        "Confidence",
        "Mean stated confidence at entry",
        lambda model: cells.fraction(model.mind.confidence.mean, digits=0),
    ),
    Figure(
        "Bets",
        "Entries whose confidence and outcome are both known",
        lambda model: cells.count(model.mind.calibration.bets),
    ),
    Figure(
        "Brier",
        "Mean (confidence - won)²: 0 is best, 1 is worst",
        lambda model: cells.ratio(model.mind.calibration.brier_score),
    ),
    Figure(
        "Skill",
        "1 - Brier / Brier of always stating the win rate",
        lambda model: cells.ratio(model.mind.calibration.skill),
    ),
    Figure(
        "Plan kept",
        "Share of exits no worse than the stated stop",
        lambda model: cells.fraction(model.mind.discipline.respected_share, digits=0),
    ),
    Figure(
        "Flips",
        "Entries that reverse a position just closed",
        lambda model: cells.count(
            model.mind.flips.flips if model.mind.flips.entries else None
        ),
    ),
    Figure(
        "To fill",
        "Median time from decision to fill",
        lambda model: cells.duration(model.mind.time_to_fill.median),
    ),
)


def _returns(
    interval: Callable[[ReturnIntervals], T],
) -> Callable[[ModelReport], T | None]:
    """What is known of an account's returns; None where they are too few."""

    def of(model: ModelReport) -> T | None:
        returns = model.uncertainty.returns
        return None if returns is None else interval(returns)

    return of


_return_interval = _returns(lambda returns: returns.total_return)
_sharpe_interval = _returns(lambda returns: returns.sharpe_ratio)
_sharpe_chance = _returns(lambda returns: returns.probabilistic_sharpe_ratio)
UNCERTAINTY = (
    Figure(
        "Wins",
        "Share of legs with net PnL above 0",
        lambda model: cells.fraction_interval(
            model.trades.win_rate, model.uncertainty.win_rate
        ),
    ),
    Figure(
        "Mean net $",
        "Expectancy: mean net PnL of a leg",
        lambda model: cells.money_interval(
            model.trades.expectancy, model.uncertainty.mean_net
        ),
    ),
    Figure(
        "Return",
        "Over all periods of the grid",
        lambda model: cells.fraction_interval(
            model.equity.total_return if model.equity else None,
            _return_interval(model),
            signed=True,
        ),
    ),
    Figure(
        "Sharpe",
        "Per year, no riskless rate",
        lambda model: cells.ratio_interval(
            model.equity.sharpe_ratio if model.equity else None, _sharpe_interval(model)
        ),
    ),
    Figure(
        "P(Sharpe > 0)",
        "Probabilistic Sharpe ratio",
        lambda model: cells.chance(_sharpe_chance(model)),
    ),
)
