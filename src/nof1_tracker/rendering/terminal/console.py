"""Shared parts of all tables and reports on a terminal."""

from collections.abc import Callable
from decimal import Decimal

from rich import box
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from nof1_tracker.records.sanitize import clean
from nof1_tracker.rendering.standard_output import tolerate_characters, write

_PIPED_WIDTH = 200
"""Width where output is not a terminal: no number may be cut off."""


def cell(text: object, style: str = "") -> Text:
    """A text of unknown origin for a table; markup in it has no effect."""
    return Text(clean(str(text)), style)


def signed_style(amount: Decimal | None) -> str:
    """Green above 0, red below."""
    if not amount:
        return ""
    return "green" if amount > 0 else "red"


def calm_table(*columns: tuple[str, str]) -> Table:
    """An empty table of (header, alignment) columns, with a line under its header.

    Alignment is left, right or fold, which is for text that may take several lines.
    """
    table = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        header_style="dim",
    )
    for header, alignment in columns:
        table.add_column(
            header,
            justify="right" if alignment == "right" else "left",
            no_wrap=alignment != "fold",
            overflow="fold" if alignment == "fold" else "ellipsis",
        )
    return table


def first_fitting(width: int, *builds: Callable[[], Table]) -> Table:
    """The first of the tables that fits the width, else the last."""
    console = Console(width=10_000, force_terminal=False)
    for build in builds[:-1]:
        table = build()
        if Measurement.get(console, console.options, table).maximum <= width:
            return table
    return builds[-1]()


def print_report(render: Callable[[int], RenderableType]) -> None:
    """Prints what `render` returns for the current width; colours only on terminals."""
    tolerate_characters()
    console = _console()
    if console.is_terminal:
        console.print(render(console.width))
    else:
        write(_captured(console, render))


def plain_text(render: Callable[[int], RenderableType]) -> str:
    """What `print_report` prints where output is not a terminal."""
    return _captured(_console(force_terminal=False), render)


def _console(*, force_terminal: bool | None = None) -> Console:
    return Console(
        highlight=False, markup=False, emoji=False, force_terminal=force_terminal
    )


def _captured(console: Console, render: Callable[[int], RenderableType]) -> str:
    console.width = max(console.width, _PIPED_WIDTH)
    with console.capture() as capture:
        console.print(render(console.width))
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())
