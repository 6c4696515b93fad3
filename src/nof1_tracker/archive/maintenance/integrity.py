"""Verifies an archive: every record, every segment, and the chain."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.manifest import SealedSegment, read_manifest
from nof1_tracker.archive.reading.segment_reader import SegmentReader, reading
from nof1_tracker.archive.recording.sealing import file_digest
from nof1_tracker.errors import ArchiveError
from nof1_tracker.records.archive.exchanges import Recorded


@dataclass
class Verification:
    """What a verification found.

    Attributes:
        segments, records: How many were read: files, and exchanges that are whole.
        size: Bytes that were read.
        faults: What is damaged, a line each, with its name.
        notes: What is as it may be, but not as it stays: segments that are being
            written, or that wait to be sealed.
    """

    segments: int = 0
    records: int = 0
    size: int = 0
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """True if nothing is damaged."""
        return not self.faults


def verify(archive: ArchiveFolder) -> Verification:
    """Reads the whole archive, past any damage.

    Raises:
        ArchiveError: The archive cannot be read at all.
    """
    manifest = read_manifest(archive)
    found = Verification(faults=list(manifest.faults))
    names = archive.names()
    sealed, pruned = manifest.sealed(), manifest.pruned()
    found.faults += _missing(sealed, names)
    for name in names:
        try:
            entry, is_pruned = sealed.get(name), name in pruned
            _verify_segment(archive, name, entry, found, is_pruned=is_pruned)
        except ArchiveError as error:
            found.faults.append(f"{name}: {error.message}")
    return found


def _missing(sealed: Mapping[str, SealedSegment], names: list[str]) -> Iterator[str]:
    for name in sorted(sealed.keys() - set(names)):
        yield f"{name}: its file is missing, and no tombstone says that it was pruned"


def _verify_segment(
    archive: ArchiveFolder,
    name: str,
    entry: SealedSegment | None,
    found: Verification,
    *,
    is_pruned: bool,
) -> None:
    found.segments += 1
    if is_pruned:
        found.notes.append(f"{name}: pruned, but its file is still there")
    with reading(archive, name) as reader:
        found.size += reader.size
        last = _read_through(reader, entry, found)
    if entry is None:
        if not is_pruned:
            _note_unlisted(archive, name, reader.is_live, found)
    elif not archive.sealed(name).exists():
        found.faults.append(f"{name}: listed as sealed, but only its live file is left")
    else:
        found.faults += _compared(archive, entry, last)


def _read_through(
    reader: SegmentReader, entry: SealedSegment | None, found: Verification
) -> int:
    """Reads all records; returns the number of the last one that is whole."""
    last = 0
    for each in reader.records():
        if isinstance(each, Recorded):
            found.records += 1
            last = each.position.record
            found.faults += _revisit_fault(reader, each)
        elif each.is_torn and entry is None:
            found.notes.append(f"{each}; nobody was told that it was recorded")
        else:
            found.faults.append(str(each))
    return last


def _revisit_fault(reader: SegmentReader, found: Recorded) -> Iterator[str]:
    """A fault if it refers to a body that is not there."""
    refers = found.refers_to
    if refers is not None and not reader.has_read(refers.record):
        yield (
            f"{reader.name}: record {found.position.record} refers to record"
            f" {refers.record}, which cannot be read"
        )


def _note_unlisted(
    archive: ArchiveFolder, name: str, is_live: bool, found: Verification
) -> None:
    if is_live:
        found.notes.append(f"{name}: being written")
    elif archive.live(name).exists():
        found.notes.append(f"{name}: waits to be sealed")
    else:
        found.faults.append(f"{name}: its file is not listed in the manifest")


def _compared(archive: ArchiveFolder, entry: SealedSegment, last: int) -> Iterator[str]:
    """What is not as the manifest says."""
    name = entry.segment
    if file_digest(archive.sealed(name)) != entry.sha256:
        yield f"{name}: its file's SHA-256 is not the one that is listed"
    if last != entry.last_record:
        yield f"{name}: it ends with record {last}, not {entry.last_record} as listed"
