"""Opens files as UTF-8, whatever they are compressed with or encoded as."""

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EIO
from pathlib import Path
from typing import IO, Final, cast

GZIP: Final = b"\x1f\x8b"
_HEAD: Final = 4
_WIDE: Final = ("utf-16", "utf-32")


@contextmanager
def opened(file: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file, uncompressed; seekable.

    Raises:
        OSError: It cannot be read, or its compression is damaged.
    """
    with file.open("rb") as stream:
        is_gzip = stream.read(len(GZIP)) == GZIP
        stream.seek(0)
        if not is_gzip:
            yield stream
            return
        try:
            with gzip.GzipFile(fileobj=stream) as plain:
                yield cast("IO[bytes]", plain)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise OSError(EIO, "its compressed data is damaged", str(file)) from error


def as_utf8(body: bytes) -> bytes:
    """The body in UTF-8 if it is in UTF-16 or UTF-32; else as it is."""
    encoding = _encoding(body[:_HEAD])
    if encoding is None:
        return body
    try:
        return body.decode(encoding).encode()
    except UnicodeError:
        return body


def as_text(stream: IO[bytes]) -> IO[str]:
    """The stream as text, from its beginning; what is not text is replaced.

    Closing it closes the stream.
    """
    encoding = _encoding(stream.read(_HEAD)) or "utf-8-sig"
    stream.seek(0)
    return io.TextIOWrapper(stream, encoding, errors="replace", newline="\n")


def _encoding(head: bytes) -> str | None:
    """The encoding that JSON's first bytes tell; None for UTF-8."""
    found = json.detect_encoding(head)
    return found if found.startswith(_WIDE) else None
