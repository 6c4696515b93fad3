"""Rows by the million as numpy columns, without an object for every value.

PostgreSQL sends them as COPY's binary records, which numpy reads as they are; from
SQLite they come in batches.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Integer,
    Select,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import Double, TypeEngine

from nof1_tracker.columns import UNKNOWN
from nof1_tracker.database.types import UtcDateTime

Columns = Mapping[str, NDArray[Any]]
"""Arrays of one length by name: float64, int64, bool or datetime64[us]."""

_BATCH = 1_000
"""Rows of SQLite at a time: more would leave the processor's cache."""
_HEADER, _TRAILER = 19, 2
"""Bytes around the records: signature, flags, no extension; the mark of the end."""
_EPOCH = np.datetime64("2000-01-01", "us") - np.datetime64("1970-01-01", "us")
"""PostgreSQL counts microseconds from 2000 on."""


def number(column: Any) -> ColumnElement[float]:
    """The column as a double; what is stored exactly is rounded to the nearest."""
    return cast(column, Double)


def read_columns(session: Session, statement: Select[*tuple[Any, ...]]) -> Columns:
    """What the statement selects, by name: numbers, integers, booleans and times.

    NULL is NaN in a number, UNKNOWN in an integer, NaT in a time; a boolean must not
    be NULL.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        return _copied(connection, statement)
    return _fetched(connection, statement)


def where(columns: Columns, mask: NDArray[Any] | slice) -> Columns:
    """The rows that the mask (or the slice) picks."""
    return {name: column[mask] for name, column in columns.items()}


def _fetched(connection: Connection, statement: Select[*tuple[Any, ...]]) -> Columns:
    """From the driver's own cursor: SQLAlchemy would make a Decimal of each number."""
    selected = statement.selected_columns
    parts = [[_array(column.type, ())] for column in selected]
    cursor = connection.execute(statement).cursor
    assert cursor is not None  # noqa: S101  a SELECT has one
    while batch := cursor.fetchmany(_BATCH):
        for part, column, values in zip(
            parts, selected, zip(*batch, strict=True), strict=True
        ):
            part.append(_array(column.type, values))
    return {
        column.name: np.concatenate(part)
        for column, part in zip(selected, parts, strict=True)
    }


def _array(kind: TypeEngine[Any], values: tuple[Any, ...]) -> NDArray[Any]:
    if isinstance(kind, Integer):
        known = [UNKNOWN if value is None else value for value in values]
        return np.array(known, dtype=np.int64)
    return np.array(values, dtype=_dtype(kind))


def _dtype(kind: TypeEngine[Any]) -> str:
    """The numpy type of a column, in the order of bytes of this machine."""
    if isinstance(kind, UtcDateTime):
        return "M8[us]"
    if isinstance(kind, Boolean):
        return "?"
    if isinstance(kind, Integer):
        return "i8"
    return "f8"


# --- PostgreSQL ---------------------------------------------------------------------


def _copied(connection: Connection, statement: Select[*tuple[Any, ...]]) -> Columns:
    """By COPY of records that are all of one width: none of their values is NULL."""
    rows = statement.subquery()
    known = select(*(_without_null(column).label(column.name) for column in rows.c))
    compiled = known.compile(connection, compile_kwargs={"literal_binds": True})
    received = _Bytes()
    # The compiler doubles each % for a driver that would fill in parameters.
    text = str(compiled) % ()
    cursor = connection.connection.cursor()
    cursor.copy_expert(f"COPY ({text}) TO STDOUT (FORMAT BINARY)", received)
    return _records(received.content, {each.name: each.type for each in rows.c})


class _Bytes:
    """What is written to it."""

    def __init__(self) -> None:
        self.content = bytearray()

    def write(self, some: bytes) -> None:
        self.content += some


def _without_null(column: ColumnElement[Any]) -> ColumnElement[Any]:
    kind = column.type
    if isinstance(kind, Boolean):
        return column
    if isinstance(kind, UtcDateTime):
        return func.coalesce(column, literal_column("'-infinity'::timestamptz"))
    if isinstance(kind, Integer):
        return func.coalesce(cast(column, BigInteger), UNKNOWN)
    return func.coalesce(number(column), literal_column("'NaN'::float8"))


def _records(content: bytearray, kinds: Mapping[str, TypeEngine[Any]]) -> Columns:
    """The columns of COPY's binary format.

    Source: PostgreSQL's manual, COPY, "Binary Format": of each row the number of
    its fields (2 bytes), of each field its length (4 bytes) and its value.
    """
    wire = [
        (name, _dtype(kind).replace("M8[us]", "i8")) for name, kind in kinds.items()
    ]
    fields: list[tuple[str, str]] = [("", ">i2")]
    for name, kind in wire:
        fields += [(f"length of {name}", ">i4"), (name, f">{kind}")]
    record = np.dtype(fields)
    count, rest = divmod(len(content) - _HEADER - _TRAILER, record.itemsize)
    assert rest == 0, "a value was NULL"  # noqa: S101  _without_null sees to it
    rows = np.frombuffer(content, record, count, _HEADER)
    return {name: _native(rows[name], _dtype(kind)) for name, kind in kinds.items()}


def _native(values: NDArray[Any], dtype: str) -> NDArray[Any]:
    """A copy in this machine's order of bytes, times from 1970 on."""
    if dtype == "M8[us]":
        # -infinity is the lowest integer, and so is NaT.
        return values.astype("i8").view("M8[us]") + _EPOCH
    return values.astype(dtype)
