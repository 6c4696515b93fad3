"""Bulk upserts that leave unchanged rows alone, and report what they changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Table, and_, bindparam, func, or_, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from nof1_tracker.clock import utc_now
from nof1_tracker.database.columns.bulk_load import fill, row_by_row, staged
from nof1_tracker.records.stored import Tally

STAGE_FROM = 100
"""Rows from which on PostgreSQL a temporary table beats INSERT with VALUES."""

Row = Mapping[str, Any]
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
        better: Given (stored, new) columns, true where the new row may overwrite.
    """

    table: Table
    key: tuple[str, ...]
    update: tuple[str, ...]
    returning: tuple[str, ...] = ("id",)
    better: Any = None

    def and_season(self, season_id: int | None) -> "Target":
        """With the season among what is overwritten, where one was asked for."""
        if season_id is None:
            return self
        return replace(self, update=(*self.update, "season_id"))


def says_no_less(stored: Any, new: Any, names: Iterable[str]) -> ColumnElement[bool]:
    """True where the new row leaves none of these columns unsaid that is stored.

    A field that the site renames, or serves as null, does not erase what is known.
    """
    return and_(*(or_(new[n].is_not(None), stored[n].is_(None)) for n in names))


def upsert(session: Session, target: Target, rows: Sequence[Row]) -> Upserted:
    """Inserts new rows, overwrites differing ones, leaves equal ones alone.

    All rows have the same columns. Of two rows with one key the last counts. Must
    run in a writing unit of work.
    """
    unique = _last_of_each_key(rows, target.key)
    if not unique:
        return Upserted(Tally(unchanged=len(rows)), ())
    before = session.execute(select(func.max(target.table.c.id))).scalar() or 0
    says_all = unique[0].keys() >= set(target.returning)
    if not before and len(unique) >= STAGE_FROM and says_all:
        return _into_empty_table(session, target, unique, len(rows))
    affected = _stored(session, target, unique)
    # Writers take turns, so every id above the old maximum is a row of ours.
    inserted = sum(1 for row in affected if row[0] > before)
    tally = Tally(
        inserted=inserted,
        updated=len(affected) - inserted,
        unchanged=len(rows) - len(affected),
    )
    return Upserted(tally, [tuple(row[1:]) for row in affected])


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


def _stored(session: Session, target: Target, rows: list[Row]) -> Sequence[Any]:
    """The id and the `returning` columns of the rows inserted or updated."""
    connection, names = session.connection(), tuple(rows[0])
    if connection.dialect.name == "sqlite":
        return row_by_row(connection, _upsert_of_one(target, names), rows)
    if len(rows) < STAGE_FROM:
        return session.execute(_upsert_of_values(target, names), rows).all()
    with staged(connection, target.table, rows) as staging:
        return session.execute(_upsert_of_staged(target, names, staging)).all()


# Statements are kept: to make one takes longer than to run it.


@lru_cache(maxsize=64)
def _upsert_of_one(target: Target, names: tuple[str, ...]) -> Any:
    types = target.table.c
    # SQLite needs the WHERE to tell ON CONFLICT from a join's ON.
    row = select(*(bindparam(n, type_=types[n].type) for n in names)).where(true())
    one = sqlite.insert(target.table).from_select(names, row, include_defaults=False)
    return _on_conflict(one, target, names)


@lru_cache(maxsize=64)
def _upsert_of_values(target: Target, names: tuple[str, ...]) -> Any:
    return _on_conflict(postgresql.insert(target.table), target, names)


@lru_cache(maxsize=64)
def _upsert_of_staged(target: Target, names: tuple[str, ...], staging: Table) -> Any:
    new = select(*(staging.c[name] for name in names))
    many = postgresql.insert(target.table)
    many = many.from_select(names, new, include_defaults=False)
    return _on_conflict(many, target, names)


def _on_conflict(statement: Any, target: Target, columns: Sequence[str]) -> Any:
    new, stored = statement.excluded, target.table.c
    returning = [stored.id, *(stored[name] for name in target.returning)]
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
        where=and_(target.better(stored, new), differs) if target.better else differs,
    ).returning(*returning)


def in_chunks(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The values in slices of at most `size`, so that IN lists stay short."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
