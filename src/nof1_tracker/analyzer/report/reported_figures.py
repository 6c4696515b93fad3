"""nof1's own figures for an account's trades, in this project's names and units."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from nof1_tracker.records.parsed import ReportedStatistics

_PERCENT = 0.01
_MINUTES = 60.0
_GROUPS = ("winners", "losers", "longs", "shorts")
_MEASURES = {
    "net_pnl": ("net_pnl", 1.0),
    "notional": ("notional", 1.0),
    "holding_period": ("holding_seconds", _MINUTES),
}
_FIGURES: dict[str, tuple[str, float]] = {
    "total_trades": ("total_trades", 1.0),
    "win_rate": ("win_rate", _PERCENT),
    "overall_pnl_with_fees": ("net_pnl", 1.0),
    "overall_pnl_without_fees": ("gross_pnl", 1.0),
    "total_fees_paid": ("fees", 1.0),
    "avg_net_pnl": ("avg_net_pnl", 1.0),
    "std_net_pnl": ("std_net_pnl", 1.0),
    "avg_gross_pnl": ("avg_gross_pnl", 1.0),
    "std_gross_pnl": ("std_gross_pnl", 1.0),
    "avg_taker_fee": ("avg_fees", 1.0),
    "biggest_net_gain": ("biggest_win", 1.0),
    "biggest_net_loss": ("biggest_loss", 1.0),
    "avg_size_of_trade_notional": ("avg_notional", 1.0),
    "median_size_of_trade_notional": ("median_notional", 1.0),
    "std_size_of_trade_notional": ("std_notional", 1.0),
    "avg_holding_period_mins": ("avg_holding_seconds", _MINUTES),
    "median_holding_period_mins": ("median_holding_seconds", _MINUTES),
    "std_holding_period_mins": ("std_holding_seconds", _MINUTES),
    "long_short_trades_ratio": ("long_share", 1.0),
    "num_long_trades": ("longs.count", 1.0),
    "num_short_trades": ("shorts.count", 1.0),
} | {
    f"{kind}_{group}_{theirs}": (f"{group}.{kind}_{ours}", scale)
    for group in _GROUPS
    for kind in ("avg", "std")
    for theirs, (ours, scale) in _MEASURES.items()
}
"""nof1's name -> ours (see TradeMetrics), and the factor applied to its value.

Left out: `std_taker_fee`, which nof1 computes wrongly, and figures that have no
counterpart here.
"""


@dataclass(frozen=True, slots=True)
class ReportedFigures:
    """Figures as nof1 reports them, over all trades that it counted.

    Attributes:
        figures: By the name in TradeMetrics, with a dot for groups (winners.count);
            USD, fractions, seconds. nof1 reports 0 where a figure is undefined.
    """

    observed_at: datetime
    figures: Mapping[str, float]


def reported_figures(reported: ReportedStatistics | None) -> ReportedFigures | None:
    """The figures that have a counterpart here; None where nothing was reported.

    Source: /api/analytics, nested tables (season 1) or flat rows (season 1.5).
    """
    if reported is None:
        return None
    figures = {
        _FIGURES[name][0]: float(value) * _FIGURES[name][1]
        for name, value in _numbers(reported.raw)
        if name in _FIGURES
    }
    return ReportedFigures(reported.observed_at, figures)


def _numbers(row: Mapping[str, Any]) -> Iterator[tuple[str, int | Decimal | float]]:
    """Every number in the row and in its nested tables, by name."""
    for name, value in row.items():
        if isinstance(value, Mapping):
            yield from _numbers(value)
        elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            yield name, value
