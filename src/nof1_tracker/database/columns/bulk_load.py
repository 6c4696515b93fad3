"""Loads many rows into a table as fast as the driver accepts them.

Rows that must be compared with stored ones go into a temporary table first. SQLite,
which costs no round trips, takes them one by one.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    Column,
    Connection,
    Dialect,
    Enum,
    Insert,
    MetaData,
    String,
    Table,
)
from sqlalchemy.schema import CreateTable, DropTable

from nof1_tracker.database.engine.column_types import (
    JsonType,
    UtcDateTime,
    unsorted_json,
)

Row = Mapping[str, Any]
Writer = Callable[[Any], Any]

_CHUNK = 2_000
"""Rows converted at a time into what the driver accepts."""


@contextmanager
def staged(
    connection: Connection, table: Table, rows: Sequence[Row]
) -> Iterator[Table]:
    """A temporary table that holds the rows, dropped with the context or transaction.

    All rows have the same columns: those of `table`, or some of them.
    """
    staging = _staging_table(table, tuple(rows[0]))
    connection.execute(CreateTable(staging))
    fill(connection, staging, rows)
    yield staging
    connection.execute(DropTable(staging))


@lru_cache(maxsize=64)
def _staging_table(table: Table, names: tuple[str, ...]) -> Table:
    """One table per set of columns, so that its statements are compiled only once."""
    return Table(
        f"staging_{table.name}",
        MetaData(),
        *(Column(name, _without_check(table.c[name].type)) for name in names),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )


def _without_check(kind: Any) -> Any:
    """The column type for staging: an enum becomes plain text without its CHECK."""
    return String(kind.length) if isinstance(kind, Enum) else kind


def fill(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Inserts rows as fast as the driver can; the table must hold none of them yet."""
    columns = [table.c[name] for name in rows[0]]
    if connection.dialect.name == "postgresql":
        _copy(connection, table.name, columns, rows)
    else:
        _insert(connection, table.name, columns, rows)


def _insert(
    connection: Connection, table: str, columns: Sequence[Any], rows: Sequence[Row]
) -> None:
    """Uses the driver's executemany: SQLAlchemy's makes a dictionary of every row."""
    writers = {column.name: _binder(column.type, connection) for column in columns}
    names, marks = _quoted(writers), ", ".join("?" * len(writers))
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
    cursor = _driver_cursor(connection)
    for lines in _lines(rows, writers, null=None):
        cursor.executemany(statement, lines)


def row_by_row(
    connection: Connection, statement: Insert, rows: Sequence[Row]
) -> list[tuple[Any, ...]]:
    """Runs an INSERT ... RETURNING on SQLite for each row; returns all that it gave.

    This takes microseconds per row, less than a temporary table would. The
    statement's first parameters have the names and the order of the rows' columns.
    """
    compiled = _compiled(statement, connection.dialect)
    parameters = [compiled.binds[name] for name in compiled.positiontup]
    writers = {name: _binder(compiled.binds[name].type, connection) for name in rows[0]}
    constants = [_bound(each, connection) for each in parameters[len(writers) :]]
    sql, cursor = compiled.string, _driver_cursor(connection)
    found: list[tuple[Any, ...]] = []
    for lines in _lines(rows, writers, null=None):
        for line in lines:
            found += cursor.execute(sql, (*line, *constants)).fetchall()
    return _as_python(found, statement, connection.dialect)


@lru_cache(maxsize=64)
def _compiled(statement: Insert, dialect: Dialect) -> Any:
    return statement.compile(dialect=dialect)


def _binder(kind: Any, connection: Connection) -> Writer | None:
    """Converts the column's values for the driver; None if they need no conversion."""
    dialect = connection.dialect
    return cast("Writer | None", kind.dialect_impl(dialect).bind_processor(dialect))


def _bound(parameter: BindParameter[Any], connection: Connection) -> Any:
    binder, value = _binder(parameter.type, connection), parameter.effective_value
    return binder(value) if binder else value


def _as_python(
    found: Sequence[tuple[Any, ...]], statement: Insert, dialect: Dialect
) -> list[tuple[Any, ...]]:
    """The driver's rows, converted to Python values as SQLAlchemy would."""
    readers = [
        column.type.dialect_impl(dialect).result_processor(dialect, None)
        for column in statement.exported_columns
    ]
    columns = zip(*found, strict=True)
    return list(
        zip(
            *(
                column if reader is None else map(reader, column)
                for column, reader in zip(columns, readers, strict=False)
            ),
            strict=True,
        )
    )


def _copy(
    connection: Connection, table: str, columns: Sequence[Any], rows: Sequence[Row]
) -> None:
    """Uses COPY: rows are converted while the server reads the ones before them."""
    writers = {column.name: _copy_writer(column.type) for column in columns}
    texts = (
        "".join(["\t".join(line) + "\n" for line in lines])
        for lines in _lines(rows, writers, null=r"\N")
    )
    source = _Texts(texts)
    with _first_error_unprinted():
        try:
            _driver_cursor(connection).copy_expert(
                f"COPY {table} ({_quoted(writers)}) FROM STDIN", source
            )
        except Exception:
            # The driver would report our own error as a failure of the database.
            if source.error is not None:
                raise source.error from None
            raise


@contextmanager
def _first_error_unprinted() -> Iterator[None]:
    """Keeps psycopg2 from printing an error while COPY runs.

    When the server goes away, psycopg2 raises the second of two errors but prints the
    first through sys.excepthook, which leaves lines in a log that no program can read.
    """
    hook = sys.excepthook
    sys.excepthook = lambda *_: None
    try:
        yield
    finally:
        sys.excepthook = hook


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


class _Texts:
    """Texts as a readable file, each made only when it is read.

    Attributes:
        error: What went wrong while making them; None if nothing did.
    """

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts
        self.error: Exception | None = None

    def read(self, _size: int = -1) -> str:
        try:
            return next(self._texts, "")
        except Exception as error:
            self.error = error
            raise


def _lines(
    rows: Sequence[Row], writers: Mapping[str, Writer | None], null: Any
) -> Iterator[Iterable[tuple[Any, ...]]]:
    """The rows in chunks, with each column's values converted by its writer.

    Converting by column takes half as long as converting by value.
    """
    values = itemgetter(*writers)
    for start in range(0, len(rows), _CHUNK):
        columns = zip(*map(values, rows[start : start + _CHUNK]), strict=True)
        yield zip(
            *(
                _written(column, writer, null)
                for column, writer in zip(columns, writers.values(), strict=True)
            ),
            strict=True,
        )


def _written(column: Iterable[Any], writer: Writer | None, null: Any) -> Iterable[Any]:
    if writer is None:
        return column
    return [null if value is None else writer(value) for value in column]


def _driver_cursor(connection: Connection) -> Any:
    return cast("Any", connection.connection).cursor()


def _copy_writer(kind: Any) -> Writer:
    """The function that writes the column's values in COPY's text format."""
    if isinstance(kind, String):
        return _escaped
    if isinstance(kind, UtcDateTime):
        return datetime.isoformat
    if isinstance(kind, JsonType):
        return lambda value: _escaped(unsorted_json(value))
    return str


def _escaped(text: str) -> str:
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if text.isprintable():
        return text
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
