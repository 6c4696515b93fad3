"""The list of sealed segments: a chain, in which each line has the hash of the one before."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from nof1_tracker.archive.archive_folder import ArchiveFolder, as_json
from nof1_tracker.archive.durable_files import explained, locked
from nof1_tracker.archive.durable_files import replace as put
from nof1_tracker.archive.warc_records import sha256
from nof1_tracker.errors import ArchiveError

FIRST: Final = "0" * 64
"""What the first line has in place of the hash of the one before."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What of one kind a segment has from one day.

    Attributes:
        day: UTC day on which it was observed, as 2025-10-28.
        count: Exchanges, revisits included.
        revisits: How many of them are a 304, or have the bytes of an earlier one.
        size: Bytes that they take in the segment.
        length: Bytes of their bodies; 0 for revisits.
    """

    day: str
    kind: str
    count: int
    revisits: int
    size: int
    length: int


@dataclass(frozen=True, slots=True)
class SealedSegment:
    """A line of the manifest: a segment that is sealed.

    Attributes:
        sha256, size: Of its file, in bytes.
        last_record: Number of its last record.
        first_observed, last_observed: Span of its exchanges; empty if it has none.
        is_ordered: True if they are in the order of their observation.
        needs: Other segments that its revisits refer to.
        torn: Bytes of an incomplete record at the end that were left out: no process
            was ever told that it was recorded.
        damage: Damage that was there already when it was sealed, in words. Its bytes
            are then kept as they were.
    """

    segment: str
    sha256: str
    size: int
    last_record: int
    contents: tuple[Contents, ...]
    first_observed: str
    last_observed: str
    is_ordered: bool
    sealed_at: str
    needs: tuple[str, ...] = ()
    torn: int = 0
    damage: tuple[str, ...] = ()
    previous: str = FIRST
    type: str = "sealed"

    @property
    def count(self) -> int:
        """Number of exchanges."""
        return sum(each.count for each in self.contents)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A line of the manifest: a segment that was dropped, and when."""

    segment: str
    sha256: str
    pruned_at: str
    previous: str = FIRST
    type: str = "pruned"


Entry = SealedSegment | Tombstone


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest as read.

    Attributes:
        entries: Its lines, as far as they can be read.
        last_hash: The hash that the next line will state.
        faults: What is wrong with the chain, in words.
    """

    entries: tuple[Entry, ...]
    last_hash: str
    faults: tuple[str, ...] = ()

    def sealed(self) -> dict[str, SealedSegment]:
        """The segments that are sealed and were not dropped."""
        found = {e.segment: e for e in self.entries if isinstance(e, SealedSegment)}
        gone = self.pruned()
        return {name: entry for name, entry in found.items() if name not in gone}

    def pruned(self) -> dict[str, Tombstone]:
        """The segments that were dropped."""
        return {e.segment: e for e in self.entries if isinstance(e, Tombstone)}


def read_manifest(archive: ArchiveFolder) -> Manifest:
    """The manifest, with what is wrong about it.

    Raises:
        ArchiveError: The file cannot be read.
    """
    with explained(archive.path):
        try:
            lines = archive.manifest.read_bytes().splitlines()
        except FileNotFoundError:
            lines = []
    entries: list[Entry] = []
    faults: list[str] = []
    previous = FIRST
    for number, line in enumerate(lines, start=1):
        try:
            entry = _entry(line)
        except (ValueError, TypeError, KeyError):
            faults.append(f"line {number} of the manifest cannot be read")
        else:
            entries.append(entry)
            if entry.previous != previous:
                faults.append(
                    f"line {number} of the manifest does not follow the one before:"
                    " a line was changed, added or removed"
                )
        previous = sha256(line)
    return Manifest(tuple(entries), previous, tuple(faults))


def _entry(line: bytes) -> Entry:
    found: dict[str, Any] = json.loads(line)
    if found["type"] == "pruned":
        return Tombstone(**found)
    found["contents"] = tuple(Contents(**each) for each in found["contents"])
    for name in ("needs", "damage"):
        found[name] = tuple(found[name])
    return SealedSegment(**found)


def add(archive: ArchiveFolder, entries: Sequence[Entry]) -> None:
    """Adds lines to the manifest, durably.

    Raises:
        ArchiveError: The chain is broken, so that nothing may be added to hide it; or
            the file cannot be written.
    """
    change(archive, lambda _: entries)


def change(
    archive: ArchiveFolder, choose: Callable[[Manifest], Sequence[Entry]]
) -> tuple[Entry, ...]:
    """Adds the lines that are chosen while no other process adds any; returns them.

    Raises:
        ArchiveError: As `add`.
    """
    with explained(archive.path), locked(archive.manifest_lock):
        found = read_manifest(archive)
        if found.faults:
            raise ArchiveError(
                f"The manifest of the archive {archive.path} is damaged:"
                f" {found.faults[0]}.",
                "Look at `nof1-tracker archive verify`, and restore it from a backup.",
            )
        chosen = tuple(_chained(choose(found), found.last_hash))
        if chosen:
            before = archive.manifest.read_bytes() if found.entries else b""
            lines = b"".join(as_json(asdict(each)) + b"\n" for each in chosen)
            put(archive.manifest, before + lines)
        return chosen


def _chained(entries: Sequence[Entry], previous: str) -> Iterator[Entry]:
    for entry in entries:
        linked = replace(entry, previous=previous)
        previous = sha256(as_json(asdict(linked)))
        yield linked
