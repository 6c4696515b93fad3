"""Weighs the versions of rows, and writes down which stands and what changed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from nof1_tracker.clock import utc_now
from nof1_tracker.database.engine.column_types import JsonText
from nof1_tracker.database.engine.written_json import canonical_json
from nof1_tracker.database.version_models import RevisionRow, RowVersion
from nof1_tracker.database.write.upsert import in_chunks
from nof1_tracker.database.write.versions.version_order import (
    FIGURES_ONLY,
    UNSAID,
    Revision,
    Version,
    merged,
    revisions,
    standing,
)
from nof1_tracker.database.write.versions.versioned_table import (
    Row,
    VersionedTable,
    as_json,
    digest_of,
)
from nof1_tracker.records.enums import RevisionCause

MOST_VERSIONS = 50
"""Versions that are kept of one row, the greatest first: a source that serves a row
differently each time must not fill the disk."""
_CHUNK = 500
_ENTRY = "archive_entry"
"""Key in a session's info: the record that its revisions came with."""


def weigh(
    session: Session,
    kind: VersionedTable,
    served: Mapping[Any, Sequence[Row]],
    ids: Mapping[Any, int],
) -> tuple[list[Row], dict[int, Row]]:
    """Stores rows each of which is one of several versions, or was parsed again.

    Args:
        served: The rows by their key.
        ids: The ids of the rows that are stored, by key.

    Returns:
        The rows inserted, and those updated by their id, as they stand now.
    """
    inserted = _insert(
        session, kind, [r for key, r in served.items() if key not in ids]
    )
    known = {ids[key]: rows for key, rows in served.items() if key in ids}
    updated: dict[int, Row] = {}
    for chunk in in_chunks(list(known), _CHUNK):
        updated |= _update(session, kind, {row_id: known[row_id] for row_id in chunk})
    return inserted, updated


def _insert(
    session: Session, kind: VersionedTable, served: Sequence[Sequence[Row]]
) -> list[Row]:
    if not served:
        return []
    versions = [
        merged(_version(session, kind, row) for row in rows)[:MOST_VERSIONS]
        for rows in served
    ]
    inserted: list[Row] = [
        {**rows[0], **_standing_row(kind, each)}
        for rows, each in zip(served, versions, strict=True)
    ]
    returning = insert(kind.table).returning(
        kind.table.c.id, sort_by_parameter_order=True
    )
    row_ids = session.execute(returning, inserted).scalars().all()
    _keep(session, kind, dict(zip(row_ids, versions, strict=True)))
    return inserted


def _update(
    session: Session, kind: VersionedTable, served: Mapping[int, Sequence[Row]]
) -> dict[int, Row]:
    """The rows of which a value changed, by id, as they stand now."""
    rows = _stored(session, kind, list(served))
    known = _known(session, kind, rows)
    versions: dict[int, list[Version]] = {}
    written: dict[int, Row] = {}
    changed: dict[int, Row] = {}
    by_parser: dict[int, list[Revision]] = {}
    for row_id, row in rows.items():
        incoming = [_version(session, kind, each) for each in served[row_id]]
        repaired = _repaired(known[row_id], incoming)
        versions[row_id] = merged([*repaired, *incoming])[:MOST_VERSIONS]
        now = _standing_row(kind, versions[row_id])
        differs = any(row[name] != now[name] for name in kind.fields)
        if differs:
            changed[row_id] = {**row, **now}
        if "updated_at" in kind.table.c:  # it moves where a value does
            now["updated_at"] = utc_now() if differs else row["updated_at"]
        written[row_id] = now
        if repaired != known[row_id]:
            by_parser[row_id] = _by_parser(kind, row, now, versions[row_id][0])
    _write(session, kind, written)
    _keep(session, kind, versions)
    _note(session, kind, by_parser)
    return changed


def join_rows(
    session: Session, kind: VersionedTable, row_id: int, other_id: int
) -> None:
    """Makes one row of two that turn out to be the same; of both, all versions count."""
    table = kind.table
    known = _known(session, kind, _stored(session, kind, [row_id, other_id]))
    versions = merged(
        replace(each, digest=each.digest or _digest(kind.dump(each.values)))
        for versions in known.values()
        for each in versions
    )[:MOST_VERSIONS]
    for noted in (RowVersion, RevisionRow):
        session.execute(
            delete(noted)
            .where(noted.table_name == table.name, noted.row_id == other_id)
            .execution_options(synchronize_session=False)
        )
    session.execute(delete(table).where(table.c.id == other_id))
    _write(session, kind, {row_id: _standing_row(kind, versions)})
    _keep(session, kind, {row_id: versions})


