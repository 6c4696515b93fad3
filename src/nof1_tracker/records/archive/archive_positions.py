"""Places in an archive, and damage at them."""

from dataclasses import dataclass, field, replace
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """The place of a record; as a consumer's, how far it has come in that segment.

    Attributes:
        segment: The segment's name, without folder and suffix.
        record: The record's number in it, from 1; 0 is before the first.
    """

    segment: str
    record: int = 0

    def __str__(self) -> str:
        return f"{self.segment}:{self.record}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is recorded, and not stored by a database yet.

    Attributes:
        count: Number of bodies.
        since: When the first of them was received, by our clock; None without any.
        others: Number of records without a body: confirmations (304) and checkpoints.
    """

    count: int = 0
    since: datetime | None = None
    others: int = 0

    def __bool__(self) -> bool:
        """True if anything waits."""
        return self.count > 0 or self.others > 0

    def with_one(self, at: datetime, *, has_body: bool) -> "Waiting":
        """The same after a further record, which was received at this time."""
        if not has_body:
            return replace(self, others=self.others + 1)
        return replace(self, count=self.count + 1, since=self.since or at)

    def without_one(self, *, has_body: bool) -> "Waiting":
        """The same after one of the records was stored."""
        if not has_body:
            return replace(self, others=max(self.others - 1, 0))
        left = max(self.count - 1, 0)
        return replace(self, count=left, since=self.since if left else None)


@dataclass(frozen=True, slots=True)
class ArchiveState:
    """The archive of a database, as far as it can be told.

    Attributes:
        path: Its folder; None for a database in memory, which has no archive.
        is_on: False if nothing is recorded by now.
        size: Bytes of its segments; None if there is no archive yet.
        limit: The most that it may take, in bytes; None does not limit it.
        lacks_past: True if something was stored before this database had an archive.
        unrecorded: Bodies that were stored without being recorded.
        unrecorded_at: When that last happened; None if it never did.
        waiting: What is recorded, and not stored by this database yet.
        trouble: Why it cannot be read; None if it can.
    """

    path: str | None
    is_on: bool = True
    size: int | None = None
    limit: int | None = None
    lacks_past: bool = False
    unrecorded: int = 0
    unrecorded_at: datetime | None = None
    waiting: Waiting = field(default_factory=Waiting)
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes of a segment that cannot be read as records.

    Attributes:
        offset, size: Where they are in the segment's file.
        first, last: Numbers of the records that are lost; `last` is None where nothing
            readable follows, so that it is not known how many they were.
        reason: What is wrong, in a few words.
        is_torn: True if the file only ends within its last record, as after a kill:
            no process was ever told that it was recorded.
    """

    segment: str
    offset: int
    size: int
    first: int
    last: int | None
    reason: str
    is_torn: bool = False

    def __str__(self) -> str:
        lost = f"record {self.first}"
        if self.last is None:
            lost += " and what may have followed"
        elif self.last > self.first:
            lost = f"records {self.first} to {self.last}"
        return (
            f"{self.segment}: {lost}: {self.reason}"
            f" ({self.size:,} bytes at byte {self.offset:,})"
        )
