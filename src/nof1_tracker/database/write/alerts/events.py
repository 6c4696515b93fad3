"""Stores events, each once, and the memory of the detectors."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from nof1_tracker.database.event_models import (
    EventChannel,
    EventDelivery,
    EventMemory,
    EventRow,
)
from nof1_tracker.database.feed.write_feed import note_changes
from nof1_tracker.database.write.upsert import Target, in_chunks, upsert
from nof1_tracker.records.changes import Memory, Watermark
from nof1_tracker.records.events import DeliveryStatus, Event, StoredEvent
from nof1_tracker.records.live.feed_entries import FeedKind
from nof1_tracker.records.sanitize import printable

FORSAKEN_AFTER = timedelta(days=7)
"""A channel that no monitor has used for this long is no longer in any settings."""

_EVENTS = Target(
    table=cast("Table", EventRow.__table__),
    key=("key",),
    update=(),
    returning=("id", "key"),
)
_MEMORY = TypeAdapter(Memory)
_DETECTORS = "detectors"
_LONGEST_ID = 200
_LONGEST_SYMBOL = 50
_CHUNK = 500
_LONG_PAST = 1000
"""Ids by which the detectors are beyond a row that they never read again."""


class EventRepository:
    """Stores events and queues new ones for every channel in use."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def memory(self) -> Memory | None:
        """The stored memory; None before the first look.

        A memory that another version stored in an unknown form counts as None. The
        next look is then a first one, which reports too little rather than everything
        again.
        """
        stored = self._session.get(EventMemory, _DETECTORS)
        if stored is None:
            return None
        try:
            return _MEMORY.validate_python(stored.value)
        except ValidationError:
            return None

    def remember(self, memory: Memory) -> None:
        """Replaces the stored memory."""
        value = _MEMORY.dump_python(memory, mode="json")
        self._session.merge(EventMemory(name=_DETECTORS, value=value))
        self._session.flush()

    def skip(self, before: Watermark, after: Watermark) -> None:
        """Keeps from the detectors what was rebuilt from stored rows.

        Args:
            before, after: The highest ids around it, in one unit of work.
        """
        memory = self.memory()
        if memory is None or before == after:
            return  # the first look takes all that is there for history
        rebuilt = [each for each in memory.rebuilt if not _is_past(each[1], memory)]
        if rebuilt and rebuilt[-1][1] == before:
            before = rebuilt.pop()[0]
        self.remember(replace(memory, rebuilt=(*rebuilt, (before, after))))

    def add(
        self, events: Sequence[Event], detected_at: datetime, *, is_news: bool
    ) -> int:
        """Stores the events whose key is new; returns their number.

        New ones are handed to every channel that a monitor had lately.
        """
        rows = [_row(event, detected_at, is_news) for event in events]
        stored = upsert(self._session, _EVENTS, rows).affected
        ids = [row[0] for row in stored]
        note_changes(self._session, FeedKind.EVENTS, (row[1] for row in stored))
        if is_news:
            self._hand_out(ids, self._channels(detected_at - FORSAKEN_AFTER))
        return len(ids)

    def _channels(self, since: datetime) -> Sequence[str]:
        return self._session.scalars(
            select(EventChannel.name).where(EventChannel.seen_at >= since)
        ).all()

    def _hand_out(self, event_ids: Sequence[int], channels: Iterable[str]) -> None:
        rows = [
            {"event_id": i, "channel": name, "status": DeliveryStatus.PENDING}
            for name in channels
            for i in event_ids
        ]
        for chunk in in_chunks(rows, _CHUNK):
            self._session.execute(insert(EventDelivery), list(chunk))

    def newest(self, limit: int) -> Sequence[StoredEvent]:
        """The most recently detected events, newest first."""
        rows = self._session.scalars(
            select(EventRow).order_by(EventRow.id.desc()).limit(limit)
        )
        return [stored_event(row) for row in rows]


def _is_past(reached: Watermark, memory: Memory) -> bool:
    """Whether no look will come upon these rows again, nor on the last before them."""
    seen = memory.watermark
    return (
        reached.trades < seen.trades - _LONG_PAST
        and reached.revisions < seen.revisions - _LONG_PAST
        and reached.snapshots <= seen.snapshots
        and reached.accounts <= seen.accounts
    )


def _row(event: Event, detected_at: datetime, is_news: bool) -> dict[str, Any]:
    account, symbol = event.account_id, event.symbol
    return {
        "key": event.key,
        "kind": event.kind,
        "occurred_at": event.occurred_at,
        "detected_at": detected_at,
        "account_id": None if account is None else printable(account, _LONGEST_ID),
        "symbol": None if symbol is None else printable(symbol, _LONGEST_SYMBOL),
        "title": event.title,
        "text": event.text,
        "numbers": dict(event.numbers),
        "is_news": is_news,
    }


def stored_event(row: EventRow) -> StoredEvent:
    """The row as a record."""
    event = Event(
        kind=row.kind,
        key=row.key,
        occurred_at=row.occurred_at,
        account_id=row.account_id,
        symbol=row.symbol,
        title=row.title,
        text=row.text,
        # JSON does not distinguish 3 from 3.0: a whole number comes back as an int.
        numbers={name: Decimal(number) for name, number in row.numbers.items()},
    )
    return StoredEvent(event, row.detected_at, row.is_news)