def versions_of(
    session: Session, kind: VersionedTable, row_id: int
) -> Sequence[Version]:
    """What a stored row was served as; the greatest first where there are several."""
    known = _known(session, kind, _stored(session, kind, [row_id]))
    return sorted(known[row_id], key=lambda each: each.order, reverse=True)


def _stored(
    session: Session, kind: VersionedTable, row_ids: Sequence[int]
) -> dict[int, Row]:
    query = select(kind.table).where(kind.table.c.id.in_(row_ids))
    return {row["id"]: dict(row) for row in session.execute(query).mappings()}


def _write(session: Session, kind: VersionedTable, rows: Mapping[int, Row]) -> None:
    """Writes the columns of rows, all of which give the same ones, by id."""
    if not rows:
        return
    table = kind.table.c
    names = next(iter(rows.values()))
    session.connection().execute(
        update(kind.table)
        .where(table.id == bindparam("row_id"))
        .values({n: bindparam(f"new_{n}", type_=table[n].type) for n in names}),
        [
            {"row_id": row_id, **{f"new_{n}": row[n] for n in names}}
            for row_id, row in rows.items()
        ],
    )


def _version(session: Session, kind: VersionedTable, row: Row) -> Version:
    return Version(
        values=kind.as_stored(row, session.get_bind().dialect),
        stated=row["stated"],
        digest=row["raw_digest"] or "",
        first_at=row["first_observed_at"],
        last_at=row["last_observed_at"],
        raw=row.get("raw_data"),
        parser=row["parser"],
    )


def _known(
    session: Session, kind: VersionedTable, stored: Mapping[int, Row]
) -> dict[int, list[Version]]:
    """The versions of stored rows: those kept, else the one in the row itself."""
    dialect = session.get_bind().dialect
    # Not as entities: SQLite gives the id of a deleted version to a new one, for which
    # the session would return the object that it already has under that id.
    table = RowVersion.__table__
    rows = session.execute(
        select(table).where(
            table.c.table_name == kind.table.name, table.c.row_id.in_(stored)
        )
    )
    kept: dict[int, list[Version]] = defaultdict(list)
    for row in rows:
        version = Version(
            values=kind.load(row.fields, dialect),
            stated=row.stated,
            digest=row.raw_digest,
            first_at=row.first_observed_at,
            last_at=row.last_observed_at,
            raw=row.raw_data,
            parser=row.parser,
        )
        kept[row.row_id].append(version)
    return {
        row_id: kept[row_id] or [_in_row(kind, row)] for row_id, row in stored.items()
    }


def _in_row(kind: VersionedTable, stored: Row) -> Version:
    """The only version; older code noted neither its digest nor what it stated."""
    raw = stored.get("raw_data")
    return Version(
        values={name: stored[name] for name in kind.fields},
        stated=stored["stated"] or kind.stated_in(stored),
        digest=stored["raw_digest"] or ("" if raw is None else _digest(raw)),
        first_at=stored["first_observed_at"],
        last_at=stored["last_observed_at"],
        raw=raw,
        parser=stored["parser"],
    )


def _digest(said: Any) -> str:
    return digest_of(canonical_json(said))


def _repaired(known: Sequence[Version], incoming: Sequence[Version]) -> list[Version]:
    """The known versions as today's parser reads them, where it read them now."""
    return [_reread(each, incoming) for each in known]


def _reread(known: Version, incoming: Iterable[Version]) -> Version:
    if known.parser == FIGURES_ONLY:  # not read, but completed
        return known
    for new in incoming:
        if new.parser > known.parser and _is_same_body(known, new):
            return replace(
                known,
                values=new.values,
                stated=new.stated,
                digest=new.digest,
                parser=new.parser,
            )
    return known


def _is_same_body(one: Version, other: Version) -> bool:
    """Whether two readings are of one row as served.

    The digest of a snapshot covers figures that were parsed, so its raw row counts, too.
    """
    if one.digest == other.digest:
        return True
    return one.raw is not None and _text(one.raw) == _text(other.raw)


