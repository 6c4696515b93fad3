"""The SQLite file of a dataset: every table, in order, with the digits as served.

It is written by the driver itself, table by table into a new file, so that the same
rows give the same bytes. Numbers are doubles, as at the source; where a double does not
hold all digits of a stored number, they are in `exact_digits`.
"""

import errno
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.export_rows import Column, ColumnType, DatasetTable, Values

EXACT = "exact_digits"
_AT_ONCE = 1000
_SQL_TYPES = {
    ColumnType.INTEGER: "INTEGER",
    ColumnType.FLAG: "INTEGER",
    ColumnType.DECIMAL: "REAL",
}
_CREATE_EXACT = (
    f"CREATE TABLE {EXACT} (table_name TEXT, row_number INTEGER, column_name TEXT,"
    " digits TEXT)"
)


class SqliteWriter:
    """Writes the tables of a dataset into a new file."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        for setting in ("page_size = 4096", "encoding = 'UTF-8'", "journal_mode = OFF"):
            self._connection.execute(f"PRAGMA {setting}")
        self._connection.execute("BEGIN")
        self._connection.execute(_CREATE_EXACT)

    def tee(self, table: DatasetTable, rows: Iterable[Values]) -> Iterator[Values]:
        """Writes the rows as they are taken, and passes them on.

        Raises:
            OSError: The file cannot be written.
        """
        with _as_os_error():
            yield from self._tee(table, rows)

    def _tee(self, table: DatasetTable, rows: Iterable[Values]) -> Iterator[Values]:
        columns = ", ".join(_declared(column) for column in table.columns)
        self._connection.execute(f'CREATE TABLE "{table.name}" ({columns})')
        marks = ", ".join("?" * len(table.columns))
        insert = f'INSERT INTO "{table.name}" VALUES ({marks})'  # noqa: S608
        number = 0
        source = iter(rows)
        while chunk := list(islice(source, _AT_ONCE)):
            self._connection.executemany(
                insert, [_written(table, row) for row in chunk]
            )
            self._connection.executemany(
                f"INSERT INTO {EXACT} VALUES (?, ?, ?, ?)",  # noqa: S608
                [
                    (table.name, at, column, digits)
                    for at, row in enumerate(chunk, number + 1)
                    for column, digits in _inexact(table, row)
                ],
            )
            number += len(chunk)
            yield from chunk

    def finish(self) -> None:
        """Makes the file complete.

        Raises:
            OSError: It cannot be written.
        """
        with _as_os_error():
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()


@contextmanager
def _as_os_error() -> Iterator[None]:
    """Tells a failure to write as every other file's."""
    try:
        yield
    except sqlite3.Error as error:
        is_full = "full" in str(error)
        number = errno.ENOSPC if is_full else errno.EIO
        raise OSError(number, f"SQLite says {error}") from error


def _declared(column: Column) -> str:
    return f'"{column.name}" {_SQL_TYPES.get(column.type, "TEXT")}'


def _written(table: DatasetTable, row: Values) -> list[Any]:
    return [_bound(value) for value in row[: len(table.columns)]]


def _bound(value: Any) -> Any:
    if isinstance(value, datetime):
        return text_of(value)
    return float(value) if isinstance(value, Decimal) else value


def text_of(time: datetime) -> str:
    """The time as the file holds it: 2025-10-28T06:51:03.000000Z."""
    in_utc = time.astimezone(UTC).replace(tzinfo=None)
    return f"{in_utc.isoformat('T', 'microseconds')}Z"


def _inexact(table: DatasetTable, row: Values) -> Iterator[tuple[str, str]]:
    """The numbers of which a double does not hold every digit."""
    for column, value in zip(table.columns, row, strict=True):
        if isinstance(value, Decimal) and _from_double(column, float(value)) != value:
            yield column.name, f"{value:f}"


def _from_double(column: Column, value: float) -> Decimal:
    exponent = Decimal(1).scaleb(-column.scale)
    return Decimal(repr(value)).quantize(exponent, ROUND_HALF_UP)


class SqliteReader:
    """Reads the SQLite file of a dataset; it may come from anybody."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(
            f"file:{quote(str(file.resolve()))}?mode=ro&immutable=1", uri=True
        )
        self._connection.execute("PRAGMA trusted_schema = OFF")

    def columns(self) -> Mapping[str, tuple[str, ...]]:
        """The names of the columns by table; a view or a trigger is not a table.

        Raises:
            sqlite3.DatabaseError: It is not a SQLite file, or a damaged one.
        """
        kinds = self._connection.execute("SELECT type, name FROM sqlite_master")
        return {
            name: tuple(
                row[1]
                for row in self._connection.execute(
                    "SELECT * FROM pragma_table_info(?)", (name,)
                )
            )
            for kind, name in kinds.fetchall()
            if kind == "table"
        }

    def others(self) -> Sequence[str]:
        """What the file holds beside tables."""
        found = self._connection.execute(
            "SELECT name FROM sqlite_master WHERE type <> 'table' ORDER BY name"
        )
        return [name for (name,) in found]

    def count(self, table: str) -> int:
        """How many rows a table has."""
        found = self._connection.execute(
            f'SELECT count(*) FROM "{table}"'  # noqa: S608  names of our own tables
        )
        return int(found.fetchone()[0])

    def rows(self, table: DatasetTable) -> Iterator[dict[str, Any]]:
        """The rows of a table in order, each as values by column name.

        Raises:
            ConfigurationError: A value is not of its column's type.
        """
        exact = self._exact(table.name)
        names = ", ".join(f'"{name}"' for name in table.names)
        found = self._connection.execute(
            f'SELECT {names} FROM "{table.name}" ORDER BY rowid'  # noqa: S608
        )
        readers = [_reader(column) for column in table.columns]
        for number, row in enumerate(found, 1):
            try:
                values = {
                    name: None if value is None else read(value)
                    for name, read, value in zip(table.names, readers, row, strict=True)
                }
            except (ValueError, TypeError, ArithmeticError) as error:
                raise ConfigurationError(
                    f"Row {number} of {table.name} cannot be read: {error}.",
                    "Get the dataset again from where it was published.",
                ) from None
            yield values | exact.get(number, {})

    def _exact(self, table: str) -> Mapping[int, dict[str, Decimal]]:
        found: dict[int, dict[str, Decimal]] = {}
        for number, column, digits in self._connection.execute(
            f"SELECT row_number, column_name, digits FROM {EXACT}"  # noqa: S608
            " WHERE table_name = ?",
            (table,),
        ):
            found.setdefault(number, {})[column] = Decimal(digits)
        return found

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()


def _reader(column: Column) -> Callable[[Any], Any]:
    match column.type:
        case ColumnType.DECIMAL:
            return lambda value: _from_double(column, value)
        case ColumnType.TIME:
            return datetime.fromisoformat
        case ColumnType.FLAG:
            return bool
        case ColumnType.INTEGER:
            return int
        case ColumnType.JSON:
            return _json
    return str


def _json(text: str) -> str:
    """The text, if it is JSON."""
    try:
        json.loads(text)
    except RecursionError:
        raise ValueError("JSON is nested too deeply") from None
    return text


@contextmanager
def dataset_file(file: Path) -> Iterator[SqliteReader]:
    """The tables of a file.

    Raises:
        ConfigurationError: It is not a SQLite file, or a damaged one.
    """
    try:
        with closing(SqliteReader(file)) as reader:
            yield reader
    except sqlite3.Error as error:
        raise ConfigurationError(
            f"{file} cannot be read as SQLite: {error}.",
            "Get the dataset again from where it was published.",
        ) from None
