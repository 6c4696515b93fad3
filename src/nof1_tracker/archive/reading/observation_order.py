"""All exchanges of an archive, from where a consumer is, or in order of observation."""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.manifest import SealedSegment, read_manifest
from nof1_tracker.archive.reading.segment_reader import SegmentReader, reading
from nof1_tracker.archive.warc_records import parse_timestamp
from nof1_tracker.records.archive.archive_positions import Damage, Position
from nof1_tracker.records.archive.exchanges import Recorded

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_Key = tuple[datetime, str, Position]
_Stream = Iterator[tuple[_Key, "Found | Damage"]]


@dataclass(frozen=True, slots=True)
class Found:
    """An exchange, and the body that was served, wherever that is kept."""

    recorded: Recorded
    reader: SegmentReader

    def body(self) -> bytes:
        """The body. Only to be asked for before the next exchange is.

        Raises:
            ArchiveError: The record that has it is lost.
        """
        return self.reader.body(self.recorded)


def new_exchanges(
    archive: ArchiveFolder, stored: Mapping[str, int]
) -> Iterator[Found | Damage]:
    """What a consumer has not stored yet: segment by segment, the oldest first.

    Within a segment the order is that of recording.

    Args:
        stored: Number of the last record that is stored, by segment.

    Raises:
        ArchiveError: The archive cannot be read.
    """
    sealed = read_manifest(archive).sealed()
    for name in archive.names():
        after = stored.get(name, 0)
        if name in sealed and after >= sealed[name].last_record:
            continue
        with reading(archive, name) as reader:
            for each in reader.records(after):
                yield each if isinstance(each, Damage) else Found(each, reader)


def in_observation_order(archive: ArchiveFolder) -> Iterator[Found | Damage]:
    """All exchanges of all segments in the order in which they were observed.

    Of exchanges of one time, the order is that of digest, segment and number: always the
    same. Only segments that overlap are open at once.

    Raises:
        ArchiveError: The archive cannot be read.
    """
    sealed = read_manifest(archive).sealed()
    waiting = [(_begin(sealed.get(name)), name) for name in archive.names()]
    waiting.sort(reverse=True)
    heads: list[tuple[_Key, Found | Damage, _Stream]] = []
    while waiting or heads:
        while waiting and (not heads or waiting[-1][0] <= heads[0][0][0]):
            name = waiting.pop()[1]
            _push(heads, _ordered(archive, name, sealed.get(name)))
        if heads:
            _, found, following = heapq.heappop(heads)
            yield found
            _push(heads, following)


def _push(
    heads: list[tuple[_Key, Found | Damage, _Stream]], following: _Stream
) -> None:
    head = next(following, None)
    if head is not None:
        heapq.heappush(heads, (*head, following))


def _begin(entry: SealedSegment | None) -> datetime:
    """When the first of the segment was observed, or a time before that."""
    if entry is None or not entry.first_observed or entry.damage:
        return _EARLIEST
    return parse_timestamp(entry.first_observed)


def _ordered(archive: ArchiveFolder, name: str, entry: SealedSegment | None) -> _Stream:
    """The segment in order of observation, with the key of each."""
    with reading(archive, name) as reader:
        if entry is not None and entry.is_ordered:
            yield from _keyed(reader)
            return
        # Read twice: once for the times alone, then one by one in their order.
        keys: list[_Key] = []
        for key, found in _keyed(reader):
            if isinstance(found, Damage):
                yield key, found
            else:
                keys.append(key)
        for key in sorted(keys):
            yield key, Found(reader.record(key[2].record), reader)


def _keyed(reader: SegmentReader) -> _Stream:
    at = _EARLIEST
    for each in reader.records():
        if isinstance(each, Damage):
            yield (at, "", Position(reader.name, each.first)), each
        else:
            at = each.observed_at
            yield (at, each.digest, each.position), Found(each, reader)
