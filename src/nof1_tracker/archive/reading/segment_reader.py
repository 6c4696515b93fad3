"""Reads one segment, whatever state it is in."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Final, Self

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.durable_files import explained, is_locked
from nof1_tracker.archive.gzip_members import (
    BadMemberError,
    IncompleteMemberError,
    Member,
    find_member,
    read_beginning,
    read_header,
    read_member,
)
from nof1_tracker.archive.reading.recorded_exchanges import (
    Outline,
    is_exchange,
    number_of,
    outline_of,
    recorded,
)
from nof1_tracker.archive.warc_records import (
    BadRecordError,
    WarcRecord,
    fields_of,
    parse,
)
from nof1_tracker.errors import ArchiveError
from nof1_tracker.records.archive.archive_positions import Damage
from nof1_tracker.records.archive.exchanges import Recorded

_MOST_OF_A_HEADER: Final = 16_384
"""Bytes of a record within which its header ends; addresses are the longest part."""


@dataclass(frozen=True, slots=True)
class _Fault:
    """Bytes that are not a record, before it is known which ones they were."""

    offset: int
    size: int
    reason: str
    is_torn: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """A record that is whole, with the member that it was in."""

    member: Member
    record: WarcRecord


class SegmentReader:
    """Reads a segment that is sealed, abandoned, or being written by another process.

    Use it as a context manager.

    Attributes:
        name: The segment's name.
        is_live: True if a process had it open for writing when this reader opened it;
            an incomplete record at its end is then not damage, but yet to come.
    """

    def __init__(self, name: str, file: int) -> None:
        """Args: file: The segment's open file, which the reader closes."""
        self.name = name
        self._file = file
        # In this order: what a writer has appended before it closed is then seen.
        self.is_live = is_locked(file)
        self._end = os.fstat(file).st_size
        self._offsets: dict[int, int] = {}

    @classmethod
    def open(cls, archive: ArchiveFolder, name: str) -> Self:
        """The reader of the segment.

        Raises:
            ArchiveError: There is no such segment, or it cannot be read.
        """
        with explained(archive.path):
            # While one is looked for, a segment may be sealed, under its other name.
            for path in (archive.sealed(name), archive.live(name)) * 2:
                try:
                    return cls(name, os.open(path, os.O_RDONLY | os.O_CLOEXEC))
                except FileNotFoundError:
                    continue
        raise ArchiveError(
            f"The archive {archive.path} has no segment {name}.",
            "Look at `nof1-tracker archive verify`.",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file. May be called twice."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    @property
    def size(self) -> int:
        """Bytes that the segment had when it was opened."""
        return self._end

    def records(self, after: int = 0) -> Iterator[Recorded | Damage]:
        """The exchanges with a higher number than `after`, in order, and any damage."""
        request: Checked | None = None
        for each in self.checked(after):
            if isinstance(each, Damage):
                request = None
                if each.last is None or each.last > after:
                    yield each
            elif each.record.type == "request":
                request = each
            elif is_exchange(each.record):
                if each.member.number > after:
                    yield self._recorded(each, request)
                request = None

    def checked(self, after: int = 0) -> Iterator[Checked | Damage]:
        """All records from number `after` on, that one included, and any damage."""
        offset, last = self._skip(after)
        fault: _Fault | None = None
        for each in self._members(offset, last):
            if isinstance(each, _Fault):
                fault = each if fault is None else _joined(fault, each)
                continue
            member = each.member
            if member.number != last + 1 and fault is None:
                fault = _Fault(member.offset, 0, "it is missing")
            if fault is not None:
                yield self._damage(fault, last + 1, member.number - 1)
                fault = None
            last = member.number
            self._offsets[last] = member.offset
            yield each
        if fault is not None:
            yield self._damage(fault, last + 1, None)

    def body(self, found: Recorded) -> bytes:
        """The body that was served, also where an earlier record has it.

        Raises:
            ArchiveError: That record is lost, or is not the one that was meant.
        """
        if found.refers_to is None:
            return found.exchange.body
        original = self.record(found.refers_to.record)
        if original.refers_to is not None or original.digest != found.digest:
            raise ArchiveError(
                f"Record {found.position.record} of segment {self.name} refers to"
                f" record {found.refers_to.record}, which has another body."
            )
        return original.exchange.body

    def last_number(self) -> int:
        """Number of the last record, by headers alone; what follows damage is left out."""
        return self._skip(sys.maxsize)[1]

    def outlines(self, after: int) -> Iterator[Outline]:
        """What the headers say of the exchanges after this number, without their bodies.

        What follows damage is left out, as by `last_number`.
        """
        for _, fields in self.headers(after):
            with suppress(BadRecordError):  # told when it is read
                if (outline := outline_of(fields)) is not None:
                    yield outline

    def headers(self, after: int = 0) -> Iterator[tuple[int, Mapping[str, str]]]:
        """Number and fields of the records after this number, without their blocks.

        What follows damage is left out, as by `last_number`.
        """
        for number in range(after + 1, self.last_number() + 1):
            with suppress(BadMemberError, BadRecordError):  # told when it is read
                at = self._offsets[number]
                head = read_beginning(self._file, at, self._end, _MOST_OF_A_HEADER)
                yield number, fields_of(head)

    def has_read(self, number: int) -> bool:
        """True if this reader has come by the record, and it was whole."""
        return number in self._offsets

    def raw(self, number: int) -> bytes:
        """The bytes of a record that was read, as they are in the file."""
        offset = self._offsets[number]
        header = read_header(self._file, offset, self._end)
        return os.pread(self._file, header.size, offset)

    def record(self, number: int) -> Recorded:
        """The exchange with this number.

        Raises:
            ArchiveError: There is none, or it is damaged.
        """
        for each in self.records(after=number - 1):
            if isinstance(each, Recorded) and each.position.record == number:
                return each
            break
        raise ArchiveError(f"Record {number} of segment {self.name} cannot be read.")

    # --- steps --------------------------------------------------------------------------

    def _skip(self, after: int) -> tuple[int, int]:
        """Where to begin to read so as not to miss record `after`, and the number before.

        Steps over records without reading them, as long as their headers are in order.
        """
        offset, number = 0, 0
        known = after
        if known not in self._offsets:
            known = max((each for each in self._offsets if each < after), default=0)
        if known:
            offset, number = self._offsets[known], known - 1
        while number + 1 < after:
            try:
                header = read_header(self._file, offset, self._end)
            except BadMemberError:
                break
            if header.number != number + 1:
                break
            self._offsets[header.number] = offset
            offset, number = offset + header.size, header.number
        return offset, number

    def _members(self, offset: int, last: int) -> Iterator[Checked | _Fault]:
        while offset < self._end:
            try:
                member = read_member(self._file, offset, self._end)
                yield Checked(member, _parsed(member, last))
                last = member.number
                offset += member.size
            except (BadMemberError, BadRecordError) as error:
                following = find_member(self._file, offset + 1, self._end)
                if following is None and self.is_live and _is_incomplete(error):
                    return  # it is yet to come
                end = self._end if following is None else following
                is_torn = following is None and _is_incomplete(error)
                yield _Fault(offset, end - offset, str(error), is_torn)
                offset = end

    def _damage(self, fault: _Fault, first: int, last: int | None) -> Damage:
        return Damage(
            self.name,
            fault.offset,
            fault.size,
            first,
            last,
            fault.reason,
            fault.is_torn,
        )

    def _recorded(self, answer: Checked, request: Checked | None) -> Recorded | Damage:
        size = answer.member.size + (request.member.size if request else 0)
        asked = request.record if request else None
        try:
            return recorded(answer.record, asked, self.name, size)
        except BadRecordError as error:
            member = answer.member
            fault = _Fault(member.offset, member.size, str(error))
            return self._damage(fault, member.number, member.number)


def _parsed(member: Member, last: int) -> WarcRecord:
    """The record, which has to come after number `last`."""
    if member.number <= last:
        raise BadRecordError("it is there a second time, or out of place")
    record = parse(member.content)
    if number_of(record) != member.number:
        raise BadRecordError("its number is not the one that it states")
    return record


def _is_incomplete(error: Exception) -> bool:
    return isinstance(error, IncompleteMemberError)


def _joined(first: _Fault, second: _Fault) -> _Fault:
    return replace(first, size=second.offset + second.size - first.offset)


@contextmanager
def reading(archive: ArchiveFolder, name: str) -> Iterator[SegmentReader]:
    """The open reader of a segment; the system's errors become those of the archive."""
    with explained(archive.path), SegmentReader.open(archive, name) as reader:
        yield reader
