"""What an archive holds, by day and kind."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.manifest import Contents, read_manifest
from nof1_tracker.archive.reading.segment_reader import reading
from nof1_tracker.archive.recording.segment_contents import summarise


@dataclass(frozen=True, slots=True)
class Listing:
    """What an archive holds.

    Attributes:
        contents: By day, then by kind.
        last_records: Number of the last exchange of each segment, by its name.
        live: How many of the segments are not sealed.
        size: Bytes of their files.
    """

    contents: tuple[Contents, ...]
    last_records: Mapping[str, int]
    live: int
    size: int

    @property
    def segments(self) -> int:
        """Number of segments."""
        return len(self.last_records)


def list_archive(archive: ArchiveFolder) -> Listing:
    """What the archive holds: of sealed segments as listed, of others as read.

    Raises:
        ArchiveError: The archive cannot be read.
    """
    sealed = read_manifest(archive).sealed()
    names = archive.names()
    listed = [sealed[name] for name in names if name in sealed]
    rows = [row for entry in listed for row in entry.contents]
    size = sum(entry.size for entry in listed)
    last_records = {entry.segment: entry.last_record for entry in listed}
    live = [name for name in names if name not in sealed]
    for name in live:
        with reading(archive, name) as reader:
            found = summarise(reader)
            rows += found.contents()
            last_records[name] = found.last_record
            size += reader.size
    return Listing(tuple(_added(rows)), last_records, len(live), size)


def _added(rows: Iterable[Contents]) -> list[Contents]:
    """The rows with those of one day and kind added together, in order."""
    grouped: dict[tuple[str, str], list[Contents]] = defaultdict(list)
    for row in rows:
        grouped[row.day, row.kind].append(row)
    return [_sum(group) for _, group in sorted(grouped.items())]


def _sum(group: list[Contents]) -> Contents:
    return replace(
        group[0],
        count=sum(each.count for each in group),
        revisits=sum(each.revisits for each in group),
        size=sum(each.size for each in group),
        length=sum(each.length for each in group),
    )
