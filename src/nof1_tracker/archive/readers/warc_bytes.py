"""The bytes of a WARC file, from any record on, and where records begin.

Each record of a compressed WARC is a gzip member by itself, so what is damaged costs
one record: reading goes on where the next one begins.
"""

import re
import zlib
from typing import IO, Final

GZIP: Final = b"\x1f\x8b"
_PIECE: Final = 1 << 16
_SCAN: Final = 1 << 20
_OVERLAP: Final = 16
_BEGINNING: Final = re.compile(rb"\x1f\x8b\x08|WARC/[01]\.\d\d?\r?\n")


class DamagedError(Exception):
    """A record cannot be read; the message says why, for people."""


class RecordBytes:
    """The bytes from where a record begins, to the end of its gzip member or file."""

    def __init__(self, stream: IO[bytes], start: int) -> None:
        """Args: start: Where in the file a record, or its gzip member, begins."""
        stream.seek(start)
        self.is_gzip = stream.read(len(GZIP)) == GZIP
        self._source = _Member(stream, start) if self.is_gzip else _Plain(stream, start)
        self._buffer = b""
        self.position = 0
        """Bytes taken so far."""

    @property
    def end(self) -> int:
        """Where in the file these bytes end; known at their end."""
        return self._source.at

    def take(self, count: int) -> bytes:
        """So many bytes, or those that are left."""
        pieces, missing = [], count
        while missing and self._fill():
            piece, self._buffer = self._buffer[:missing], self._buffer[missing:]
            missing -= len(piece)
            pieces.append(piece)
        self.position += count - missing
        return b"".join(pieces)

    def skip(self, count: int) -> int:
        """Reads past so many bytes; how many there were."""
        missing = count
        while missing and (piece := self.take(min(missing, _PIECE))):
            missing -= len(piece)
        return count - missing

    def line(self, most: int) -> bytes:
        """The bytes to the end of the line; of a longer one, `most` of them."""
        while b"\n" not in self._buffer[:most] and len(self._buffer) < most:
            piece = self._source.read()
            if not piece:
                break
            self._buffer += piece
        return self.take(min(most, self._buffer.find(b"\n") + 1 or len(self._buffer)))

    def is_at_line_end(self) -> bool:
        """Whether a line ends here, or the bytes do."""
        return not self._fill() or self._buffer[:1] in (b"\r", b"\n")

    def ends(self) -> bool:
        """Whether nothing but line ends follows; takes them."""
        while self._fill():
            rest = self._buffer.lstrip(b"\r\n")
            self.position += len(self._buffer) - len(rest)
            self._buffer = rest
            if rest:
                return False
        return True

    def _fill(self) -> bool:
        self._buffer = self._buffer or self._source.read()
        return bool(self._buffer)


class _Plain:
    """The rest of a file."""

    def __init__(self, stream: IO[bytes], start: int) -> None:
        self._stream = stream
        self.at = start

    def read(self) -> bytes:
        self._stream.seek(self.at)  # somebody else may have read in between
        found = self._stream.read(_PIECE)
        self.at += len(found)
        return found


class _Member:
    """One gzip member, inflated piece by piece."""

    def __init__(self, stream: IO[bytes], start: int) -> None:
        self._stream = stream
        self._inflate = zlib.decompressobj(31)
        self.at = start

    def read(self) -> bytes:
        """The next piece; empty at the end, when the checksum has agreed.

        Raises:
            DamagedError: It is cut off, or damaged.
        """
        while not self._inflate.eof:
            given = self._inflate.unconsumed_tail or self._more()
            try:
                found = self._inflate.decompress(given, _PIECE)
            except zlib.error as error:
                raise DamagedError("its compressed data is damaged") from error
            self.at -= len(self._inflate.unused_data)  # it has some at the end alone
            if found:
                return found
        return b""

    def _more(self) -> bytes:
        self._stream.seek(self.at)
        found = self._stream.read(_PIECE)
        if not found:
            raise DamagedError("it is cut off")
        self.at += len(found)
        return found


def next_beginning(stream: IO[bytes], after: int) -> int | None:
    """Where the next record begins behind a damaged one; None if there is none.

    Args:
        after: The first place to look at.
    """
    at = max(0, after - 1)
    while True:
        stream.seek(at)
        window = stream.read(_SCAN)
        for match in _BEGINNING.finditer(window):
            place = at + match.start()
            if place >= after and _begins_record(stream, place, match[0]):
                return place
        if len(window) < _SCAN:
            return None
        at += _SCAN - _OVERLAP


def _begins_record(stream: IO[bytes], place: int, found: bytes) -> bool:
    """Whether a record is there: the magic of gzip also occurs by chance."""
    if not found.startswith(GZIP):
        return True
    try:
        return RecordBytes(stream, place).take(5) == b"WARC/"
    except DamagedError:
        return False
