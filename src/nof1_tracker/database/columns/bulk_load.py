"""Many rows on their way into a table, as fast as the driver takes them. To be
compared with what is stored they go into a temporary table first; to SQLite, which is
no round trip away, one by one."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import (
    JSON,
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

from nof1_tracker.database.engine.column_types import UtcDateTime, unsorted_json

Row = Mapping[str, Any]
Writer = Callable[[Any], Any]

_CHUNK = 2_000
"""Rows that are turned into what the driver takes at a time."""


@contextmanager
def staged(
    connection: Connection, table: Table, rows: Sequence[Row]
) -> Iterator[Table]:
    """A temporary table that holds the rows; it goes with the context, or with the
    transaction. All rows have the same columns, those of `table` or fewer."""
    staging = _staging_table(table, tuple(rows[0]))
    connection.execute(CreateTable(staging))
    fill(connection, staging, rows)
    yield staging
    connection.execute(DropTable(staging))


@lru_cache(maxsize=64)
def _staging_table(table: Table, names: tuple[str, ...]) -> Table:
    """One per set of columns: statements on the same one are compiled once."""
    return Table(
        f"staging_{table.name}",
        MetaData(),
        *(Column(name, _without_check(table.c[name].type)) for name in names),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )


def _without_check(kind: Any) -> Any:
    """Enums are staged as the text that they are, without their CHECK."""
    return String(kind.length) if isinstance(kind, Enum) else kind


def fill(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Inserts rows, none of which the table may hold, as fast as the driver can."""
    columns = [table.c[name] for name in rows[0]]
    if connection.dialect.name == "postgresql":
        _copy(connection, table.name, columns, rows)
    else:
        _insert(connection, table.name, columns, rows)


def _insert(
    connection: Connection, table: str, columns: Sequence[Any], rows: Sequence[Row]
) -> None:
    """By the driver's executemany; SQLAlchemy's makes a dictionary of every row."""
    writers = {column.name: _binder(column.type, connection) for column in columns}
    names, marks = _quoted(writers), ", ".join("?" * len(writers))
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
    cursor = _driver_cursor(connection)
    for lines in _lines(rows, writers, null=None):
        cursor.executemany(statement, lines)


def row_by_row(
    connection: Connection, statement: Insert, rows: Sequence[Row]
) -> list[tuple[Any, ...]]:
    """Runs an INSERT ... RETURNING on SQLite for each row; all that it returned.

    A row takes microseconds so: less than its way through a temporary table. The
    statement's first parameters are named as the rows' columns, and in their order.
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
    """What makes of the column's values what the driver takes."""
    dialect = connection.dialect
    return cast("Writer | None", kind.dialect_impl(dialect).bind_processor(dialect))


def _bound(parameter: BindParameter[Any], connection: Connection) -> Any:
    binder, value = _binder(parameter.type, connection), parameter.effective_value
    return binder(value) if binder else value


def _as_python(
    found: Sequence[tuple[Any, ...]], statement: Insert, dialect: Dialect
) -> list[tuple[Any, ...]]:
    """What the driver returned, as the values that SQLAlchemy makes of it."""
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
    """By COPY; some rows are written while the server takes in those before."""
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
            # Of ours, the driver would make a failure of the database.
            if source.error is not None:
                raise source.error from None
            raise


@contextmanager
def _first_error_unprinted() -> Iterator[None]:
    """Where a server goes away, psycopg2 raises the second of two errors, but prints
    the first through sys.excepthook: lines in a log that no program can read."""
    hook = sys.excepthook
    sys.excepthook = lambda *_: None
    try:
        yield
    finally:
        sys.excepthook = hook


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


class _Texts:
    """Texts as a file to read from, made when they are asked for.

    Attributes:
        error: What went wrong in making them.
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
    """The rows in chunks, with what its writer makes of each column's values.

    Column by column: that takes half the time of value by value.
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
    """What writes the column's values in COPY's text format."""
    if isinstance(kind, String):
        return _escaped
    if isinstance(kind, UtcDateTime):
        return datetime.isoformat
    if isinstance(kind, JSON):
        return lambda value: _escaped(unsorted_json(value))
    return str


def _escaped(text: str) -> str:
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if text.isprintable():
        return text
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
