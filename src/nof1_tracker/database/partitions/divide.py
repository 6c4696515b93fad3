"""Divides a table of PostgreSQL into partitions by month, or makes it whole again.

Either way a new table is filled from the old one and takes its name, indexes, keys and
rights, in one transaction: it happens as a whole or not at all.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from nof1_tracker.clock import latest_believed
from nof1_tracker.database.partitions.months import (
    EARLIEST,
    Month,
    default_of,
    months_between,
)

_OLD: Final = "nof1_replaced"
"""What the old table is called until it is dropped."""
_KEY: Final = "timestamp"

_SIZE = text("""
    SELECT coalesce(sum(pg_total_relation_size(relid)), 0)::bigint
    FROM pg_partition_tree(to_regclass(:table))
    """)
_CONSTRAINTS = text("""
    SELECT conname, contype::text, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass(:table) AND contype IN ('p', 'u', 'f')
    ORDER BY contype = 'f', conname
    """)
_INDEXES = text("""
    SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i
    WHERE i.indrelid = to_regclass(:table) AND NOT EXISTS (
        SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype <> 'f'
    ) ORDER BY 1
    """)
_GRANTS = text("""
    SELECT format('GRANT %s ON %s TO %s', g.privilege_type, :table, CASE g.grantee
        WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END)
    FROM pg_class c, aclexplode(c.relacl) g WHERE c.oid = to_regclass(:table)
    """)
_OWNER = text("""
    SELECT format('ALTER TABLE %s OWNER TO %I', :table, pg_get_userbyid(relowner))
    FROM pg_class WHERE oid = to_regclass(:table)
    """)
_TRIGGERS = text("""
    SELECT tgname FROM pg_trigger
    WHERE tgrelid = to_regclass(:table) AND NOT tgisinternal ORDER BY tgname
    """)
_SEQUENCE = text("SELECT pg_get_serial_sequence(:table, 'id')")


@dataclass(frozen=True, slots=True)
class TableSize:
    """How large a table is.

    Attributes:
        size: Bytes, with indexes.
        first, last: Its earliest and latest `timestamp`; None without rows.
    """

    rows: int
    size: int
    first: datetime | None
    last: datetime | None

    @property
    def months(self) -> tuple[Month, ...]:
        """The months with rows and those between them, as far as times are believed."""
        if self.first is None or self.last is None:
            return ()
        last = min(self.last, latest_believed())
        return tuple(months_between(max(self.first, EARLIEST), last))


@dataclass(frozen=True, slots=True)
class _Shape:
    """What is made again on the new table, as SQL.

    Attributes:
        keys: Name, kind (p, u or f) and definition of each constraint.
        sequence: The one that gives the ids.
    """

    keys: tuple[tuple[str, str, str], ...]
    indexes: tuple[str, ...]
    rights: tuple[str, ...]
    sequence: str


def size_of(connection: Connection, table: str) -> TableSize:
    """How large the table is, divided or not."""
    size = connection.scalar(_SIZE, {"table": table})
    counted = f"SELECT count(*), min({_KEY}), max({_KEY}) FROM {table}"  # noqa: S608
    rows, first, last = connection.execute(text(counted)).one()
    return TableSize(rows, int(size or 0), first, last)


def triggers_of(connection: Connection, table: str) -> list[str]:
    """The triggers that somebody added to the table: they would be lost."""
    return list(connection.scalars(_TRIGGERS, {"table": table}))


def divide(connection: Connection, table: str, months: Iterable[Month]) -> None:
    """Divides the table into these months, the one after the last, and a default.

    Waits for the table as long as the connection's `lock_timeout` says.
    """
    shape = _set_aside(connection, table)
    _run(connection, f"{_like(table)} PARTITION BY RANGE ({_KEY})")
    wanted = set(months)
    if wanted:
        wanted.add(max(wanted).following)
    for month in sorted(wanted):
        name = month.partition_of(table)
        _run(
            connection,
            f"CREATE TABLE {name} PARTITION OF {table} FOR VALUES {month.bounds}",
        )
    _run(connection, f"CREATE TABLE {default_of(table)} PARTITION OF {table} DEFAULT")
    _take_over(connection, table, shape, f"PRIMARY KEY (id, {_KEY})")


def make_whole(connection: Connection, table: str) -> None:
    """Makes one table of the partitions, also of those that somebody else made."""
    shape = _set_aside(connection, table)
    _run(connection, _like(table))
    _take_over(connection, table, shape, "PRIMARY KEY (id)")


def _set_aside(connection: Connection, table: str) -> _Shape:
    """Locks and renames the table; returns what the new one gets."""
    _run(connection, f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    name = {"table": table}
    keys = tuple((n, k, d) for n, k, d in connection.execute(_CONSTRAINTS, name))
    rights = (*connection.scalars(_OWNER, name), *connection.scalars(_GRANTS, name))
    shape = _Shape(
        keys=keys,
        indexes=tuple(
            each.replace(" ON ONLY ", " ON ", 1)
            for each in connection.scalars(_INDEXES, name)
        ),
        rights=rights,
        sequence=str(connection.scalar(_SEQUENCE, name)),
    )
    _run(connection, f"ALTER TABLE {table} RENAME TO {_OLD}")
    return shape


def _like(table: str) -> str:
    return (
        f"CREATE TABLE {table} (LIKE {_OLD} INCLUDING DEFAULTS INCLUDING CONSTRAINTS"
        " INCLUDING STORAGE INCLUDING COMMENTS)"
    )


def _take_over(connection: Connection, table: str, shape: _Shape, primary: str) -> None:
    """Fills the new table, drops the old one, and adds keys and indexes.

    Indexes come last: built from all rows, they take a fraction of the time.
    """
    _run(connection, f"INSERT INTO {table} SELECT * FROM {_OLD}")  # noqa: S608
    _run(connection, f"ALTER SEQUENCE {shape.sequence} OWNED BY {table}.id")
    _run(connection, f"DROP TABLE {_OLD}")
    for statement in _made_again(table, shape, primary):
        _run(connection, statement)


def _made_again(table: str, shape: _Shape, primary: str) -> Iterator[str]:
    for name, kind, definition in shape.keys:
        key = primary if kind == "p" else definition
        yield f"ALTER TABLE {table} ADD CONSTRAINT {name} {key}"
    yield from shape.indexes
    yield from shape.rights


def _run(connection: Connection, statement: str) -> None:
    # Not as text(): a definition may hold colons.
    connection.exec_driver_sql(statement.replace("%", "%%"))
