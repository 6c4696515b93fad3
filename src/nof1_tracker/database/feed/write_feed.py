"""Notes what a transaction changes, and writes it with the transaction.

Writers take turns, so versions are committed in their order: who has read one has
missed none before it.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final, cast

from sqlalchemy import Table, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from nof1_tracker.clock import utc_now
from nof1_tracker.database.feed_models import FeedRow, FeedVersion
from nof1_tracker.database.models import LLMModel, ModelChat
from nof1_tracker.database.write.upsert import in_chunks
from nof1_tracker.records.live.feed_entries import FeedKind

CHANNEL: Final = "nof1_tracker_feed"
"""Channel on which PostgreSQL announces a new version."""
MOST_IDS: Final = 100
"""Ids of a kind that are named; more are only counted."""
KEPT: Final = 10_000
"""Versions back from the newest whose rows of the feed are kept."""

_CHANGES: Final = "feed_changes"
"""Key in a session's info: ids of what it changed, by kind and column."""
_CHUNK = 500
_NAMES: Final = {
    "model_id": (LLMModel.id, LLMModel.model_id),
    "model_chat_id": (ModelChat.id, ModelChat.conversation_id),
}
"""Columns that hold ids of this database, and where the source's ids are."""


def note_changes(
    session: Session, kind: FeedKind, ids: Iterable[Any], column: str = ""
) -> None:
    """Lets the feed announce these rows, once they are committed.

    Args:
        column: The column that the ids are from, if it refers to another table.
    """
    if noted := set(ids):
        _changes(session)[kind, column] |= noted


def note_correction(session: Session) -> None:
    """Lets the feed announce a correction, after which anything may differ."""
    _changes(session)[FeedKind.RECORD, ""] = set()


def _changes(session: Session) -> defaultdict[tuple[FeedKind, str], set[Any]]:
    changes: defaultdict[tuple[FeedKind, str], set[Any]]
    changes = session.info.setdefault(_CHANGES, defaultdict(set))
    return changes


def has_changes(session: Session) -> bool:
    """Whether the feed has something to announce."""
    return bool(session.info.get(_CHANGES))


def write_feed(session: Session) -> None:
    """Bumps the version, and writes what was noted; to be committed at once."""
    version = _bumped(session)
    changes = _named(session, session.info.pop(_CHANGES, {}))
    if changes:
        row = {"version": version, "committed_at": utc_now(), "changes": changes}
        session.execute(insert(FeedRow), [row])
    session.execute(
        delete(FeedRow)
        .where(FeedRow.version <= version - KEPT)
        .execution_options(synchronize_session=False)
    )
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_notify(CHANNEL, str(version))))


def _bumped(session: Session) -> int:
    table = cast("Table", FeedVersion.__table__)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert_ = (sqlite if is_sqlite else postgresql).insert(table)
    now = utc_now()
    statement = insert_.values(id=1, version=1, changed_at=now).on_conflict_do_update(
        index_elements=["id"],
        set_={"version": table.c.version + 1, "changed_at": now},
    )
    bumped: int = session.execute(statement.returning(table.c.version)).scalar_one()
    return bumped


def _named(
    session: Session, noted: dict[tuple[FeedKind, str], set[Any]]
) -> dict[str, Any]:
    """The changes as they are stored."""
    by_kind: dict[FeedKind, set[str]] = {}
    for (kind, column), ids in noted.items():
        by_kind.setdefault(kind, set()).update(_names(session, column, ids))
    return {
        kind.value: {
            "count": len(names),
            "ids": sorted(names) if 0 < len(names) <= MOST_IDS else None,
        }
        for kind, names in by_kind.items()
    }


def _names(session: Session, column: str, ids: set[Any]) -> Iterable[str]:
    """The ids by which everybody knows the rows."""
    if column not in _NAMES:
        return ids
    key, name = _NAMES[column]
    return [
        str(found)
        for chunk in in_chunks(sorted(ids), _CHUNK)
        for found in session.scalars(select(name).where(key.in_(chunk)))
        if found is not None
    ]
