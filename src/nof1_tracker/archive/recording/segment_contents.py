"""What a segment holds: counts and sizes by day and kind, its span, its damage."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from nof1_tracker.archive.manifest import Contents
from nof1_tracker.archive.reading.segment_reader import SegmentReader
from nof1_tracker.records.archive.archive_positions import Damage
from nof1_tracker.records.archive.exchanges import Recorded


@dataclass
class _Counts:
    count: int = 0
    revisits: int = 0
    size: int = 0
    length: int = 0


@dataclass
class Summary:
    """What a segment holds.

    Attributes:
        first, last: When the first and the last were observed; None without any.
        torn: Bytes of an incomplete record at the end.
        damage: Any other damage.
    """

    segment: str
    last_record: int = 0
    first: datetime | None = None
    last: datetime | None = None
    is_ordered: bool = True
    needs: set[str] = field(default_factory=set)
    torn: int = 0
    damage: list[Damage] = field(default_factory=list)
    _latest: datetime | None = None
    _counts: dict[tuple[str, str], _Counts] = field(
        default_factory=lambda: defaultdict(_Counts)
    )

    @property
    def is_empty(self) -> bool:
        """True if nothing was recorded in it, as far as anybody can know."""
        return not self._counts and not self.damage

    def contents(self) -> tuple[Contents, ...]:
        """Counts and sizes, by day and then by kind."""
        return tuple(
            Contents(*key, each.count, each.revisits, each.size, each.length)
            for key, each in sorted(self._counts.items())
        )

    def add(self, found: Recorded) -> None:
        """Counts an exchange, the next one of the segment."""
        at = found.observed_at.astimezone(UTC)
        self.last_record = found.position.record
        self.first = min(self.first or at, at)
        self.last = max(self.last or at, at)
        if self._latest is not None and at < self._latest:
            self.is_ordered = False
        self._latest = at
        if found.refers_to and found.refers_to.segment != self.segment:
            self.needs.add(found.refers_to.segment)
        counts = self._counts[f"{at:%Y-%m-%d}", found.exchange.kind]
        counts.count += 1
        counts.revisits += found.refers_to is not None
        counts.size += found.size
        counts.length += len(found.exchange.body)


def summarise(reader: SegmentReader) -> Summary:
    """Reads the whole segment.

    Raises:
        OSError: It cannot be read at all.
    """
    summary = Summary(reader.name)
    for each in reader.records():
        if isinstance(each, Recorded):
            summary.add(each)
        elif each.is_torn:
            summary.torn = each.size
        else:
            summary.damage.append(each)
    return summary
