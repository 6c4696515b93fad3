"""The version of the record, and what was changed since an earlier one."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nof1_tracker.database.feed.write_feed import KEPT
from nof1_tracker.database.feed_models import FeedRow, FeedVersion
from nof1_tracker.records.live.feed_entries import (
    FeedChange,
    FeedEntry,
    FeedKind,
    FeedPart,
)

AT_ONCE = 500
"""Entries that are read at once."""


class FeedQueries:
    """Reads what storing transactions left."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def version(self) -> int:
        """The version of the record as this transaction sees it; 0 before the first."""
        return self._session.scalar(select(FeedVersion.version)) or 0

    def since(self, version: int) -> FeedPart:
        """What was committed after that version; the first `AT_ONCE` of it."""
        newest = self.version()
        if not max(0, newest - KEPT) <= version <= newest:
            return FeedPart(newest, (), is_whole=False)
        rows = self._session.execute(
            select(FeedRow.version, FeedRow.committed_at, FeedRow.changes)
            .where(FeedRow.version > version, FeedRow.version <= newest)
            .order_by(FeedRow.version)
            .limit(AT_ONCE)
        ).all()
        reached = rows[-1].version if len(rows) == AT_ONCE else newest
        return FeedPart(reached, [_entry(*row) for row in rows])


def _entry(version: int, committed_at: Any, changes: dict[str, Any]) -> FeedEntry:
    told = (
        FeedChange(kind, changes[kind]["count"], changes[kind]["ids"])
        for kind in FeedKind
        if kind in changes
    )
    return FeedEntry(version, committed_at, tuple(told))
