"""All exchanges of an archive, from where a consumer is, or in order of observation."""

import heapq
from collections.abc import Iterator, Mapping, Sequence
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


def in_observation_order(
    *archives: ArchiveFolder, since: datetime | None = None
) -> Iterator[Found | Damage]:
    """All exchanges of these archives in the order in which they were observed.

    Of exchanges of one time, the order is that of digest, segment and number: always the
    same. Only segments that overlap are open at once.

    Args:
        since: Leaves out what was observed before; None leaves out nothing.

    Raises:
        ArchiveError: An archive cannot be read.
    """
    for each in _merged(archives, since or _EARLIEST):
        is_old = isinstance(each, Found) and since and each.recorded.observed_at < since
        if not is_old:
            yield each


def _merged(
    archives: Sequence[ArchiveFolder], since: datetime
) -> Iterator[Found | Damage]:
    waiting = sorted(
        (segment for each in archives for segment in _segments(each, since)),
        key=lambda each: (each.begin, each.name),
        reverse=True,
    )
    heads: list[tuple[_Key, Found | Damage, _Stream]] = []
    while waiting or heads:
        while waiting and (not heads or waiting[-1].begin <= heads[0][0][0]):
            _push(heads, _ordered(waiting.pop()))
        if heads:
            _, found, following = heapq.heappop(heads)
            yield found
            _push(heads, following)


@dataclass(frozen=True, slots=True)
class _Segment:
    """A segment to be read.

    Attributes:
        entry: Its line of the manifest; None if it is not sealed.
        begin: When its first exchange was observed, or a time before that.
    """

    archive: ArchiveFolder
    name: str
    entry: SealedSegment | None
    begin: datetime


def _segments(archive: ArchiveFolder, since: datetime) -> Iterator[_Segment]:
    """Those that may hold something that was observed since then."""
    sealed = read_manifest(archive).sealed()
    for name in archive.names():
        entry = sealed.get(name)
        if entry is None or not entry.first_observed or entry.damage:
            yield _Segment(archive, name, entry, _EARLIEST)
        elif parse_timestamp(entry.last_observed) >= since:
            begin = parse_timestamp(entry.first_observed)
            yield _Segment(archive, name, entry, begin)


def _push(
    heads: list[tuple[_Key, Found | Damage, _Stream]], following: _Stream
) -> None:
    head = next(following, None)
    if head is not None:
        heapq.heappush(heads, (*head, following))


def _ordered(segment: _Segment) -> _Stream:
    """The segment in order of observation, with the key of each."""
    with reading(segment.archive, segment.name) as reader:
        if segment.entry is not None and segment.entry.is_ordered:
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
