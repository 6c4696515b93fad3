"""Seals segments: recompressed, checked against the original, listed in the manifest.

At every moment either the live file or the sealed one is whole, so that a seal may be
broken off anywhere and begun again.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Final

from nof1_tracker.archive.archive_folder import LIVE, NEW, ArchiveFolder
from nof1_tracker.archive.durable_files import (
    created,
    explained,
    flush_folder,
    remove,
    try_lock,
    write_all,
)
from nof1_tracker.archive.gzip_members import DENSE, compress
from nof1_tracker.archive.manifest import SealedSegment, add, read_manifest
from nof1_tracker.archive.reading.segment_reader import Checked, SegmentReader
from nof1_tracker.archive.recording.segment_contents import Summary, summarise
from nof1_tracker.archive.warc_records import timestamp
from nof1_tracker.clock import Clock
from nof1_tracker.errors import ArchiveError
from nof1_tracker.records.archive.archive_positions import Damage

_PART: Final = ".warc.gz.part"
_CHUNK: Final = 1 << 20


class SealingStoppedError(Exception):
    """Sealing was asked to stop; the segment is as it was."""


def seal_abandoned(archive: ArchiveFolder, clock: Clock, stop: Event) -> None:
    """Seals the segments that processes left open when they ended.

    Raises:
        ArchiveError: One of them cannot be sealed; the others are.
        SealingStoppedError: It was asked to stop.
    """
    failed: ArchiveError | None = None
    for name in sorted(archive.names_of(LIVE)):
        try:
            _seal_unless_live(archive, name, clock, stop)
        except ArchiveError as error:
            failed = error
    if failed is not None:
        raise failed


def _seal_unless_live(
    archive: ArchiveFolder, name: str, clock: Clock, stop: Event
) -> None:
    with explained(archive.path), suppress(FileNotFoundError):
        file = os.open(archive.live(name), os.O_RDONLY | os.O_CLOEXEC)
        if try_lock(file):
            seal(archive, name, file, clock, stop)
        else:
            os.close(file)


def remove_drafts(archive: ArchiveFolder) -> None:
    """Removes new files of processes that were killed before they had their names.

    Raises:
        ArchiveError: One of them cannot be removed.
    """
    for name in archive.names_of(NEW):
        with explained(archive.path), suppress(FileNotFoundError):
            path = archive.segments / f"{name}{NEW}"
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                if try_lock(file):
                    path.unlink()
            finally:
                os.close(file)


def seal(
    archive: ArchiveFolder, name: str, file: int, clock: Clock, stop: Event
) -> None:
    """Seals a segment that nobody writes any more.

    Args:
        file: Its live file, open and locked by this process; closed at the end.
        stop: Set to break off; the next process that opens the archive begins again.

    Raises:
        SealingStoppedError: It was asked to stop.
        ArchiveError: It cannot be sealed; it is as it was.
        ArchiveFullError: There is no space for the sealed file beside the live one.
    """
    with explained(archive.path):
        try:
            # Another process may have sealed it before the lock was free.
            if archive.live(name).exists():
                _seal(archive, name, clock, stop)
        finally:
            os.close(file)


def _seal(archive: ArchiveFolder, name: str, clock: Clock, stop: Event) -> None:
    manifest = read_manifest(archive)
    if any(each.segment == name for each in manifest.entries):
        remove(archive.live(name))  # killed between the manifest and this
        return
    # Unless it is listed, the live file is the one that counts.
    archive.sealed(name).unlink(missing_ok=True)
    part = archive.segments / f"{name}{_PART}"
    part.unlink(missing_ok=True)
    try:
        with SegmentReader.open(archive, name) as reader:
            found = summarise(reader)
            if found.is_empty:
                remove(archive.live(name))
                return
            entry = _fill(archive, reader, part, found, clock, stop)
        part.rename(archive.sealed(name))
        flush_folder(archive.segments)
    finally:
        part.unlink(missing_ok=True)
    add(archive, [entry])
    remove(archive.live(name))


def _fill(
    archive: ArchiveFolder,
    reader: SegmentReader,
    part: Path,
    found: Summary,
    clock: Clock,
    stop: Event,
) -> SealedSegment:
    """Makes the sealed file; where records are damaged, a copy of the live one."""
    if found.damage:
        _copy(archive.live(reader.name), part)
        return _entry(part, found, clock)
    before = _recompress(reader, part, stop)
    with SegmentReader(reader.name, os.open(part, os.O_RDONLY)) as dense:
        after = _digest(_whole(dense))
        summary = summarise(dense)
    if before != after or summary.last_record != found.last_record:
        raise ArchiveError(
            f"The segment {reader.name} of the archive {archive.path} was not the same"
            " after it was recompressed.",
            "It is kept as it was. Check the memory and the disk of this machine.",
        )
    summary.torn = found.torn
    return _entry(part, summary, clock)


def _recompress(reader: SegmentReader, part: Path, stop: Event) -> str:
    """Writes all records densely; returns the digest of what they hold."""
    digest = hashlib.sha256()
    with created(part) as file:
        for each in _whole(reader):
            if stop.is_set():
                raise SealingStoppedError
            digest.update(each.member.content)
            content = compress(each.member.content, each.member.number, DENSE)
            write_all(file, content)
    return digest.hexdigest()


def _digest(records: Iterator[Checked]) -> str:
    digest = hashlib.sha256()
    for each in records:
        digest.update(each.member.content)
    return digest.hexdigest()


def _whole(reader: SegmentReader) -> Iterator[Checked]:
    """The records without the damage, of which the summary knows."""
    return (each for each in reader.checked() if not isinstance(each, Damage))


def _copy(source: Path, target: Path) -> None:
    with created(target) as file, source.open("rb") as content:
        while chunk := content.read(_CHUNK):
            write_all(file, chunk)


def _entry(part: Path, summary: Summary, clock: Clock) -> SealedSegment:
    return SealedSegment(
        segment=part.name.removesuffix(_PART),
        sha256=file_digest(part),
        size=part.stat().st_size,
        last_record=summary.last_record,
        contents=summary.contents(),
        first_observed=timestamp(summary.first) if summary.first else "",
        last_observed=timestamp(summary.last) if summary.last else "",
        is_ordered=summary.is_ordered,
        sealed_at=timestamp(clock.now()),
        needs=tuple(sorted(summary.needs)),
        torn=summary.torn,
        damage=tuple(map(str, summary.damage)),
    )


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
