"""Which address was answered when: an index of an archive, to look up a moment in it."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.manifest import read_manifest
from nof1_tracker.archive.reading.segment_reader import SegmentReader, reading
from nof1_tracker.archive.warc_records import parse_timestamp
from nof1_tracker.records.archive.archive_positions import Position
from nof1_tracker.records.archive.exchanges import Recorded

API: Final = "/api/"
_ANSWERS: Final = ("response", "revisit", "resource")
_OF_ITS_TIME: Final = frozenset({"date", "age"})
"""Headers that say when a body was served, and not when it was confirmed."""

Address = tuple[str, str]
"""Path from `/api/` on, and query."""
Headers = tuple[tuple[str, str], ...]
_Seen = tuple[datetime, Position]


class ServedAddresses:
    """When each address below /api/ was answered, and where the answer is.

    Only headers are read, each once; a segment that is being written is read on.
    """

    def __init__(self, archive: ArchiveFolder) -> None:
        self.archive = archive
        self._seen: defaultdict[Address, list[_Seen]] = defaultdict(list)
        self._read: dict[str, int] = {}

    def refresh(self) -> None:
        """Adds what was recorded since.

        Raises:
            ArchiveError: The archive cannot be read.
        """
        sealed = read_manifest(self.archive).sealed()
        names = self.archive.names()
        for name in self._read.keys() - set(names):
            self._forget(name)
        for name in names:
            entry, known = sealed.get(name), self._read.get(name, 0)
            if entry is None or known < entry.last_record:
                with reading(self.archive, name) as reader:
                    is_damaged = entry is not None and bool(entry.damage)
                    self._add(reader, known, is_damaged=is_damaged)
        for seen in self._seen.values():
            seen.sort()

    def _forget(self, name: str) -> None:
        """Leaves out a segment that was pruned."""
        del self._read[name]
        for address, seen in self._seen.items():
            self._seen[address] = [each for each in seen if each[1].segment != name]

    def _add(self, reader: SegmentReader, known: int, *, is_damaged: bool) -> None:
        found = (
            _past_damage(reader, known) if is_damaged else _by_headers(reader, known)
        )
        for number, url, at in found:
            parts = urlsplit(url)
            _, api, path = parts.path.partition(API)
            if api:
                place = Position(reader.name, number)
                self._seen[api + path, parts.query].append((at, place))
            known = max(known, number)
        self._read[reader.name] = max(known, reader.last_number())

    def queries(self, path: str) -> list[str]:
        """The queries with which the path was ever asked for."""
        return [query for each, query in self._seen if each == path]

    def latest(self, address: Address, moment: datetime) -> _Seen | None:
        """The last answer of that address up to the moment, and when it was served."""
        seen = self._seen.get(address, [])
        count = bisect_right(seen, moment, key=lambda each: each[0])
        return seen[count - 1] if count else None

    def first(self, path: str) -> datetime | None:
        """When the path was first answered; None if it never was."""
        firsts = (seen[0][0] for (each, _), seen in self._seen.items() if each == path)
        return min(firsts, default=None)

    def span(self) -> tuple[datetime, datetime] | None:
        """When the first and the last of all answers was served; None without any."""
        seen = [each for each in self._seen.values() if each]
        if not seen:
            return None
        return min(each[0][0] for each in seen), max(each[-1][0] for each in seen)

    def answer(self, place: Position) -> tuple[Headers, bytes]:
        """Headers and body of the answer there.

        Those of the body that it confirmed, where it only did that (304).

        Raises:
            ArchiveError: It cannot be read, or was pruned meanwhile.
        """
        with reading(self.archive, place.segment) as reader:
            found = reader.record(place.record)
            body = reader.body(found)
            if found.is_not_modified and found.refers_to is not None:
                original = reader.record(found.refers_to.record).exchange.headers
                kept = [
                    each for each in original if each[0].lower() not in _OF_ITS_TIME
                ]
                return tuple(kept), body
            return found.exchange.headers, body


def _by_headers(
    reader: SegmentReader, known: int
) -> Iterator[tuple[int, str, datetime]]:
    for number, fields in reader.headers(known):
        if fields.get("WARC-Type") in _ANSWERS and (at := _time_of(fields)):
            yield number, fields.get("WARC-Target-URI", ""), at


def _time_of(fields: Mapping[str, str]) -> datetime | None:
    try:
        return parse_timestamp(fields["WARC-Date"])
    except (KeyError, ValueError):
        return None


def _past_damage(
    reader: SegmentReader, known: int
) -> Iterator[tuple[int, str, datetime]]:
    for each in reader.records(known):
        if isinstance(each, Recorded) and not each.exchange.is_challenge:
            yield each.position.record, each.exchange.url, each.observed_at
