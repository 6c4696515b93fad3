"""Tables that compare all models of a season."""

from collections.abc import Callable

from nof1_tracker.analyzer.report.season_report import ModelReport, SeasonReport
from nof1_tracker.rendering.html import cells
from nof1_tracker.rendering.html.cells import Cell, Column, Row, Table, name_of
from nof1_tracker.rendering.html.season_figures import (
    EQUITY,
    MIND,
    TRADES,
    UNCERTAINTY,
    Figure,
)
from nof1_tracker.rendering.position_figures import COLUMNS as POSITION_COLUMNS
from nof1_tracker.rendering.position_figures import position_cells

_POSITIONS = tuple(map(Column, POSITION_COLUMNS[1:]))


def trades_table(report: SeasonReport) -> Table:
    """Metrics of the completed legs."""
    return _table(
        report, "What the completed trades say", TRADES, cells.partial_warning
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
    return _table(report, "Equity and risk", EQUITY, _gaps_warning)


def mind_table(report: SeasonReport) -> Table:
    """How the models decide; benchmarks make no decisions and are left out."""
    return _table(report, "What the conversations say", MIND, cells.partial_warning)


def uncertainty_table(report: SeasonReport) -> Table:
    """The intervals of the main figures."""
    return _table(
        report,
        "Estimates with their intervals",
        UNCERTAINTY,
        _both_warnings,
    )


def _table(
    report: SeasonReport,
    caption: str,
    figures: tuple[Figure, ...],
    warning: Callable[[ModelReport], str],
) -> Table:
    """A row per account; benchmarks appear only in the equity table."""
    rows = tuple(
        Row(
            name_of(model.account),
            tuple(figure.cell(model) for figure in figures),
            key,
            warning(model),
        )
        for key, model in enumerate(report.models)
        if figures is EQUITY or not model.account.is_benchmark
    )
    columns = tuple(Column(figure.title, figure.hint) for figure in figures)
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