def _text(raw: Any) -> str:
    return raw.text if isinstance(raw, JsonText) else canonical_json(raw)


def _standing_row(kind: VersionedTable, versions: Sequence[Version]) -> dict[str, Any]:
    greatest = versions[0]
    row = {
        **standing(versions, kind.group, kind.optional),
        "stated": greatest.stated,
        "raw_digest": greatest.digest or None,
        "first_observed_at": greatest.first_at,
        "last_observed_at": greatest.last_at,
        "parser": greatest.parser,
    }
    return row | {"raw_data": greatest.raw} if "raw_data" in kind.table.c else row


def _keep(
    session: Session, kind: VersionedTable, rows: Mapping[int, Sequence[Version]]
) -> None:
    """Keeps the versions where there are several, and the revisions that follow."""
    name = kind.table.name
    session.execute(
        delete(RowVersion)
        .where(RowVersion.table_name == name, RowVersion.row_id.in_(rows))
        .execution_options(synchronize_session=False)
    )
    group, optional = kind.group, kind.optional
    found = {
        row_id: revisions(versions, group, optional)
        for row_id, versions in rows.items()
    }
    _revise(session, kind, found)
    kept = [
        {
            "table_name": name,
            "row_id": row_id,
            "stated": each.stated,
            "raw_digest": each.digest,
            "parser": each.parser,
            "first_observed_at": each.first_at,
            "last_observed_at": each.last_at,
            "fields": kind.dump(each.values),
            "raw_data": each.raw,
        }
        for row_id, versions in rows.items()
        if len(versions) > 1
        for each in versions
    ]
    if kept:
        session.execute(insert(RowVersion), kept)


def _revise(
    session: Session, kind: VersionedTable, found: Mapping[int, Sequence[Revision]]
) -> None:
    """Makes these the rows' revisions, beside those of the parser.

    One that is known already stays as it was noted: it makes an event only once.
    """
    stored = session.execute(
        select(
            RevisionRow.id,
            RevisionRow.row_id,
            RevisionRow.field,
            RevisionRow.old,
            RevisionRow.new,
            RevisionRow.observed_before,
            RevisionRow.observed_after,
            RevisionRow.cause,
        ).where(
            RevisionRow.table_name == kind.table.name,
            RevisionRow.row_id.in_(found),
            RevisionRow.cause != RevisionCause.PARSER,
        )
    ).all()
    known = {tuple(identity): revision_id for revision_id, *identity in stored}
    wanted = {
        (row_id, *_identity(each)): each
        for row_id, of_row in found.items()
        for each in of_row
    }
    gone = [known[each] for each in known.keys() - wanted.keys()]
    for chunk in in_chunks(gone, _CHUNK):
        session.execute(
            delete(RevisionRow)
            .where(RevisionRow.id.in_(chunk))
            .execution_options(synchronize_session=False)
        )
    new: dict[int, list[Revision]] = defaultdict(list)
    for identity, each in wanted.items():
        if identity not in known:
            new[identity[0]].append(each)
    _note(session, kind, new)


def _identity(revision: Revision) -> tuple[Any, ...]:
    """As it is stored."""
    return (
        revision.field,
        as_json(revision.old),
        as_json(revision.new),
        revision.before_at,
        revision.after_at,
        revision.cause,
    )


def _by_parser(
    kind: VersionedTable, before: Row, now: Row, version: Version
) -> list[Revision]:
    at = version.last_at
    return [
        Revision(name, before[name], now[name], at, at, RevisionCause.PARSER)
        for name in (*kind.group, *kind.optional)
        if before[name] not in UNSAID and before[name] != now[name]
    ]


def name_entry(session: Session, entry: str) -> None:
    """From now on, revisions of the session came with the body of this record."""
    session.info[_ENTRY] = entry


def _note(
    session: Session, kind: VersionedTable, found: Mapping[int, Sequence[Revision]]
) -> None:
    now = utc_now()
    rows = [
        {
            "table_name": kind.table.name,
            "row_id": row_id,
            "field": each.field,
            "old": as_json(each.old),
            "new": as_json(each.new),
            "observed_before": each.before_at,
            "observed_after": each.after_at,
            "cause": each.cause,
            "archive_entry": session.info.get(_ENTRY),
            "noted_at": now,
        }
        for row_id, of_row in found.items()
        for each in of_row
    ]
    if rows:
        session.execute(insert(RevisionRow), rows)
