"""Streams that are decompressed while they are read, within a budget.

Nothing here trusts a stated size: bytes are counted while they are decompressed, so a small file
that grows without end is given up, whatever it says about itself.
"""

import bz2
import gzip
import io
import lzma
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from errno import EIO
from typing import IO, Any, Final

import zstandard

HEAD_BYTES: Final = 512
"""Bytes from which a file's kind is told; a tar's first header takes all of them."""
MOST_UNPACKED: Final = 32_000_000_000
"""Most bytes that one file may grow to: decades of what the site serves in a season."""
MOST_SPOOLED: Final = 8_000_000_000
"""Most bytes of a packed file that are kept at once, on disk, to be read in any order."""
_IN_MEMORY: Final = 16_000_000
_BUFFER: Final = 1 << 16
_MOST_WINDOW: Final = 1 << 27
"""Most memory, in bytes, that decompression may ask for: what `--long` and -9 need."""

_MOST_ASKED: Final = 1 << 20
"""Bytes that a library is asked for at once, however many are wanted."""
_ZSTD_PIECE: Final = 1024
"""Bytes given to zstd at once: out of four may come 128 kB, and it takes no limit."""

Read = Callable[[int], bytes]
DAMAGES: Final = (
    EOFError,
    zlib.error,
    gzip.BadGzipFile,
    lzma.LZMAError,
    zstandard.ZstdError,
    zipfile.BadZipFile,
    tarfile.TarError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)
"""What libraries raise for damaged, encrypted or unknown data."""


class Packing(StrEnum):
    """A kind of file that holds others, or is compressed."""

    GZIP = "gzip"
    ZSTD = "zstd"
    XZ = "xz"
    BZIP2 = "bzip2"
    ZIP = "zip"
    TAR = "tar"
    WARC = "WARC"


_MAGIC: Final = (
    (b"\x1f\x8b", Packing.GZIP),
    (b"\x28\xb5\x2f\xfd", Packing.ZSTD),
    (b"\xfd7zXZ\x00", Packing.XZ),
    (b"BZh", Packing.BZIP2),
    (b"PK\x03\x04", Packing.ZIP),
    (b"PK\x05\x06", Packing.ZIP),
    (b"WARC/", Packing.WARC),
)
_NAMES: Final = (
    (".warc.gz", Packing.WARC),
    (".warc", Packing.WARC),
    (".wacz", Packing.ZIP),
    (".zip", Packing.ZIP),
    (".tar", Packing.TAR),
    (".gz", Packing.GZIP),
    (".tgz", Packing.GZIP),
    (".zst", Packing.ZSTD),
    (".xz", Packing.XZ),
    (".bz2", Packing.BZIP2),
)
_TEXT: Final = (b"{", b"[", b'"', b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
"""How JSON begins, in any encoding with a mark."""


class OverBudgetError(OSError):
    """A file has grown to more than may be read of it."""


class Budget:
    """How many bytes may still come out of one file, with all that it holds."""

    def __init__(self, most: int = MOST_UNPACKED) -> None:
        self._most = most
        self._left = most

    def spend(self, count: int) -> None:
        """Counts bytes that came out.

        Raises:
            OverBudgetError: They are more than may.
        """
        self._left -= count
        if self._left < 0:
            raise OverBudgetError(EIO, f"it unpacks to more than {size(self._most)}")


def size(count: int) -> str:
    """A number of bytes for people: 48 MB, 32 GB."""
    giga = count / 1_000_000_000
    return f"{giga:g} GB" if giga >= 1 else f"{count / 1_000_000:g} MB"


def damaged(reason: str) -> OSError:
    """The error of data that cannot be read."""
    return OSError(EIO, reason)


def packing_of(head: bytes, name: str = "") -> Packing | None:
    """How a file is packed, by its first bytes; None for a plain one.

    Args:
        name: Shows what a file was whose beginning is damaged.
    """
    found = next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)
    if found is Packing.GZIP and _inflated(head).startswith(b"WARC/"):
        return Packing.WARC  # compressed record by record: each is found by itself
    if found or _is_tar(head):
        return found or Packing.TAR
    if not head or head.lstrip().startswith(_TEXT):
        return None
    lower = name.lower()
    return next((kind for suffix, kind in _NAMES if lower.endswith(suffix)), None)


