"""The figures of an account that traded on paper: those of a model, and as uncertain."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from nof1_tracker.analyzer.equity.equity_curve import (
    EquityCurve,
    Grid,
    equity_at,
    equity_curve,
    on_the_clock,
)
from nof1_tracker.analyzer.equity.equity_metrics import EquityMetrics, curve_metrics
from nof1_tracker.analyzer.equity.exposure import exposure_through_time
from nof1_tracker.analyzer.report.season_report import ReportRules
from nof1_tracker.analyzer.trades.trade_metrics import TradeMetrics, trade_metrics
from nof1_tracker.analyzer.uncertainty.interval import Interval
from nof1_tracker.analyzer.uncertainty.intervals import (
    ReturnIntervals,
    return_intervals,
)
from nof1_tracker.analyzer.uncertainty.mean_trade import mean_trade
from nof1_tracker.records.account_columns import EquityColumns, TradeColumns

_RULES = ReportRules()


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """An account's metrics, with the intervals that a report has.

    Attributes:
        mean_net: Interval of the mean net PnL of a leg, USD; None where undefined.
        returns: Intervals of the figures of returns; None where those are withheld.
    """

    equity: EquityMetrics
    trades: TradeMetrics
    mean_net: Interval | None
    returns: ReturnIntervals | None
    curve: EquityCurve


def account_figures(
    snapshots: EquityColumns,
    legs: TradeColumns,
    since: datetime,
    until: datetime,
    *,
    initial_equity: float,
    rules: ReportRules = _RULES,
) -> AccountFigures:
    """The figures of an account that held its initial equity (USD) at `since`."""
    start = on_the_clock(since, rules.step)
    grid = Grid(start, max(start, until), rules.step, rules.max_gap)
    curve = equity_curve(snapshots, grid, initial_equity=initial_equity)
    equity = curve_metrics(
        curve,
        exposure_through_time(snapshots, grid),
        step=rules.step,
        periods_per_year=rules.periods_per_year,
    )
    entry_equity = equity_at(legs.opened_at, curve)
    mean = mean_trade(legs.net_pnl, legs.closed_at)
    return AccountFigures(
        equity=equity,
        trades=trade_metrics(
            legs, span=(until - since) or None, entry_equity=entry_equity
        ),
        mean_net=mean.net.interval(rules.level) if mean and mean.net else None,
        returns=_intervals(curve, equity, rules),
        curve=curve,
    )


def _intervals(
    curve: EquityCurve, equity: EquityMetrics, rules: ReportRules
) -> ReturnIntervals | None:
    if equity.withheld:
        return None
    return return_intervals(
        curve.returns[np.isfinite(curve.returns)],
        periods_per_year=rules.periods_per_year,
        level=rules.level,
    )
