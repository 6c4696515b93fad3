"""Bulk upserts that leave unchanged rows alone, and report what they changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from nof1_tracker.clock import utc_now
from nof1_tracker.database.columns.bulk_load import fill, row_by_row, staged
from nof1_tracker.records.stored import Tally

STAGE_FROM = 100
"""Rows from which on PostgreSQL a temporary table beats INSERT with VALUES."""

_HAS_NO_OLDER_VERSION: ColumnElement[bool] = literal_column("xmax = 0")
"""PostgreSQL: true for a row that is new, as only one that is updated was locked."""

_CHUNK = 500

Row = Mapping[str, Any]
Found = list[tuple[Any, ...]]
T = TypeVar("T")


@dataclass(frozen=True)
class Upserted:
    """What an upsert did.

    Attributes:
        affected: `returning` columns of the rows inserted or updated.
    """

    tally: Tally
    affected: Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Target:
    """How rows of a table find their stored twin and what they may change in it.

    Attributes:
        key: Columns of the unique constraint.
        update: Columns that a differing row overwrites; none: stored rows stay.
        returning: Columns that are reported of the affected rows.
    """

    table: Table
    key: tuple[str, ...]
    update: tuple[str, ...]
    returning: tuple[str, ...] = ("id",)

    def and_season(self, season_id: int | None) -> "Target":
        """With the season among what is overwritten, where one was asked for."""
        if season_id is None:
            return self
        return replace(self, update=(*self.update, "season_id"))


def upsert(session: Session, target: Target, rows: Sequence[Row]) -> Upserted:
    """Inserts new rows, overwrites differing ones, leaves equal ones alone.

    All rows have the same columns. The last of two rows with one key counts. Must
    run in a writing unit of work.
    """
    unique = _last_of_each_key(rows, target.key)
    if not unique:
        return Upserted(Tally(unchanged=len(rows)), ())
    says_all = unique[0].keys() >= set(target.returning)
    if len(unique) >= STAGE_FROM and says_all and _is_empty(session, target.table):
        return _into_empty_table(session, target, unique, len(rows))
    inserted, updated = _stored(session, target, unique)
    affected = [*inserted, *updated]
    tally = Tally(len(inserted), len(updated), len(rows) - len(affected))
    return Upserted(tally, affected)


def _is_empty(session: Session, table: Table) -> bool:
    """Whether it holds no row; while we write, nobody else does."""
    return session.execute(select(table.c.id).limit(1)).first() is None


def _into_empty_table(
    session: Session, target: Target, unique: list[Row], fetched: int
) -> Upserted:
    """As `upsert`, where there is nothing to compare with."""
    fill(session.connection(), target.table, unique)
    affected = list(_values_of(unique, target.returning))
    return Upserted(Tally(len(unique), unchanged=fetched - len(unique)), affected)


def _last_of_each_key(rows: Sequence[Row], key: tuple[str, ...]) -> list[Row]:
    by_key = dict(zip(_values_of(rows, key), rows, strict=True))
    return [by_key[each] for each in sorted(by_key)]


def _values_of(rows: Sequence[Row], names: Iterable[str]) -> Iterator[tuple[Any, ...]]:
    return zip(*(map(itemgetter(name), rows) for name in names), strict=True)


def _stored(session: Session, target: Target, rows: list[Row]) -> tuple[Found, Found]:
    """The `returning` columns of the rows inserted, and of those updated."""
    connection, names = session.connection(), tuple(rows[0])
    if connection.dialect.name == "sqlite":
        upsert_one = _upsert_of_one(target, names)
        return _told_apart(_stored_in_sqlite(connection, target, upsert_one, rows))
    if len(rows) < STAGE_FROM:
        return _told_apart(session.execute(_upsert_of_values(target, names), rows))
    with staged(connection, target.table, rows) as staging:
        return _told_apart(session.execute(_upsert_of_staged(target, names, staging)))


def _stored_in_sqlite(
    connection: Connection, target: Target, upsert_one: Any, rows: list[Row]
) -> Iterator[Sequence[Any]]:
    """Of each row affected, whether it is new and the `returning` columns."""
    # Another insertion, here or into another table, may have been given the number of
    # a row that is only updated now: until this one inserts, it remains the last.
    here_before = connection.execute(_row_inserted_last(target.table)).scalar()
    for was_last, row_id, *values in row_by_row(connection, upsert_one, rows):
        yield was_last and row_id != here_before, *values


def _told_apart(affected: Iterable[Sequence[Any]]) -> tuple[Found, Found]:
    """Those whose first value is true, and the others; without that value."""
    found: tuple[Found, Found] = [], []
    for is_new, *values in affected:
        found[not is_new].append(tuple(values))
    return found


# Statements are kept: to make one takes longer than to run it.


@lru_cache(maxsize=64)
def _upsert_of_one(target: Target, names: tuple[str, ...]) -> Any:
    types = target.table.c
    # SQLite needs the WHERE to tell ON CONFLICT from a join's ON.
    row = select(*(bindparam(n, type_=types[n].type) for n in names)).where(true())
    one = sqlite.insert(target.table).from_select(names, row, include_defaults=False)
    was_last = types.id == func.last_insert_rowid()
    return _on_conflict(one, target, names, was_last, types.id)


@lru_cache(maxsize=64)
def _row_inserted_last(table: Table) -> Any:
    """The id that this connection gave last, if a row of the table has it."""
    return select(table.c.id).where(table.c.id == func.last_insert_rowid())


@lru_cache(maxsize=64)
def _upsert_of_values(target: Target, names: tuple[str, ...]) -> Any:
    many = postgresql.insert(target.table)
    return _on_conflict(many, target, names, _HAS_NO_OLDER_VERSION)


@lru_cache(maxsize=64)
def _upsert_of_staged(target: Target, names: tuple[str, ...], staging: Table) -> Any:
    new = select(*(staging.c[name] for name in names))
    many = postgresql.insert(target.table)
    many = many.from_select(names, new, include_defaults=False)
    return _on_conflict(many, target, names, _HAS_NO_OLDER_VERSION)


def _on_conflict(
    statement: Any, target: Target, columns: Sequence[str], *told_first: Any
) -> Any:
    new, stored = statement.excluded, target.table.c
    returning = [*told_first, *(stored[name] for name in target.returning)]
    changeable = [name for name in target.update if name in columns]
    if not changeable:
        return statement.on_conflict_do_nothing(
            index_elements=list(target.key)
        ).returning(*returning)
    differs: ColumnElement[bool] = or_(
        *(stored[name].is_distinct_from(new[name]) for name in changeable)
    )
    values = {name: new[name] for name in changeable}
    if "updated_at" in stored:
        now = bindparam(None, callable_=utc_now, type_=stored.updated_at.type)
        values["updated_at"] = now
    return statement.on_conflict_do_update(
        index_elements=list(target.key),
        set_=values,
        where=differs,
    ).returning(*returning)


def values_by_key(
    session: Session,
    key: InstrumentedAttribute[str | None],
    value: InstrumentedAttribute[T],
    keys: Iterable[str],
) -> dict[str, T]:
    """The values of a column in the rows with these keys; without those not stored."""
    found: dict[str, T] = {}
    for chunk in in_chunks(sorted(set(keys)), _CHUNK):
        rows = session.execute(select(key, value).where(key.in_(chunk)))
        found |= {str(each): stored for each, stored in rows}
    return found


def in_chunks(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The values in slices of at most `size`, so that IN lists stay short."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
