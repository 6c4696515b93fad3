"""Divides the tables of a database by month, or makes them whole: what, and doing it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from nof1_tracker.database.engine.errors import database_errors
from nof1_tracker.database.engine.taking_turns import (
    LONG_ATTEMPTS,
    SCHEMA_LOCK,
    WRITERS_LOCK,
    lock_holder,
    take_turn,
)
from nof1_tracker.database.partitions.divide import (
    TableSize,
    divide,
    make_whole,
    size_of,
    triggers_of,
)
from nof1_tracker.database.partitions.months import (
    PARTITIONED,
    is_partitioned,
    partitions_of,
)
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.status import LockHolder


@dataclass(frozen=True, slots=True)
class PlannedTable:
    """A table that is not as it was asked for.

    Attributes:
        partitions: How many it has, or will have.
    """

    name: str
    size: TableSize
    partitions: int


def planned(engine: Engine, *, undo: bool) -> list[PlannedTable]:
    """The tables that would be divided, or made whole; those that already are, not.

    Raises:
        ConfigurationError: It is SQLite, or a table has triggers.
        DatabaseError: The database cannot be used.
    """
    if engine.dialect.name != "postgresql":
        raise ConfigurationError(
            "SQLite cannot divide a table; it serves a season from one file as fast.",
            "For years of minutes, move to PostgreSQL first: `nof1-tracker db copy`.",
        )
    with database_errors(), engine.connect() as connection:
        return [
            _planned(connection, name, undo)
            for name in PARTITIONED
            if is_partitioned(connection, name) is undo
        ]


def _planned(connection: Connection, name: str, undo: bool) -> PlannedTable:
    if triggers := triggers_of(connection, name):
        raise ConfigurationError(
            f"{name} has triggers that would be lost: {', '.join(triggers)}.",
            "Drop them, run again, and create them again.",
        )
    size = size_of(connection, name)
    if undo:
        return PlannedTable(name, size, len(partitions_of(connection, name)))
    months = len(size.months)
    return PlannedTable(name, size, months + bool(months) + 1)


def change_layout(engine: Engine, name: str, *, undo: bool) -> None:
    """Divides one table or makes it whole, in one transaction; then counts its rows.

    Nobody writes meanwhile: recording waits, and keeps what it fetches in the archive.

    Raises:
        DatabaseError: The table was in use for too long, or the disk is full; nothing
            has changed.
    """
    with database_errors(), engine.connect() as connection:
        with _alone(connection):
            if is_partitioned(connection, name) is undo:
                if undo:
                    make_whole(connection, name)
                else:
                    divide(connection, name, size_of(connection, name).months)
            connection.commit()
        # The planner knows nothing of a table that is new.
        connection.execute(text(f"ANALYZE {name}"))
        connection.commit()


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """A transaction beside which nobody writes, or changes the schema."""

    def begin() -> None:
        if connection.in_transaction():
            connection.rollback()
        for key in (SCHEMA_LOCK, WRITERS_LOCK):
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})

    def holder() -> LockHolder | None:
        connection.rollback()
        return lock_holder(connection)

    take_turn(begin, holder, LONG_ATTEMPTS)
    try:
        yield
    finally:
        if connection.in_transaction():
            connection.rollback()
