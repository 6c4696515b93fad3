"""Packs the exchanges of a span: their records, an index, a list of pages, digests.

Source: WACZ 1.1.1 (Webrecorder).
"""

import json
import os
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from nof1_tracker.archive.archive_folder import SEALED, ArchiveFolder
from nof1_tracker.archive.durable_files import create, flush, flush_folder
from nof1_tracker.archive.manifest import SealedSegment, read_manifest
from nof1_tracker.archive.packing.cdx_index import (
    IndexEntry,
    Place,
    index_entry,
    zipped,
)
from nof1_tracker.archive.packing.data_package import DataPackage, Resource, unwritable
from nof1_tracker.archive.reading.segment_reader import SegmentReader, reading
from nof1_tracker.archive.warc_records import parse_timestamp, sha256, timestamp
from nof1_tracker.clock import Clock, SystemClock
from nof1_tracker.errors import ArchiveError, OutputError
from nof1_tracker.records.archive.archive_positions import Damage
from nof1_tracker.records.archive.exchanges import Recorded, without_body

_INDEX: Final = "index.cdx.gz"


@dataclass(frozen=True, slots=True)
class Span:
    """The exchanges to pack, by when they were observed.

    Attributes:
        since: The first time that belongs to it; None begins with the archive.
        until: The first time that no longer does; None ends with the archive.
    """

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """True if what was observed then belongs to it."""
        return self._meets(at, at)

    def may_hold(self, entry: SealedSegment | None) -> bool:
        """False if nothing of the segment can belong to it."""
        if entry is None or not entry.first_observed or entry.damage:
            return True
        return self._meets(
            parse_timestamp(entry.first_observed), parse_timestamp(entry.last_observed)
        )

    def _meets(self, first: datetime, last: datetime) -> bool:
        is_before = self.since is not None and last < self.since
        is_after = self.until is not None and first >= self.until
        return not (is_before or is_after)


@dataclass
class Packed:
    """What was packed.

    Attributes:
        segments, exchanges: How many; bodies that a packed revisit refers to included.
        size: Bytes of the file.
        damage: Records that cannot be read, and are left out.
    """

    segments: int = 0
    exchanges: int = 0
    size: int = 0
    damage: list[Damage] = field(default_factory=list)


def pack(
    archive: ArchiveFolder, target: Path, span: Span, clock: Clock | None = None
) -> Packed:
    """Writes the exchanges of the span to a new WACZ.

    Raises:
        ArchiveError: The archive cannot be read, or holds nothing of the span.
        OutputError: The file exists already, or cannot be written.
    """
    created = (clock or SystemClock()).now()
    sealed = read_manifest(archive).sealed()
    names = [each for each in archive.names() if span.may_hold(sealed.get(each))]
    packed = Packed()
    with _new_file(target) as file, zipfile.ZipFile(file, "w") as zipped_file:
        package = DataPackage(zipped_file, created)
        entries = [
            entry
            for name in names
            for entry in _pack_segment(archive, name, span, package, packed)
        ]
        if not entries:
            raise ArchiveError(
                f"The archive {archive.path} holds nothing of that time.",
                "Look at `nof1-tracker archive list`.",
            )
        _add_index(package, entries)
        package.describe(f"{archive.identity.site}, recorded by nof1-tracker")
    packed.size = target.stat().st_size
    return packed


# --- records ----------------------------------------------------------------------------


def _pack_segment(
    archive: ArchiveFolder, name: str, span: Span, package: DataPackage, packed: Packed
) -> list[IndexEntry]:
    """Copies what belongs to the span, byte by byte; returns its index."""
    with reading(archive, name) as reader:
        needed = _needed(reader, span, packed)
    if not needed:
        return []
    packed.segments += 1
    packed.exchanges += len(needed)
    file = f"{name}{SEALED}"
    with (
        package.opened(f"archive/{file}") as resource,
        reading(archive, name) as reader,
    ):
        return list(_copy(reader, needed, file, resource))


def _needed(reader: SegmentReader, span: Span, packed: Packed) -> set[int]:
    """Numbers of the exchanges of the span, and of those that they refer to."""
    needed: set[int] = set()
    for each in reader.records():
        if isinstance(each, Damage):
            packed.damage.append(each)
        elif span.holds(each.observed_at):
            needed.add(each.position.record)
            if each.refers_to is not None and reader.has_read(each.refers_to.record):
                needed.add(each.refers_to.record)
    return needed


def _copy(
    reader: SegmentReader, needed: set[int], file: str, resource: Resource
) -> Iterator[IndexEntry]:
    if reader.has_read(1):
        resource.write(reader.raw(1))  # says what wrote the segment
    places: dict[int, Place] = {}
    for each in reader.records():
        number = each.position.record if isinstance(each, Recorded) else 0
        if isinstance(each, Damage) or number not in needed:
            continue
        if each.exchange.request_body:
            resource.write(reader.raw(number - 1))
        content = reader.raw(number)
        place = Place(without_body(each), file, resource.size, len(content))
        resource.write(content)
        if each.is_not_modified and each.refers_to is not None:
            # What stood at that time is the body that it refers to.
            place = places.get(each.refers_to.record, place)
        elif each.refers_to is None:
            places[number] = place
        if not each.exchange.is_challenge:
            yield index_entry(place, each.observed_at)


# --- index and pages --------------------------------------------------------------------


def _add_index(package: DataPackage, entries: Sequence[IndexEntry]) -> None:
    blocks, index = zipped([each.line for each in entries], _INDEX)
    package.add(f"indexes/{_INDEX}", blocks)
    package.add("indexes/index.idx", index)
    package.add("pages/pages.jsonl", _pages(entries))


def _pages(entries: Sequence[IndexEntry]) -> bytes:
    """The last body of each address, as the pages to open first."""
    last = {each.url: each for each in sorted(entries, key=_when) if each.is_page}
    head = {"format": "json-pages-1.0", "id": "pages", "title": "All payloads"}
    pages = (
        {
            "id": sha256(url.encode())[:12],
            "url": url,
            "ts": timestamp(each.observed_at),
            "title": each.kind,
        }
        for url, each in sorted(last.items())
    )
    return b"".join(json.dumps(each).encode() + b"\n" for each in (head, *pages))


def _when(entry: IndexEntry) -> datetime:
    return entry.observed_at


# --- the file ---------------------------------------------------------------------------


@contextmanager
def _new_file(target: Path) -> Iterator[IO[bytes]]:
    """A file that has its name once it is whole, and only if the name is free."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with os.fdopen(create(draft), "w+b") as file:
            yield file
            file.flush()
            flush(file.fileno())
        target.hardlink_to(draft)
        flush_folder(target.parent)
    except FileExistsError:
        raise OutputError(f"{target} exists already.", "Give another name.") from None
    except OSError as error:
        raise unwritable(str(target), error) from error
    finally:
        draft.unlink(missing_ok=True)
