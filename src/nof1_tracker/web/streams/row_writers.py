"""Writes the rows of a list in a format, piece by piece."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from nof1_tracker.records.export_rows import Column, ColumnType
from nof1_tracker.rendering.programs.output import csv_row, csv_rows, to_line
from nof1_tracker.services.export import ParquetWriter, parquet_writer
from nof1_tracker.web.formats import Format
from nof1_tracker.web.streams.row_columns import RowColumns

Rows = Sequence[Mapping[str, Any]]


class RowWriter(Protocol):
    """Returns the bytes that are due at each step."""

    def begin(self) -> bytes: ...
    def rows(self, rows: Rows) -> bytes: ...
    def end(self) -> bytes: ...


def writer_of(wanted: Format, columns: RowColumns) -> RowWriter:
    """What writes in the format.

    Raises:
        ConfigurationError: It needs pyarrow, which is not installed.
    """
    if wanted is Format.PARQUET:
        return _Parquet(columns.typed, parquet_writer(columns.typed))
    return _Csv(columns.names) if wanted is Format.CSV else _JsonLines()


class _Csv:
    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def begin(self) -> bytes:
        return csv_row(self._names).encode()

    def rows(self, rows: Rows) -> bytes:
        return csv_rows(self._names, rows).encode()

    def end(self) -> bytes:
        return b""


class _JsonLines:
    def begin(self) -> bytes:
        return b""

    def rows(self, rows: Rows) -> bytes:
        return "".join(f"{to_line(row)}\n" for row in rows).encode()

    def end(self) -> bytes:
        return b""


class _Parquet:
    def __init__(self, columns: Sequence[Column], writer: ParquetWriter) -> None:
        self._columns, self._writer = columns, writer

    def begin(self) -> bytes:
        return b""

    def rows(self, rows: Rows) -> bytes:
        return self._writer.rows(
            [[_value(row[each.name], each) for each in self._columns] for row in rows]
        )

    def end(self) -> bytes:
        return self._writer.end()


def _value(value: Any, column: Column) -> Any:
    """As a batch holds it."""
    if value is None:
        return None
    if column.type is ColumnType.TIME:
        return value.removesuffix("Z")
    if column.type is ColumnType.JSON:
        return to_line(value)
    is_exact = column.type in (ColumnType.DECIMAL, ColumnType.TEXT)
    return str(value) if is_exact else value