def _inflated(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(head, 16)
    except zlib.error:
        return b""


def _is_tar(head: bytes) -> bool:
    """Whether the checksum of a tar's header agrees."""
    if len(head) < tarfile.BLOCKSIZE or not head[0]:
        return False
    try:
        tarfile.TarInfo.frombuf(head[: tarfile.BLOCKSIZE], "utf-8", "replace")
    except tarfile.TarError:
        return False
    return True


class _Guarded(io.RawIOBase):
    """A stream that counts what is read, and has one error for all kinds of damage.

    A short read means the end, so that a buffer on top of it is always full.
    """

    def __init__(self, read: Read, budget: Budget) -> None:
        self._read = read
        self._budget = budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view, at = memoryview(buffer).cast("B"), 0
        try:
            while at < len(view) and (
                found := self._read(min(_MOST_ASKED, len(view) - at))
            ):
                view[at : at + len(found)] = found
                at += len(found)
                self._budget.spend(len(found))
        except OverBudgetError:
            raise
        except OSError as error:
            raise damaged(error.strerror or str(error)) from error
        except MemoryError as error:
            raise damaged("it asks for too much memory") from error
        except DAMAGES as error:
            raise damaged(f"its compressed data is damaged: {error}") from error
        return at


def guarded(read: Read, budget: Budget) -> io.BufferedReader:
    """What a function reads, as a stream that can be peeked into."""
    return io.BufferedReader(_Guarded(read, budget), _BUFFER)


class _Decompressor:
    """Reads xz, bzip2 or zstd: the libraries' own files bound no memory, or do not
    notice that the end is missing."""

    def __init__(self, source: IO[bytes], make: Callable[[], Any], piece: int) -> None:
        self._source = source
        self._make = make
        self._piece = piece
        self._current = make()
        self._given = b""
        self._ready = b""

    def read(self, count: int) -> bytes:
        while not self._ready:
            if self._current.eof and not self._next_stream():
                return b""
            given, self._given = self._given, b""
            if self._current.needs_input and not given:
                given = self._source.read(self._piece)
                if not given:
                    raise EOFError("it is cut off")
            self._ready = self._current.decompress(given, max_length=count)
        found, self._ready = self._ready[:count], self._ready[count:]
        return found

    def _next_stream(self) -> bool:
        """Begins the stream that follows; False if there is none."""
        rest = self._current.unused_data or self._source.read(self._piece)
        self._given = rest.lstrip(b"\x00")  # padding of xz
        if self._given:
            self._current = self._make()
        return bool(self._given)


class _ZstdFrame:
    """A frame of zstd behind the methods of Python's own decompressors."""

    needs_input = True

    def __init__(self) -> None:
        zstd = zstandard.ZstdDecompressor(max_window_size=_MOST_WINDOW)
        self._frame = zstd.decompressobj()

    @property
    def eof(self) -> bool:
        return self._frame.eof

    @property
    def unused_data(self) -> bytes:
        return self._frame.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:  # noqa: ARG002
        return self._frame.decompress(data)


def _xz() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MOST_WINDOW)


def decompressed(
    source: IO[bytes], packing: Packing, budget: Budget
) -> io.BufferedReader:
    """The content of a compressed stream, decompressed as it is read.

    Args:
        packing: GZIP, ZSTD, XZ or BZIP2.
    """
    if packing is Packing.GZIP:
        return guarded(gzip.GzipFile(fileobj=source).read1, budget)
    make: Callable[[], Any] = {
        Packing.XZ: _xz,
        Packing.BZIP2: bz2.BZ2Decompressor,
        Packing.ZSTD: _ZstdFrame,
    }[packing]
    piece = _ZSTD_PIECE if packing is Packing.ZSTD else _BUFFER
    read = _Decompressor(source, make, piece).read
    return guarded(read, budget)


@contextmanager
def spooled(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """A stream that can be read in any order, with the same content.

    One that cannot is copied: small into memory, larger into a file without a name.

    Raises:
        OSError: It is damaged, or larger than MOST_SPOOLED.
    """
    if stream.seekable():
        yield stream
        return
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as copy:
        while piece := stream.read(_BUFFER):
            copy.write(piece)
            if copy.tell() > MOST_SPOOLED:
                raise OverBudgetError(EIO, f"it is larger than {size(MOST_SPOOLED)}")
        copy.seek(0)
        yield copy


class Section(io.RawIOBase):
    """A part of a file as a file of its own, which can be read in any order."""

    def __init__(self, stream: IO[bytes], start: int, length: int) -> None:
        self._stream = stream
        self._start = start
        self._length = length
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}
        self._at = max(0, base[whence] + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        self._stream.seek(self._start + self._at)
        count = min(len(buffer), max(0, self._length - self._at))
        found = self._stream.read(count)
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)
