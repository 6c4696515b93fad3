"""The partition of a month, made when the first of its rows is about to be stored.

Where it cannot be made, because a long query holds the table or the role may not create
one, rows go to the default partition. The next attempt moves them.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, TextClause, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from nof1_tracker.clock import latest_believed
from nof1_tracker.database.engine.taking_turns import LOCK_SECONDS
from nof1_tracker.database.partitions.months import (
    Month,
    believed,
    default_of,
    is_partitioned,
    partitions_of,
)

MILLISECONDS: Final = 2000
"""Longest wait for readers of the default partition, which attaching another locks."""
_AHEAD: Final = timedelta(days=7)
"""A month is made this long before it begins, when rows are few that would be moved."""

_settled: WeakKeyDictionary[Engine, set[tuple[str, Month]]] = WeakKeyDictionary()
"""The months that a database was found to have a place for."""

log = logging.getLogger(__name__)


def ensure_months(session: Session, table: str, times: Iterable[datetime]) -> None:
    """Makes sure that a divided table has the months of these times, and the next one.

    Does nothing on SQLite, and for a table that is not divided.
    """
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        return
    settled = _settled.setdefault(connection.engine, set())
    known = {time for time in times if (table, Month.of(time + _AHEAD)) not in settled}
    soon = [*known, *(time + _AHEAD for time in known)]
    wanted = {
        month
        for month in believed(soon, latest_believed() + _AHEAD)
        if (table, month) not in settled
    }
    if wanted:
        settled |= {
            (table, month) for month in _without_place(connection, table, wanted)
        }


def _without_place(
    connection: Connection, table: str, wanted: set[Month]
) -> Iterable[Month]:
    """Makes the months that are missing; returns the others.

    One that is made now is not counted yet: the transaction may be rolled back.
    """
    if not is_partitioned(connection, table):
        return wanted
    present = set(partitions_of(connection, table))
    missing = {month for month in wanted if month.partition_of(table) not in present}
    for month in sorted(missing):
        _try_to_make(connection, table, month)
    return wanted - missing


def _try_to_make(connection: Connection, table: str, month: Month) -> None:
    try:
        with connection.begin_nested():
            connection.execute(_patience(MILLISECONDS))
            make_month(connection, table, month)
            connection.execute(_patience(LOCK_SECONDS * 1000))
    except DBAPIError as error:
        if connection.invalidated:
            raise
        reason = " ".join(str(error.orig).split())
        log.warning(
            "%s was not made; its rows go to %s for now: %s",
            *(month.partition_of(table), default_of(table), reason),
        )


def _patience(milliseconds: int) -> TextClause:
    """Limits the wait for a lock until the transaction ends."""
    return text(f"SET LOCAL lock_timeout = {milliseconds}")


def make_month(connection: Connection, table: str, month: Month) -> None:
    """Makes the partition of a month, with the rows of it that the default holds.

    It is attached when it is filled: creating it in its place would lock the whole table
    for readers.
    """
    name, default = month.partition_of(table), default_of(table)
    connection.execute(
        text(
            f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
        )
    )
    if default in partitions_of(connection, table):
        span = {"first": month.start, "end": month.following.start}
        connection.execute(
            text(
                f"WITH moved AS (DELETE FROM {default} WHERE timestamp >= :first"  # noqa: S608
                f" AND timestamp < :end RETURNING *) INSERT INTO {name}"
                " SELECT * FROM moved"
            ),
            span,
        )
    connection.execute(
        text(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES {month.bounds}")
    )
