"""Reads files as UTF-8, whatever they are encoded as."""

import io
import json
from typing import IO, Any, Final, cast

_HEAD: Final = 4
_BUFFER: Final = 1 << 16
_WIDE: Final = ("utf-16", "utf-32")


def buffered(stream: IO[bytes]) -> io.BufferedReader:
    """The stream as one that can be peeked into."""
    if isinstance(stream, io.BufferedReader):
        return stream
    return io.BufferedReader(cast("io.RawIOBase", stream), _BUFFER)


class Joined(io.RawIOBase):
    """What was read of a stream, followed by what was not."""

    def __init__(self, read: bytes, rest: IO[bytes]) -> None:
        self._streams = [io.BytesIO(read), rest]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self._streams[0].read(len(buffer))
        if not found and len(self._streams) > 1:
            del self._streams[0]
            return self.readinto(buffer)
        buffer[: len(found)] = found
        return len(found)


def head_in_utf8(head: bytes) -> bytes:
    """The beginning of a file in UTF-8, without a mark of the byte order."""
    encoding = _encoding(head[:_HEAD]) or "utf-8"
    return head.decode(encoding, "replace").lstrip("\ufeff").encode("utf-8", "replace")


def begins_as_json(head: bytes) -> bool:
    """Whether a file that begins so may be JSON, or lines of it."""
    return head_in_utf8(head).lstrip(b" \t\r\n\x1e")[:1] in (b"{", b"[", b'"')


def as_utf8(body: bytes) -> bytes:
    """The body in UTF-8 if it is in UTF-16 or UTF-32; else as it is."""
    encoding = _encoding(body[:_HEAD])
    if encoding is None:
        return body
    try:
        return body.decode(encoding).encode()
    except UnicodeError:
        return body


def as_text(stream: io.BufferedReader) -> IO[str]:
    """The stream as text, from where it is; what is not text is replaced.

    Closing it closes the stream.
    """
    encoding = _encoding(stream.peek(_HEAD)[:_HEAD]) or "utf-8-sig"
    return io.TextIOWrapper(stream, encoding, errors="replace", newline="\n")


def _encoding(head: bytes) -> str | None:
    """The encoding that JSON's first bytes tell; None for UTF-8."""
    found = json.detect_encoding(head)
    return found if found.startswith(_WIDE) else None
