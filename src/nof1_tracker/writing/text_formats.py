"""CSV and JSON lines, in UTF-8; neither needs another package.

CSV (RFC 4180, lines end in LF): text is quoted, and NULL is an empty cell without
quotes, so that it differs from empty text. To keep spreadsheets from computing it, text
that starts like a formula, or with an apostrophe, gets an apostrophe in front: removing
one leading apostrophe from every text restores what is stored, except for what would act
on a terminal or an editor: control characters and marks that change the direction of
writing are left out, within JSON they become escapes. Numbers and times are never changed.

JSON lines: one object per line, numbers as numbers; characters that could control a
terminal are written as escapes, which every JSON reader decodes to the same text.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from nof1_tracker.records.export_rows import Batch, Column, ColumnType
from nof1_tracker.records.sanitize import UNSAFE, clean
from nof1_tracker.writing.exact_numbers import digits
from nof1_tracker.writing.formula_guard import guarded

_encode = json.JSONEncoder(ensure_ascii=False).encode
Show = Callable[[Any], str]
"""Returns the text in the file for a value that is not NULL."""


def csv_lines(columns: Sequence[Column], batches: Iterable[Batch]) -> Iterator[str]:
    """A header, then the rows, a batch of lines at a time."""
    yield f"{','.join(column.name for column in columns)}\n"
    shows = [_csv_show(column) for column in columns]
    for batch in batches:
        cells = _cells(columns, shows, batch, null="")
        yield "".join([f"{','.join(row)}\n" for row in zip(*cells, strict=True)])


def json_lines(columns: Sequence[Column], batches: Iterable[Batch]) -> Iterator[str]:
    """One object per row, a batch of lines at a time."""
    names = [_encode(column.name).replace("%", "%%") for column in columns]
    line = f"{{{', '.join(f'{name}: %s' for name in names)}}}\n"
    shows = [_json_show(column) for column in columns]
    for batch in batches:
        cells = _cells(columns, shows, batch, null="null")
        yield "".join([line % row for row in zip(*cells, strict=True)])


def _cells(
    columns: Sequence[Column], shows: Sequence[Show], batch: Batch, null: str
) -> list[list[str]]:
    """The cells as written to the file, column by column."""
    return [
        _column_cells(column, show, batch[column.place], null)
        for column, show in zip(columns, shows, strict=True)
    ]


def _column_cells(
    column: Column, show: Show, values: Sequence[Any], null: str
) -> list[str]:
    if column.labels is None:
        return [null if value is None else show(value) for value in values]
    labels = {k: null if v is None else show(v) for k, v in column.labels.items()}
    return [labels.get(value, null) for value in values]


def _csv_show(column: Column) -> Show:
    match column.type:
        case ColumnType.TEXT | ColumnType.WORD:
            return _csv_text
        case ColumnType.JSON:
            return lambda value: _quoted(_json_in_line(value))
        case ColumnType.TIME:
            return _time
    return _common_show(column)


def _json_show(column: Column) -> Show:
    match column.type:
        case ColumnType.TEXT | ColumnType.WORD:
            return _json_text
        case ColumnType.TIME:
            return lambda value: f'"{_time(value)}"'
        case ColumnType.JSON:
            return _json_in_line
    return _common_show(column)


def _common_show(column: Column) -> Show:
    """Integers, decimals and flags."""
    if column.type is ColumnType.FLAG:
        return lambda value: "true" if value else "false"
    if column.type is ColumnType.DECIMAL:
        return lambda value: digits(value, column)
    return str


def _time(value: str) -> str:
    """ISO 8601 in UTC; whole seconds have no decimals, all others six."""
    decimals = value[20:].ljust(6, "0")
    whole = f"{value[:10]}T{value[11:19]}"
    return f"{whole}.{decimals}Z" if decimals != "000000" else f"{whole}Z"


def _quoted(text: str) -> str:
    plain = guarded(text)
    return f'"{plain}"' if '"' not in plain else _escaped(plain)


def _escaped(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _csv_text(text: str) -> str:
    return _quoted(clean(text, multi_line=True))


def _json_text(text: str) -> str:
    encoded = _encode(text)
    if encoded.isascii() and "\x7f" not in encoded:
        return encoded
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", encoded)


def _json_in_line(text: str) -> str:
    """JSON as stored, on one line: outside of strings, a line break is only space."""
    line = text.replace("\r", " ").replace("\n", " ")
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
