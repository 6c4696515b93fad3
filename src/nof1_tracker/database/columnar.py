"""Rows by the hundred thousand as numpy columns."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, cast
from sqlalchemy.orm import Session
from sqlalchemy.types import Boolean, Double, Integer, TypeEngine

from nof1_tracker.columns import UNKNOWN
from nof1_tracker.database.types import UtcDateTime

Columns = Mapping[str, NDArray[Any]]
"""Arrays of one length by name: float64, int64, bool, datetime64[us] or objects."""


def number(column: Any) -> ColumnElement[float]:
    """The column as a double; what is stored exactly is rounded to the nearest."""
    return cast(column, Double)


def read_columns(session: Session, statement: Select[*tuple[Any, ...]]) -> Columns:
    """What the statement selects, by name.

    NULL is NaN in a number, UNKNOWN in an integer, NaT in a time, None in a text.
    """
    rows = session.execute(statement).all()
    selected = list(statement.selected_columns)
    values: Iterable[Any] = zip(*rows, strict=True) if rows else [()] * len(selected)
    return {
        column.name: _array(column.type, each)
        for column, each in zip(selected, values, strict=True)
    }


def _array(kind: TypeEngine[Any], values: Any) -> NDArray[Any]:
    if isinstance(kind, UtcDateTime):
        naive = [value and value.replace(tzinfo=None) for value in values]
        return np.array(naive, dtype="datetime64[us]")
    if isinstance(kind, Integer):
        known = [UNKNOWN if value is None else value for value in values]
        return np.array(known, dtype=np.int64)
    if isinstance(kind, Boolean):
        return np.array(values, dtype=np.bool_)
    if isinstance(kind, Double):
        return np.array(values, dtype=np.float64)
    return np.array(values, dtype=np.object_)


def where(columns: Columns, mask: NDArray[Any]) -> Columns:
    """The rows that the mask (or the indices) picks."""
    return {name: column[mask] for name, column in columns.items()}
