"""Our figures for the stored part of the trades beside nof1's own for all of them."""

from operator import attrgetter

from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.rendering.html import cells
from nof1_tracker.rendering.html.cells import Cell, Column, Row, Table
from nof1_tracker.rendering.text import moment

_SHOWN = {
    "total_trades": "Trades",
    "win_rate": "Wins",
    "net_pnl": "Net $",
    "gross_pnl": "Gross $",
    "fees": "Fees $",
    "avg_net_pnl": "Mean net $",
    "std_net_pnl": "Deviation of net $",
    "avg_gross_pnl": "Mean gross $",
    "biggest_win": "Biggest win $",
    "biggest_loss": "Biggest loss $",
    "avg_notional": "Mean notional $",
    "median_notional": "Median notional $",
    "avg_holding_seconds": "Mean time held",
    "median_holding_seconds": "Median time held",
    "long_share": "Long",
    "longs.count": "Longs",
    "shorts.count": "Shorts",
    "winners.avg_net_pnl": "Mean win $",
    "losers.avg_net_pnl": "Mean loss $",
}


def reported_table(model: ModelReport) -> Table | None:
    """Both side by side; None where all trades are stored or nof1 reported nothing."""
    coverage, reported = model.coverage, model.reported
    if not coverage.is_partial or reported is None:
        return None
    columns = (
        Column(f"Ours, of {coverage.stored:,}", "Computed from the trades stored here"),
        Column(
            f"nof1, of {coverage.reported:,}",
            f"As nof1 stated it, {moment(reported.observed_at)} UTC",
        ),
    )
    rows = tuple(
        Row(
            label,
            (
                _figure(name, attrgetter(name)(model.trades)),
                _figure(name, reported.figures[name]),
            ),
        )
        for name, label in _SHOWN.items()
        if name in reported.figures
    )
    caption = f"Reported by nof1, {moment(reported.observed_at)} UTC"
    return Table(caption, columns, rows, first="Figure")


def _figure(name: str, value: float | None) -> Cell:
    if name.endswith(("total_trades", "count")):
        return cells.count(None if value is None else int(value))
    if name in ("win_rate", "long_share"):
        return cells.fraction(value)
    if name.endswith("seconds"):
        return cells.duration(value)
    return cells.money(value)
