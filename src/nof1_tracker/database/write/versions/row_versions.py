"""Weighs the versions of single rows, and writes down which stands and what changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from nof1_tracker.clock import utc_now
from nof1_tracker.database.engine.column_types import JsonText, canonical_json
from nof1_tracker.database.version_models import RevisionRow, RowVersion
from nof1_tracker.database.write.versions.version_order import (
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
    inserted: list[Row] = []
    updated: dict[int, Row] = {}
    for key, rows in served.items():
        if key not in ids:
            inserted.append(_insert(session, kind, rows))
        elif (changed := _update(session, kind, ids[key], rows)) is not None:
            updated[ids[key]] = changed
    return inserted, updated


def _insert(session: Session, kind: VersionedTable, rows: Sequence[Row]) -> Row:
    versions = merged(_version(session, kind, row) for row in rows)[:MOST_VERSIONS]
    row = {**rows[0], **_standing_row(kind, versions)}
    returning = insert(kind.table).values(row).returning(kind.table.c.id)
    row_id = session.execute(returning).scalar_one()
    _keep(session, kind, row_id, versions)
    return row


def _update(
    session: Session, kind: VersionedTable, row_id: int, rows: Sequence[Row]
) -> Row | None:
    """The row as it stands now; None where no value changed."""
    id_column = kind.table.c.id
    query = select(kind.table).where(id_column == row_id)
    stored = dict(session.execute(query).mappings().one())
    known = _known(session, kind, stored)
    incoming = [_version(session, kind, row) for row in rows]
    repaired = _repaired(known, incoming)
    versions = merged([*repaired, *incoming])[:MOST_VERSIONS]
    now = _standing_row(kind, versions)
    differs = any(stored[name] != now[name] for name in kind.fields)
    written = dict(now)
    if "updated_at" in kind.table.c:  # it moves where a value does
        written["updated_at"] = utc_now() if differs else stored["updated_at"]
    session.execute(update(kind.table).where(id_column == row_id).values(written))
    _keep(session, kind, row_id, versions)
    if repaired != known:
        _note(session, kind, row_id, _by_parser(kind, stored, now, versions[0]))
    return {**stored, **now} if differs else None


def join_rows(
    session: Session, kind: VersionedTable, row_id: int, other_id: int
) -> None:
    """Makes one row of two that turn out to be the same; of both, all versions count."""
    table = kind.table
    query = select(table).where(table.c.id.in_((row_id, other_id)))
    rows = [dict(row) for row in session.execute(query).mappings()]
    versions = merged(
        replace(each, digest=each.digest or _digest(kind.dump(each.values)))
        for row in rows
        for each in _known(session, kind, row)
    )[:MOST_VERSIONS]
    for noted in (RowVersion, RevisionRow):
        session.execute(
            delete(noted)
            .where(noted.table_name == table.name, noted.row_id == other_id)
            .execution_options(synchronize_session=False)
        )
    session.execute(delete(table).where(table.c.id == other_id))
    now = _standing_row(kind, versions)
    session.execute(update(table).where(table.c.id == row_id).values(now))
    _keep(session, kind, row_id, versions)


def _version(session: Session, kind: VersionedTable, row: Row) -> Version:
    at = row["last_observed_at"]
    return Version(
        values=kind.as_stored(row, session.get_bind().dialect),
        stated=row["stated"],
        digest=row["raw_digest"],
        first_at=at,
        last_at=at,
        raw=row.get("raw_data"),
        parser=row["parser"],
    )


def _known(session: Session, kind: VersionedTable, stored: Row) -> list[Version]:
    """The versions of a stored row: those kept, else the one in the row itself."""
    dialect = session.get_bind().dialect
    # Not as entities: SQLite gives the id of a deleted version to a new one, for which
    # the session would return the object that it already has under that id.
    table = RowVersion.__table__
    rows = session.execute(
        select(table).where(
            table.c.table_name == kind.table.name, table.c.row_id == stored["id"]
        )
    )
    kept = [
        Version(
            values=kind.load(row.fields, dialect),
            stated=row.stated,
            digest=row.raw_digest,
            first_at=row.first_observed_at,
            last_at=row.last_observed_at,
            raw=row.raw_data,
            parser=row.parser,
        )
        for row in rows
    ]
    return kept or [_in_row(kind, stored)]


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
    session: Session, kind: VersionedTable, row_id: int, versions: Sequence[Version]
) -> None:
    """Keeps the versions where there are several, and the revisions that follow."""
    name = kind.table.name
    session.execute(
        delete(RowVersion)
        .where(RowVersion.table_name == name, RowVersion.row_id == row_id)
        .execution_options(synchronize_session=False)
    )
    _revise(session, kind, row_id, revisions(versions, kind.group, kind.optional))
    if len(versions) == 1:
        return
    session.execute(
        insert(RowVersion),
        [
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
            for each in versions
        ],
    )


def _revise(
    session: Session, kind: VersionedTable, row_id: int, found: Sequence[Revision]
) -> None:
    """Makes these the row's revisions, beside those of the parser.

    One that is known already stays as it was noted: it makes an event only once.
    """
    stored = session.execute(
        select(
            RevisionRow.id,
            RevisionRow.field,
            RevisionRow.old,
            RevisionRow.new,
            RevisionRow.observed_before,
            RevisionRow.observed_after,
            RevisionRow.cause,
        ).where(
            RevisionRow.table_name == kind.table.name,
            RevisionRow.row_id == row_id,
            RevisionRow.cause != RevisionCause.PARSER,
        )
    ).all()
    wanted = {_identity(each): each for each in found}
    known = {tuple(values): revision_id for revision_id, *values in stored}
    gone = [known[each] for each in known.keys() - wanted.keys()]
    if gone:
        session.execute(
            delete(RevisionRow)
            .where(RevisionRow.id.in_(gone))
            .execution_options(synchronize_session=False)
        )
    new = [each for identity, each in wanted.items() if identity not in known]
    _note(session, kind, row_id, new)


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
        if before[name] is not None and before[name] != now[name]
    ]


def _note(
    session: Session, kind: VersionedTable, row_id: int, found: Sequence[Revision]
) -> None:
    if not found:
        return
    now = utc_now()
    session.execute(
        insert(RevisionRow),
        [
            {
                "table_name": kind.table.name,
                "row_id": row_id,
                "field": each.field,
                "old": as_json(each.old),
                "new": as_json(each.new),
                "observed_before": each.before_at,
                "observed_after": each.after_at,
                "cause": each.cause,
                "noted_at": now,
            }
            for each in found
        ],
    )
