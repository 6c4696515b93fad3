"""The section of a report on one model's open positions."""

from functools import partial

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.rendering.position_figures import COLUMNS, position_cells
from nof1_tracker.rendering.terminal.console import calm_table, cell, first_fitting
from nof1_tracker.rendering.terminal.report.layout import heading
from nof1_tracker.rendering.text import moment

_ALL = tuple(range(len(COLUMNS)))
_FEWER = (0, 1, 4, 5, 6, 7, 8, 9)
_LEAST = (0, 1, 5, 7)
"""The columns that a narrow terminal shows."""


def positions_section(model: ModelReport, width: int) -> RenderableType:
    """What is open, and how far its price is from stop, target and liquidation."""
    if not model.positions:
        return Group(
            heading("Open positions"), Text("No open position is known.", "dim")
        )
    first = model.positions[0]
    seen = f"as observed {moment(first.observed_at)} UTC ({first.source.value})"
    tables = (partial(_table, model, chosen) for chosen in (_ALL, _FEWER, _LEAST))
    return Group(heading("Open positions", seen), first_fitting(width, *tables))


def _table(model: ModelReport, chosen: tuple[int, ...]) -> Table:
    table = calm_table(
        *((COLUMNS[at], "fold" if at == 0 else "right") for at in chosen)
    )
    for position in model.positions:
        cells = position_cells(position)
        table.add_row(*(cell(cells[at]) for at in chosen))
    return table
