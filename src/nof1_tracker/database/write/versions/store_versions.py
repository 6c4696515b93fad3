"""Rows that are served again: the version that stands, the others beside it.

See `version_order` for what stands. A row that was always served alike has its
one version in itself; where it was served differently, all of its versions are in
`row_versions`, and how its values changed is in `revisions`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from nof1_tracker.database.columns.bulk_load import fill
from nof1_tracker.database.feed.write_feed import note_changes
from nof1_tracker.database.version_models import RowVersion
from nof1_tracker.database.write.upsert import in_chunks
from nof1_tracker.database.write.versions.accounted_rows import note_rows
from nof1_tracker.database.write.versions.row_versions import weigh
from nof1_tracker.database.write.versions.version_order import FIGURES_ONLY
from nof1_tracker.database.write.versions.versioned_table import Row, VersionedTable
from nof1_tracker.records.stored import Tally

_CHUNK = 500


@dataclass(frozen=True)
class Stored:
    """What storing did.

    Attributes:
        inserted, updated: The rows as they stand now; the updated ones by their id.
    """

    tally: Tally
    inserted: Sequence[Row]
    updated: Mapping[int, Row]

    @property
    def changed(self) -> Sequence[Row]:
        """The rows inserted or updated."""
        return (*self.inserted, *self.updated.values())


@dataclass(frozen=True)
class _Twin:
    """What is known of a stored row without reading it."""

    id: int
    digest: str | None
    first_at: datetime | None
    last_at: datetime | None
    parser: int


def store_versions(
    session: Session, kind: VersionedTable, rows: Sequence[Row]
) -> Stored:
    """Stores rows, of which several may be versions of one.

    All rows have the same columns: key, fields, VERSION_COLUMNS, `raw_data`, and what
    is stored only once. Must run in a writing unit of work.
    """
    if not rows:
        return Stored(Tally(), (), {})
    by_key: dict[Any, list[Row]] = defaultdict(list)
    for key, row in zip(map(itemgetter(*kind.key), rows), rows, strict=True):
        by_key[key].append(row)
    note_rows(session, kind.table, by_key)
    twins = _twins(session, kind, rows)
    new: list[Row] = []
    seen_again: dict[Any, list[Row]] = {}
    others: dict[Any, list[Row]] = {}
    for key, same in by_key.items():
        twin = twins.get(key)
        if twin is None and len(same) == 1:
            new.append(same[0])
        elif twin is None or not _is_known(same, twin):
            others[key] = same
        elif any(_is_outside(row, twin) for row in same):
            seen_again[key] = same
    if new:
        fill(session.connection(), kind.table, new)
    others |= _note_observations(session, kind, seen_again, twins)
    _adopt(session, kind, others, twins)
    added, updated = weigh(session, kind, others, {k: t.id for k, t in twins.items()})
    inserted = [*new, *added]
    tally = Tally(
        inserted=len(inserted),
        updated=len(updated),
        unchanged=len(rows) - len(inserted) - len(updated),
    )
    stored = Stored(tally, inserted, updated)
    _announce(session, kind, stored.changed)
    return stored


def _announce(session: Session, kind: VersionedTable, changed: Iterable[Row]) -> None:
    """Lets the live feed announce rows once they are committed."""
    if kind.announced_as is not None:
        feed_kind, column = kind.announced_as
        note_changes(session, feed_kind, (row[column] for row in changed), column)


def _twins(
    session: Session, kind: VersionedTable, rows: Sequence[Row]
) -> Mapping[Any, _Twin]:
    table = kind.table.c
    query = select(
        *(table[name] for name in kind.key),
        table.id,
        table.raw_digest,
        table.first_observed_at,
        table.last_observed_at,
        table.parser,
    )
    found: dict[Any, _Twin] = {}
    width = len(kind.key)
    for condition in _conditions(kind, rows):
        for row in session.execute(query.where(*condition)):
            key = row[0] if width == 1 else tuple(row[:width])
            found[key] = _Twin(*row[width:])
    return found


def _conditions(kind: VersionedTable, rows: Sequence[Row]) -> Iterable[list[Any]]:
    table = kind.table.c
    if kind.span is None:
        (name,) = kind.key
        for chunk in in_chunks(sorted({row[name] for row in rows}), _CHUNK):
            yield [table[name].in_(chunk)]
        return
    spans = [row[kind.span] for row in rows]
    condition = [table[kind.span].between(min(spans), max(spans))]
    for name in kind.key:
        values = {row[name] for row in rows}
        if name != kind.span and len(values) <= _CHUNK:
            condition.append(table[name].in_(values))
    yield condition


def _is_known(rows: Iterable[Row], twin: _Twin) -> bool:
    return all(
        row["raw_digest"] == twin.digest and row["parser"] <= twin.parser
        for row in rows
    )


def _is_outside(row: Row, twin: _Twin) -> bool:
    """Whether the row was observed when it is not known to have been served so."""
    known = [at for at in _times(row) if at is not None]
    if not known:
        return False
    if twin.first_at is None or twin.last_at is None:
        return True
    return min(known) < twin.first_at or max(known) > twin.last_at


def _times(row: Row) -> tuple[datetime | None, datetime | None]:
    """When the row was served so first and last; of one just served, the same time."""
    return row["first_observed_at"], row["last_observed_at"]


def _note_observations(
    session: Session,
    kind: VersionedTable,
    seen_again: Mapping[Any, list[Row]],
    twins: Mapping[Any, _Twin],
) -> dict[Any, list[Row]]:
    """Notes when rows were served as they stand.

    Returns:
        Those of them that were served differently, too: they are weighed again.
    """
    ids = {twins[key].id: key for key in seen_again}
    several = {ids[row_id] for row_id in _with_versions(session, kind, list(ids))}
    spans = [
        _span(twins[key], rows)
        for key, rows in seen_again.items()
        if key not in several
    ]
    if spans:
        first, last = kind.table.c.first_observed_at, kind.table.c.last_observed_at
        session.connection().execute(
            update(kind.table)
            .where(kind.table.c.id == bindparam("row_id"))
            .values(
                first_observed_at=bindparam("first", type_=first.type),
                last_observed_at=bindparam("last", type_=last.type),
                **_untouched(kind.table),
            ),
            spans,
        )
    return {key: rows for key, rows in seen_again.items() if key in several}


def _adopt(
    session: Session,
    kind: VersionedTable,
    others: dict[Any, list[Row]],
    twins: Mapping[Any, _Twin],
) -> None:
    """Takes out of `others` what says the same, many rows at once.

    These are rows of which older code noted no version, and rows that newer code
    reads as the older did.
    """
    dialect = session.get_bind().dialect
    candidates = {
        twins[key].id: key
        for key, rows in others.items()
        if key in twins and _may_be_adopted(rows, twins[key])
    }
    table = kind.table.c
    columns = [table.id, table.stated, *(table[name] for name in kind.fields)]
    adopted = []
    for chunk in in_chunks(list(candidates), _CHUNK):
        for stored in session.execute(select(*columns).where(table.id.in_(chunk))):
            key = candidates[stored[0]]
            (row,) = others[key]
            if tuple(stored[2:]) == tuple(kind.as_stored(row, dialect).values()):
                adopted.append(_adoption(twins[key], row))
                del others[key]
    if adopted:
        names = [name for name in adopted[0] if name != "row_id"]
        values = {n: bindparam(f"new_{n}", type_=table[n].type) for n in names}
        session.connection().execute(
            update(kind.table)
            .where(table.id == bindparam("row_id"))
            .values(**values, **_untouched(kind.table)),
            [
                {"row_id": each["row_id"], **{f"new_{n}": each[n] for n in names}}
                for each in adopted
            ],
        )


def _may_be_adopted(rows: Sequence[Row], twin: _Twin) -> bool:
    # What has figures only neither completes a row as served nor is adopted by one.
    if len(rows) != 1 or FIGURES_ONLY in (rows[0]["parser"], twin.parser):
        return False
    is_same = rows[0]["raw_digest"] == twin.digest and rows[0]["parser"] > twin.parser
    return twin.digest is None or is_same


def _adoption(twin: _Twin, row: Row) -> dict[str, Any]:
    times = (*_times(row), twin.first_at, twin.last_at)
    known = [each for each in times if each is not None]
    return {
        "row_id": twin.id,
        "stated": row["stated"],
        "raw_digest": row["raw_digest"],
        "parser": row["parser"],
        "first_observed_at": min(known, default=None),
        "last_observed_at": max(known, default=None),
    }


def _with_versions(
    session: Session, kind: VersionedTable, row_ids: Sequence[int]
) -> Iterable[int]:
    for chunk in in_chunks(row_ids, _CHUNK):
        yield from session.scalars(
            select(RowVersion.row_id)
            .where(RowVersion.table_name == kind.table.name)
            .where(RowVersion.row_id.in_(chunk))
            .distinct()
        )


def _span(twin: _Twin, rows: Sequence[Row]) -> dict[str, Any]:
    times = [at for row in rows for at in _times(row)]
    known = [at for at in (*times, twin.first_at, twin.last_at) if at is not None]
    return {"row_id": twin.id, "first": min(known), "last": max(known)}


def _untouched(table: Table) -> dict[str, Any]:
    """Keeps `updated_at`: no value changes."""
    return {"updated_at": table.c.updated_at} if "updated_at" in table.c else {}


def assign_season(
    session: Session, kind: VersionedTable, rows: Sequence[Row], season_id: int | None
) -> Sequence[Row]:
    """Moves stored rows into a season that was asked for; those that were elsewhere."""
    if season_id is None or not rows:
        return ()
    wanted = set(map(itemgetter(*kind.key), rows))
    table = kind.table.c
    moved = []
    for condition in _conditions(kind, rows):
        query = select(kind.table).where(*condition, table.season_id != season_id)
        moved += [
            {**row, "season_id": season_id}
            for row in session.execute(query).mappings()
            if itemgetter(*kind.key)(row) in wanted
        ]
    for chunk in in_chunks([row["id"] for row in moved], _CHUNK):
        session.execute(
            update(kind.table).where(table.id.in_(chunk)).values(season_id=season_id)
        )
    _announce(session, kind, moved)
    return moved
