"""The layout of sections: figures in columns, notes beside their subject."""

import re
from collections.abc import Sequence
from functools import partial
from textwrap import wrap

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from nof1_tracker.records.sanitize import clean
from nof1_tracker.rendering.report_figures.figure_table import Shown
from nof1_tracker.rendering.terminal.console import first_fitting

_MOST_COLUMNS = 4
_UNIT = re.compile(r"(?<=\d) (?=(?:%|s|min|h|d)(?:\W|$))")
_BOND = "\x00"
READABLE_WIDTH = 120
"""Sentences are wrapped at this width, or at the terminal's if that is smaller."""


def listed_figures(figures: Sequence[Shown], width: int) -> Table:
    """The figures in as many columns as fit, read from top to bottom."""
    return first_fitting(
        min(width, READABLE_WIDTH + 20),
        *(partial(_grid, figures, columns) for columns in range(_MOST_COLUMNS, 0, -1)),
    )


def _grid(figures: Sequence[Shown], columns: int) -> Table:
    table = Table.grid(padding=(0, 1))
    for column in range(columns):
        if column:
            table.add_column(min_width=2)
        table.add_column(style="dim", no_wrap=True)
        table.add_column(min_width=6, justify="right", no_wrap=True)
    height = -(-len(figures) // columns)
    for line in range(height):
        cells: list[RenderableType] = []
        for column in range(columns):
            cells += ["  "] if column else []
            index = column * height + line
            cells += _cells(figures[index]) if index < len(figures) else ["", ""]
        table.add_row(*cells)
    return table


def _cells(figure: Shown) -> tuple[Text, Text]:
    return Text(figure.declared.label), Text(figure.text)


def notes(lines: Sequence[tuple[str, str | None, str]], width: int) -> Table:
    """Sentences of (subject, sentence, style); those that are None are left out."""
    stated = [(subject, text, style) for subject, text, style in lines if text]
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    room = min(width, READABLE_WIDTH) - max(
        (len(each[0]) for each in stated), default=0
    )
    for subject, text, style in stated:
        table.add_row(Text(subject), Text(_wrapped(text, max(20, room - 3)), style))
    return table


def _wrapped(sentence: str, width: int) -> str:
    """The sentence in lines that keep each number with its unit."""
    bound = _UNIT.sub(_BOND, _capital(clean(sentence)))
    return "\n".join(wrap(bound, width)).replace(_BOND, " ")


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def heading(title: str, remark: str = "", style: str = "dim") -> Text:
    """The title of a section, followed by a muted remark."""
    text = Text(title, "bold")
    if remark:
        text.append(f"  {clean(remark)}", f"not bold {style}")
    return text
