"""Queries of a SQLite file, under an authorizer that lets them only read.

The authorizer allows to select from tables of the record and nothing else; limits of
SQLite bound what a query may take, and a deadline ends it.
"""

import re
import sqlite3
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from nof1_tracker.database.confined.found_rows import (
    LARGEST,
    SECONDS,
    TABLES,
    FoundRows,
)
from nof1_tracker.database.engine.sqlite import open_to_read
from nof1_tracker.errors import ConfigurationError

_STEPS: Final = 10_000
"""Instructions of SQLite's machine between two looks at the clock."""
_LIMITS: Final = {
    sqlite3.SQLITE_LIMIT_LENGTH: 200_000,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 20_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 20,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
}
_ACTIONS: Final = frozenset(
    (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_FUNCTION)
)
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}", re.ASCII)
"""A time as it is stored."""
_REMEDY: Final = (
    "Write one SELECT of SQLite; `SELECT name, sql FROM sqlite_schema` shows the tables."
)


def confined_query(file: Path, sql: str, limit: int) -> FoundRows:
    """The first rows of the query.

    Raises:
        ConfigurationError: It is wrong, may not be asked, or takes too long.
    """
    with closing(open_to_read(file)) as connection:
        connection.isolation_level = None
        for name, most in _LIMITS.items():
            connection.setlimit(name, most)
        connection.set_authorizer(_authorize)
        until = time.monotonic() + SECONDS
        connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
        try:
            cursor = connection.execute(sql)
            rows, is_whole = _first(cursor, limit)
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise ConfigurationError(_explained(error), _REMEDY) from None
        if cursor.description is None:
            raise ConfigurationError("The statement is empty.", _REMEDY)
        columns = tuple(each[0] for each in cursor.description)
        return FoundRows(columns, rows, is_whole)


def _first(cursor: sqlite3.Cursor, limit: int) -> tuple[list[tuple[Any, ...]], bool]:
    """The first rows, as long as they are not too large; whether they are all."""
    rows: list[tuple[Any, ...]] = []
    size = 0
    for row in cursor:
        if len(rows) == limit or size > LARGEST:
            return rows, False
        rows.append(tuple(map(_cell, row)))
        size += sum(len(each) for each in row if isinstance(each, (str, bytes)))
    return rows, True


def _cell(value: Any) -> Any:
    """The value with times as programs get them."""
    if not isinstance(value, str) or _TIME.fullmatch(value) is None:
        return value
    try:
        return f"{datetime.fromisoformat(value).isoformat()}Z"
    except ValueError:  # digits that are no time
        return value


def _authorize(
    action: int, first: str | None, second: str | None, _database: Any, _cause: Any
) -> int:
    is_allowed = action in _ACTIONS and (second or "").lower() != "load_extension"
    if action == sqlite3.SQLITE_READ:
        is_allowed = (first or "").lower() in {*TABLES, "sqlite_master"}
    return sqlite3.SQLITE_OK if is_allowed else sqlite3.SQLITE_DENY


def _explained(error: Exception) -> str:
    if "interrupted" in str(error):
        return f"The query took longer than {SECONDS:g} seconds, and was ended."
    if "prohibited" in str(error) or "not authorized" in str(error):
        return f"The query may only read {', '.join(TABLES)}: {error}."
    return f"The query is wrong: {error}."
