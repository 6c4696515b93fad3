"""Finds the leaderboard's <table> in a page that somebody saved, without a browser."""

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Final

from typing_extensions import override

from nof1_tracker.scraper.browsing.page_scripts import table_json
from nof1_tracker.scraper.parsing.rendered_table import is_leaderboard

_CELLS: Final = ("td", "th")
_LINES: Final = frozenset(["br", "div", "p", "li", "ul", "ol", "section", "h1", "h2"])
"""Elements that begin a new line, as a browser shows them."""
_UNSEEN: Final = ("script", "style", "template", "noscript")

Row = list[str]


def saved_table(page: bytes) -> bytes | None:
    """The body of a rendered-leaderboard payload, as a browser would have read it.

    None if the page has no table that says what each account is worth, or one without
    any number: a page first paints its frame.
    """
    reader = _TableReader()
    reader.feed(page.decode("utf-8", "replace"))
    reader.close()
    for table in reader.tables:
        columns, rows = _parted(table)
        if rows and is_leaderboard(columns):
            return table_json({"columns": columns, "rows": rows})
    return None


def _parted(table: Sequence[Row]) -> tuple[Row, list[Row]]:
    """The headers, and the rows with at least one number."""
    columns, *rows = [row for row in table if len(row) > 1] or [[]]
    return columns, [row for row in rows if any(map(_has_digit, row))]


def _has_digit(text: str) -> bool:
    return any(character.isdecimal() for character in text)


class _TableReader(HTMLParser):
    """Reads the text of the cells of every table that lies in no other.

    Attributes:
        tables: Their rows of cells, in the order of the page.
    """

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[Row]] = []
        self._depth = 0
        self._unseen = 0
        self._cell: list[str] | None = None

    @override
    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "table":
            self._depth += 1
            if self._depth == 1:
                self.tables.append([])
        elif self._depth == 1:
            self._begin_part(tag)

    def _begin_part(self, tag: str) -> None:
        if tag == "tr":
            self._end_cell()
            self.tables[-1].append([])
        elif tag in _CELLS:
            self._end_cell()
            self._cell = []
        elif tag in _LINES and self._cell is not None:
            self._cell.append("\n")

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif tag == "table" and self._depth:
            if self._depth == 1:
                self._end_cell()
            self._depth -= 1
        elif tag in (*_CELLS, "tr") and self._depth == 1:
            self._end_cell()
        elif tag in _LINES and self._cell is not None:
            self._cell.append("\n")

    @override
    def handle_data(self, data: str) -> None:
        if self._cell is not None and self._depth == 1 and not self._unseen:
            self._cell.append(re.sub(r"\s+", " ", data))

    def _end_cell(self) -> None:
        cell, self._cell = self._cell, None
        if cell is None or not self.tables[-1]:
            return
        lines = (line.strip() for line in "".join(cell).split("\n"))
        self.tables[-1][-1].append("\n".join(line for line in lines if line))
