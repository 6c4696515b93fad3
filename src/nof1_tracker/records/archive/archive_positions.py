"""Places in an archive, and damage at them."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is recorded, and not stored by a database yet.

    Attributes:
        count: Number of bodies.
        since: When the first of them was received, by our clock; None without any.
    """

    count: int = 0
    since: datetime | None = None


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
