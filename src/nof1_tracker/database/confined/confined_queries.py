"""Queries that somebody else wrote, under an authorizer that lets them only read.

The authorizer allows to select from tables of the record and nothing else; limits of
SQLite bound what a query may take, and a deadline ends it.
"""

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nof1_tracker.database.engine.sqlite import open_to_read
from nof1_tracker.errors import ConfigurationError

TABLES: Final = (
    *("seasons", "llm_models", "account_aliases", "leaderboard_snapshots"),
    *("positions", "trades", "model_chats", "chat_decisions", "prices"),
    *("reported_statistics", "revisions", "events", "candles", "fills"),
    *("funding_payments", "ledger_updates", "exchange_equities", "portfolio_values"),
)
"""What may be read: the record, without people, alerts and bookkeeping."""
_SECONDS: Final = 3.0
_LARGEST: Final = 1_000_000
"""Characters of all rows after which no further one is read."""
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
_REMEDY: Final = (
    "Write one SELECT of SQLite; `SELECT name, sql FROM sqlite_schema` shows the tables."
)


@dataclass(frozen=True, slots=True)
class FoundRows:
    """Rows of a query; `is_whole` is False where a limit left some out."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    is_whole: bool


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
        until = time.monotonic() + _SECONDS
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
        if len(rows) == limit or size > _LARGEST:
            return rows, False
        rows.append(row)
        size += sum(len(each) for each in row if isinstance(each, (str, bytes)))
    return rows, True


def _authorize(
    action: int, first: str | None, second: str | None, _database: Any, _cause: Any
) -> int:
    is_allowed = action in _ACTIONS and (second or "").lower() != "load_extension"
    if action == sqlite3.SQLITE_READ:
        is_allowed = (first or "").lower() in {*TABLES, "sqlite_master"}
    return sqlite3.SQLITE_OK if is_allowed else sqlite3.SQLITE_DENY


def _explained(error: Exception) -> str:
    if "interrupted" in str(error):
        return f"The query took longer than {_SECONDS:g} seconds, and was ended."
    if "prohibited" in str(error) or "not authorized" in str(error):
        return f"The query may only read {', '.join(TABLES)}: {error}."
    return f"The query is wrong: {error}."
