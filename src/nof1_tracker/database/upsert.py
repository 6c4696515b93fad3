"""Bulk upserts that change nothing when nothing changed, and say so."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count, islice
from typing import Any, TypeVar, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Enum,
    MetaData,
    String,
    Table,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from nof1_tracker.database.types import dump_json
from nof1_tracker.records import Tally, utc_now

COPY_FROM = 1000
"""Rows from which COPY into a temporary table beats INSERT with VALUES."""
_COPY_CHUNK = 10_000

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
    if session.get_bind().dialect.name == "sqlite":
        affected = _with_values(session, sqlite.insert, target, unique)
    elif len(unique) < COPY_FROM:
        affected = _with_values(session, postgresql.insert, target, unique)
    else:
        affected = _with_copy(session, target, unique)
    # Writers take turns, so every id above the old maximum is a row of ours.
    inserted = sum(1 for row in affected if row[0] > before)
    tally = Tally(
        inserted=inserted,
        updated=len(affected) - inserted,
        unchanged=len(rows) - len(affected),
    )
    return Upserted(tally, [tuple(row[1:]) for row in affected])


def _last_of_each_key(rows: Sequence[Row], key: tuple[str, ...]) -> list[Row]:
    by_key = {tuple(row[column] for column in key): row for row in rows}
    return [by_key[each] for each in sorted(by_key)]


def _with_values(
    session: Session, insert: Any, target: Target, rows: list[Row]
) -> Sequence[Any]:
    statement = _on_conflict(insert(target.table), target, rows[0].keys())
    return session.execute(statement, rows).all()


def _on_conflict(statement: Any, target: Target, columns: Any) -> Any:
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
        values["updated_at"] = utc_now()
    return statement.on_conflict_do_update(
        index_elements=list(target.key),
        set_=values,
        where=and_(target.better(stored, new), differs) if target.better else differs,
    ).returning(*returning)


def _with_copy(session: Session, target: Target, rows: list[Row]) -> Sequence[Any]:
    """COPY into a temporary table, then one INSERT ... SELECT ... ON CONFLICT."""
    names = list(rows[0])
    staging = _staging_table(target.table, names)
    staging.create(session.connection())
    cursor = cast("Any", session.connection().connection).cursor()
    statement = (
        f"COPY {staging.name} ({', '.join(_quoted(n) for n in names)}) FROM STDIN"
    )
    remaining = iter(rows)
    while chunk := list(islice(remaining, _COPY_CHUNK)):
        cursor.copy_expert(statement, io.StringIO("".join(_copy_lines(chunk, names))))
    insert = postgresql.insert(target.table).from_select(
        names, select(*(staging.c[name] for name in names)), include_defaults=False
    )
    affected = session.execute(_on_conflict(insert, target, names)).all()
    staging.drop(session.connection())
    return affected


_staging_numbers = count(1)


def _staging_table(table: Table, names: list[str]) -> Table:
    columns = [Column(name, table.c[name].type) for name in names]
    for column in columns:
        column.type = _without_check(column.type)
    return Table(
        f"staging_{table.name}_{next(_staging_numbers)}",
        MetaData(),
        *columns,
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )


def _without_check(kind: Any) -> Any:
    """Enums are staged as the text that they are, without their CHECK."""
    return String(kind.length) if isinstance(kind, Enum) else kind


def _quoted(name: str) -> str:
    return f'"{name}"'


def _copy_lines(rows: list[Row], names: list[str]) -> Iterator[str]:
    for row in rows:
        yield "\t".join([_copy_text(row[name]) for name in names]) + "\n"


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _copy_text(value: Any) -> str:
    """The value in COPY's text format."""
    if value is None:
        return r"\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return dump_json(value).translate(_ESCAPES)
    return str(value)


def in_chunks(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The values in slices of at most `size`, so that IN lists stay short."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
