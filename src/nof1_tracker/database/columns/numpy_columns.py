"""Reads millions of rows as numpy columns, without an object for every value.

PostgreSQL sends them as COPY's binary records, which numpy reads as they are. SQLite
returns them in batches.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC
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
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import Double, TypeEngine

from nof1_tracker.database.engine.column_types import UtcDateTime
from nof1_tracker.records.account_columns import UNKNOWN, TimeArray

Columns = Mapping[str, NDArray[Any]]
"""Arrays of equal length by name: float64, int64, bool or datetime64[us]."""

_TIME, _MICROSECONDS = "M8[us]", "i8"
_BATCH = 500
"""Rows read from SQLite at a time: more would start Python's garbage collector."""
_BUFFER = 4_000_000
"""Most bytes of COPY output that are buffered before they become columns."""
_HEADER, _TRAILER = 19, 2
"""Bytes before the records (signature, flags, no extension) and after (end mark)."""
_EPOCH = np.datetime64("2000-01-01", "us") - np.datetime64("1970-01-01", "us")
"""PostgreSQL counts microseconds from the start of 2000."""


def _number(column: Any) -> ColumnElement[float]:
    """The column as a double; exact numbers are rounded to the nearest one."""
    return cast(column, Double)


def read_columns(session: Session, statement: Select[*tuple[Any, ...]]) -> Columns:
    """The columns that the statement selects: numbers, integers, booleans and times.

    NULL becomes NaN in a number, UNKNOWN in an integer and NaT in a time; a boolean
    must not be NULL.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        return _copied(connection, statement)
    return _fetched(connection, statement)


def place_among(values: Sequence[str], column: Any) -> ColumnElement[int]:
    """The index of a text in `values`; UNKNOWN if it is not one of them.

    Texts themselves have no fixed width, so they cannot be columns.
    """
    if not values:
        return literal(UNKNOWN)
    places = {value: place for place, value in enumerate(values)}
    return case(places, value=column, else_=UNKNOWN)


def where(columns: Columns, mask: NDArray[Any] | slice) -> Columns:
    """The rows that the mask or the slice selects."""
    return {name: column[mask] for name, column in columns.items()}


def of_account(rows: Columns, model_id: int, time: str = "timestamp") -> Columns:
    """The account's rows, oldest first."""
    own = where(rows, rows["model_id"] == model_id)
    times = own[time]
    if (times[1:] >= times[:-1]).all():
        return own
    return where(own, np.argsort(times, kind="stable"))


def of_best_source(rows: Columns, time: str = "timestamp") -> Columns:
    """One account's rows, oldest first, without those of a less trusted source.

    Args:
        rows: With a column `trust`, whose lowest value at an instant is kept.
    """
    times, trust = rows[time], rows["trust"]
    if not len(times) or (trust == trust[0]).all():
        return rows
    first = np.flatnonzero(np.append(True, times[1:] != times[:-1]))
    sizes = np.diff(first, append=len(times))
    best = np.repeat(np.minimum.reduceat(trust, first), sizes)
    return where(rows, trust == best)


def aware_times(times: TimeArray) -> list[Any]:
    """The times as datetimes in UTC; NaT becomes None."""
    return [time and time.replace(tzinfo=UTC) for time in times.tolist()]


def known(values: NDArray[Any]) -> list[Any]:
    """The values as Python numbers; NaN and UNKNOWN become None."""
    found = values.astype(np.object_)
    is_integer = values.dtype.kind == "i"
    found[values == UNKNOWN if is_integer else np.isnan(values)] = None
    return list(found.tolist())


def _fetched(connection: Connection, statement: Select[*tuple[Any, ...]]) -> Columns:
    """Reads from the driver's own cursor: SQLAlchemy makes each number a Decimal."""
    rows = statement.subquery()
    complete = select(*(_without_unknown(column) for column in rows.c))
    dtypes = [_dtype(column.type) for column in rows.c]
    parts = [[np.empty(0, dtype)] for dtype in dtypes]
    cursor = connection.execute(complete).cursor
    assert cursor is not None  # noqa: S101  a SELECT has one
    while batch := cursor.fetchmany(_BATCH):
        columns = zip(*batch, strict=True)
        for part, dtype, values in zip(parts, dtypes, columns, strict=True):
            part.append(np.array(values, dtype))
    # Frees each column's parts as soon as they are joined.
    return {column.name: np.concatenate(parts.pop(0)) for column in rows.c}


