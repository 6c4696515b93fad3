"""Open positions as a table on a terminal."""

from functools import partial

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nof1_tracker.records.reading.open_positions import PositionList
from nof1_tracker.rendering.position_figures import COLUMNS, position_cells
from nof1_tracker.rendering.terminal.console import calm_table, cell, first_fitting
from nof1_tracker.rendering.terminal.empty_answer import stored_spans
from nof1_tracker.rendering.text import moment, whole

_EXPLAINED = (
    "Percentages: how far the price must move from the mark. >= : nobody saw it opened,"
    " it was held at least that long."
)


_ALL = tuple(range(len(COLUMNS)))
_FEWER = tuple(at for at in _ALL if COLUMNS[at] not in ("Quantity", "Entry"))
_LEAST = tuple(at for at in _FEWER if COLUMNS[at] not in ("Mark", "Side"))
"""The columns that a narrow terminal shows, with distances alone."""
_SHORT = {"Unrealized $": "Unreal. $", "Liquidation": "Liq."}


def open_positions_table(report: PositionList, width: int) -> RenderableType:
    """The positions by account, and when they were observed."""
    if not report.rows:
        return Text(_nothing(report))
    table = first_fitting(
        width,
        partial(_table, report, _ALL, is_short=False),
        partial(_table, report, _FEWER, is_short=False),
        partial(_table, report, _FEWER, is_short=True),
        partial(_table, report, _LEAST, is_short=True),
    )
    title = f"Season {report.season} · {_observed(report)}"
    return Group(Text(title, "bold"), Text(), table, Text(), Text(_EXPLAINED, "dim"))


def _nothing(report: PositionList) -> str:
    if not report.observed:
        season = "" if report.season is None else f" of season {report.season}"
        until = f"up to {moment(report.at)} UTC"
        return (
            f"No positions{season} were observed {until}. {stored_spans(report.stored)}"
        )
    if report.in_all:
        count = whole(report.in_all)
        return f"No position in that symbol is open; in others: {count}."
    return f"No position is open ({_observed(report)})."


def _observed(report: PositionList) -> str:
    times = [moment(time) for time in report.observed.values()]
    first, last = min(times), max(times)
    return f"observed {last if first == last else f'{first} to {last}'} UTC"


def _table(report: PositionList, chosen: tuple[int, ...], *, is_short: bool) -> Table:
    heads = [COLUMNS[at] for at in chosen]
    if is_short:
        heads = [_SHORT.get(head, head) for head in heads]
    texts = ("Symbol", "Side")
    table = calm_table(
        ("Model", "fold"),
        *((head, "left" if head in texts else "right") for head in heads),
    )
    for row in report.rows:
        cells = position_cells(row.position, is_short=is_short)
        table.add_row(cell(row.name), *(cell(cells[at]) for at in chosen))
    return table
