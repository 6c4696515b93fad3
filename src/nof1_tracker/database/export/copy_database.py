"""Copies a whole database into an empty one, also from SQLite to PostgreSQL or back."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, Table, delete, func, insert, select, text, tuple_
from sqlalchemy.orm import Session

from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.database.engine.create_engine import shown_url
from nof1_tracker.database.engine.schema import (
    SCHEMA_HEAD,
    current_revision,
    refuse_newer,
    upgrade,
)
from nof1_tracker.database.engine.sqlite import file_of
from nof1_tracker.database.feed_models import FeedRow, FeedVersion
from nof1_tracker.database.metadata import Base
from nof1_tracker.database.models import Season
from nof1_tracker.errors import ConfigurationError, DatabaseError, SchemaError

_ROWS_AT_ONCE = 500
"""Rows per batch: conversations take 30 kB each."""
_LONGEST_VALUE = 60

_Row = Mapping[str, Any]


def copy_database(source: Engine, target: Engine) -> Mapping[str, int]:
    """Copies every row with its id, in one transaction; returns row counts by table.

    The source is read at a single instant and is not changed. The target gets the
    schema if it has none. Each row is read back and compared, value by value; if one
    differs, or anything fails, no row is left in the target.

    Raises:
        ConfigurationError: Both are the same database, the source is not a database
            of this program, or the target already holds rows.
        SchemaError: The source's schema is not that of this code.
        DatabaseError: One of them cannot be used, or the target cannot hold a value
            exactly: SQLite has no decimal numbers.
    """
    _check_source(source, target)
    upgrade(target)
    with (
        UnitOfWork(source, frozen=True) as read,
        UnitOfWork(target, writes=True) as write,
    ):
        _check_empty(write.session, target)
        # The schema is created with the known seasons; the source has its own.
        write.session.execute(delete(Season))
        counts = {}
        for table in _copied():
            counts[table.name] = _copy(read.session, write.session, table)
        if target.dialect.name == "postgresql":
            _go_on_counting(write.session)
        write.commit()
    return counts


def _check_source(source: Engine, target: Engine) -> None:
    if source.url == target.url:
        raise ConfigurationError(
            f"{shown_url(source)} would be copied into itself.",
            "Give another database.",
        )
    file = file_of(source.url) if source.dialect.name == "sqlite" else None
    # Opening a file that does not exist would create it.
    revision = None if file and not file.exists() else current_revision(source)
    if revision is None:
        raise ConfigurationError(
            f"There is nothing to copy at {shown_url(source)}.", "Correct its URL."
        )
    refuse_newer(revision, f"The schema of {shown_url(source)}")
    if revision != SCHEMA_HEAD:
        raise SchemaError(
            f"{shown_url(source)} has the schema {revision}; only one with"
            f" {SCHEMA_HEAD} can be copied.",
            "Run `nof1-tracker db upgrade` on it first.",
        )


def ensure_empty(engine: Engine) -> None:
    """Gives a new database the schema.

    Raises:
        ConfigurationError: It already holds rows.
        DatabaseError: It cannot be used.
    """
    upgrade(engine)
    with UnitOfWork(engine) as unit:
        _check_empty(unit.session, engine)


def _check_empty(session: Session, target: Engine) -> None:
    for table in _copied():
        if table is Season.__table__:
            continue
        if session.execute(select(table).limit(1)).first() is not None:
            raise ConfigurationError(
                f"{shown_url(target)} is not empty: there are rows in {table.name}.",
                "Give a new database; nothing was changed.",
            )


def _copied() -> list[Table]:
    """All tables but the live feed's, which are about the commits of one database."""
    own = (FeedVersion.__table__, FeedRow.__table__)
    return [table for table in Base.metadata.sorted_tables if table not in own]


def _copy(read: Session, write: Session, table: Table) -> int:
    """Copies a table; returns its number of rows, checked to be equal on both sides."""
    for rows in _batches(read, table):
        write.execute(insert(table), rows)
        _compare(write, table, rows)
    there, here = (
        session.execute(select(func.count()).select_from(table)).scalar_one()
        for session in (read, write)
    )
    if there != here:
        raise DatabaseError(
            f"Only {here} of {there} rows in {table.name} arrived; nothing was copied.",
            "Copy again, and report it if that does not help.",
        )
    return here


def _compare(write: Session, table: Table, rows: Sequence[_Row]) -> None:
    """Makes sure that the rows arrived with the values that they have in the source.

    Raises:
        DatabaseError: A value is another one now, or a row is missing.
    """
    keys = tuple(table.primary_key.columns)
    arrived = _arrived(write, table, rows)
    for row in rows:
        key = tuple(row[each.name] for each in keys)
        copy = arrived.get(key, {})
        for name, value in row.items():
            if name not in copy or copy[name] != value:
                where = " ".join(map(str, (table.name, *key)))
                raise _changed(write, where, name, row, copy)


def _arrived(
    write: Session, table: Table, rows: Sequence[_Row]
) -> dict[tuple[Any, ...], _Row]:
    """What there is of these rows in the copy, by primary key."""
    keys = tuple(table.primary_key.columns)
    names = [each.name for each in keys]
    wanted = [tuple(row[name] for name in names) for row in rows]
    found = write.execute(select(table).where(tuple_(*keys).in_(wanted))).mappings()
    return {tuple(row[name] for name in names): dict(row) for row in found}


def _changed(
    write: Session, where: str, column: str, row: _Row, copy: _Row
) -> DatabaseError:
    wanted, found = (_shown(each.get(column)) for each in (row, copy))
    is_sqlite = write.get_bind().dialect.name == "sqlite"
    why = "SQLite holds some 16 digits of a number. " if is_sqlite else ""
    return DatabaseError(
        f"{where}, column {column}: {wanted} would become {found}; nothing was copied.",
        f"{why}Copy into PostgreSQL, or correct this value in the source.",
    )


def _shown(value: Any) -> str:
    text_of_it = str(value)
    is_long = len(text_of_it) > _LONGEST_VALUE
    return f"{text_of_it[:_LONGEST_VALUE]}…" if is_long else text_of_it


def _batches(session: Session, table: Table) -> Iterator[list[dict[str, Any]]]:
    query = select(table).order_by(*table.primary_key.columns)
    result = session.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE})
    for rows in result.partitions():
        yield [dict(row._mapping) for row in rows]  # noqa: SLF001  SQLAlchemy's name


def _go_on_counting(session: Session) -> None:
    """Makes PostgreSQL number new rows after the copied ones, which keep their ids."""
    for table in _copied():
        column = table.autoincrement_column
        if column is None:
            continue
        newest = session.execute(select(func.max(column))).scalar_one()
        if newest is not None:
            session.execute(
                text("SELECT setval(pg_get_serial_sequence(:table, :column), :newest)"),
                {"table": table.name, "column": column.name, "newest": newest},
            )
