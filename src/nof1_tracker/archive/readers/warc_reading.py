"""The records of a WARC file, one after the other; a bad one costs only itself."""

import io
import re
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Final

from nof1_tracker.archive.readers.http_answers import parse_fields
from nof1_tracker.archive.readers.warc_bytes import (
    DamagedError,
    RecordBytes,
    next_beginning,
)

_VERSION: Final = re.compile(rb"WARC/(\d\.\d\d?)\r?\n")
_VERSIONS: Final = (b"1.0", b"1.1", b"0.17", b"0.18")
_LENGTH: Final = re.compile(r"\d{1,15}")
_MOST_HEAD: Final = 65_536
_MOST_LENGTH: Final = 4_000_000_000
"""Length, in bytes, above which a record is not even passed over by inflating it."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record.

    Attributes:
        number: Its place in the file, from 1.
        fields: Its named fields, in small letters.
        block: What it holds; None where it was not chosen.
        start: Where in the file its gzip member begins; 0 if it is not compressed.
        offset: How many bytes of that come before it.
    """

    number: int
    fields: Mapping[str, str]
    block: bytes | None
    start: int
    offset: int


@dataclass(frozen=True, slots=True)
class Damage:
    """A record that cannot be read, and why."""

    number: int
    reason: str


class WarcRecords:
    """Reads a WARC file record by record; only chosen ones are kept in memory."""

    def __init__(
        self,
        stream: IO[bytes],
        chooses: Callable[[Mapping[str, str]], bool],
        most_bytes: int,
    ) -> None:
        """Args:
        stream: Can be read in any order.
        chooses: Whether a record with these fields is wanted.
        most_bytes: The size of a record above which it is refused.
        """
        self._stream = stream
        self._chooses = chooses
        self._most = most_bytes
        self._number = 0

    def __iter__(self) -> Iterator[Record | Damage]:
        size = self._stream.seek(0, io.SEEK_END)
        at: int | None = 0
        self._number = 0
        while at is not None and at < size:
            at = yield from self._from(at)

    def at(self, start: int, offset: int) -> Record:
        """The record at a place.

        Raises:
            DamagedError: There is none that can be read.
        """
        source = RecordBytes(self._stream, start)
        source.skip(offset)
        return self._record(source, start, offset)

    def _from(self, start: int) -> Generator[Record | Damage, None, int | None]:
        """The records of a gzip member, or of the rest of the file.

        Returns:
            Where the next one begins; None if there is none.
        """
        source = RecordBytes(self._stream, start)
        offset = 0
        self._number += 1
        try:
            while not source.ends():
                offset = source.position
                record = self._record(source, start, offset)
                source.ends()  # the member's checksum agrees before it is passed on
                yield record
                self._number += 1
        except DamagedError as error:
            yield Damage(self._number, str(error))
            begun = 0 if source.is_gzip else offset
            return next_beginning(self._stream, start + begun + 1)
        if source.end <= start:  # the file is shorter than it says
            yield Damage(self._number, "it is cut off")
            return None
        self._number -= 1
        return source.end

    def _record(self, source: RecordBytes, start: int, offset: int) -> Record:
        fields = _fields(source)
        length = _length(fields)
        is_chosen = self._chooses(fields)
        if is_chosen and length > self._most:
            source.skip(length)
            raise DamagedError(f"it is larger than {self._most // 1_000_000} MB")
        block = source.take(length) if is_chosen else None
        found = source.skip(length) if block is None else len(block)
        if found < length:
            raise DamagedError("it is cut off")
        if not source.is_at_line_end():
            raise DamagedError("its length is not that of its content")
        return Record(self._number, fields, block, start, offset)


def _fields(source: RecordBytes) -> dict[str, str]:
    first = source.line(_MOST_HEAD)
    version = _VERSION.fullmatch(first)
    if version is None:
        cut = b"WARC/".startswith(first[:5]) and not first.endswith(b"\n")
        raise DamagedError("it is cut off" if cut else "it does not begin as a record")
    if version[1] not in _VERSIONS:
        raise DamagedError(f"its version {version[1].decode()} is not known")
    head = bytearray(first)
    while (line := source.line(_MOST_HEAD)).strip(b"\r\n"):
        head += line
        if len(head) > _MOST_HEAD:
            raise DamagedError("its head is too long")
    if not line:
        raise DamagedError("it is cut off")
    return parse_fields(bytes(head))


def _length(fields: Mapping[str, str]) -> int:
    stated = fields.get("content-length", "")
    if not _LENGTH.fullmatch(stated):
        raise DamagedError("its length is not stated")
    if int(stated) > _MOST_LENGTH:
        raise DamagedError(f"it is larger than {_MOST_LENGTH // 1_000_000_000} GB")
    return int(stated)