def _without_unknown(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Replaces NULL in integers: numpy reads None as NaN or NaT, never as an int."""
    is_integer = isinstance(column.type, Integer)
    return func.coalesce(column, UNKNOWN) if is_integer else column


def _dtype(kind: TypeEngine[Any]) -> str:
    """The numpy type of a column, in this machine's byte order."""
    if isinstance(kind, UtcDateTime):
        return _TIME
    if isinstance(kind, Boolean):
        return "?"
    if isinstance(kind, Integer):
        return "i8"
    return "f8"


# --- PostgreSQL ---------------------------------------------------------------------


def _copied(connection: Connection, statement: Select[*tuple[Any, ...]]) -> Columns:
    """Reads by COPY, from records of equal width: none of their values is NULL."""
    rows = statement.subquery()
    complete = select(*(_without_null(column).label(column.name) for column in rows.c))
    compiled = complete.compile(connection, compile_kwargs={"literal_binds": True})
    records = _Records({column.name: _dtype(column.type) for column in rows.c})
    # The compiler doubles each % for a driver that fills in parameters.
    text = str(compiled) % ()
    cursor = connection.connection.cursor()
    cursor.copy_expert(f"COPY ({text}) TO STDOUT (FORMAT BINARY)", records)
    return records.columns()


def _without_null(column: ColumnElement[Any]) -> ColumnElement[Any]:
    kind = column.type
    if isinstance(kind, Boolean):
        return column
    if isinstance(kind, UtcDateTime):
        return func.coalesce(column, literal_column("'-infinity'::timestamptz"))
    if isinstance(kind, Integer):
        return func.coalesce(cast(column, BigInteger), UNKNOWN)
    return func.coalesce(_number(column), literal_column("'NaN'::float8"))


class _Records:
    """Reads COPY's binary format into columns, some megabytes at a time.

    Source: PostgreSQL's manual, COPY, "Binary Format": each row begins with the
    number of its fields (2 bytes), each field with its length (4 bytes).
    """

    def __init__(self, dtypes: Mapping[str, str]) -> None:
        self._dtypes = dtypes
        fields = [("fields", ">i2")]
        for name, dtype in dtypes.items():
            wire = _MICROSECONDS if dtype == _TIME else dtype
            fields += [(f"length of {name}", ">i4"), (name, f">{wire}")]
        self._record = np.dtype(fields)
        self._parts: list[Columns] = []
        self._pending = bytearray()
        self._start = _HEADER

    def write(self, some: bytes) -> None:
        self._pending += some
        if len(self._pending) > _BUFFER:
            self._take()

    def _take(self) -> None:
        """Turns the complete records received so far into columns."""
        size = self._record.itemsize
        count = (len(self._pending) - self._start) // size
        rows = np.frombuffer(self._pending, self._record, count, self._start)
        self._parts.append(
            {name: _native(rows[name], dtype) for name, dtype in self._dtypes.items()}
        )
        self._pending = self._pending[self._start + count * size :]
        self._start = 0

    def columns(self) -> Columns:
        """All rows received."""
        self._take()
        assert len(self._pending) == _TRAILER, "a NULL has no width"  # noqa: S101
        return {
            name: np.concatenate([part[name] for part in self._parts])
            for name in self._dtypes
        }


def _native(values: NDArray[Any], dtype: str) -> NDArray[Any]:
    """A copy in this machine's byte order, with times counted from 1970."""
    if dtype == _TIME:
        # -infinity is the lowest integer, and so is NaT.
        return values.astype(_MICROSECONDS).view(_TIME) + _EPOCH
    return values.astype(dtype)
