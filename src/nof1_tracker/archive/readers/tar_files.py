"""Reads tar files that may come from anybody, forwards only."""

import tarfile
from collections.abc import Iterator
from typing import IO, Final

from nof1_tracker.archive.readers.streams import DAMAGES, damaged

_MOST_AT_ONCE: Final = 4_000_000
"""Bytes that tarfile may ask for at once: it reads a stated long name whole."""
_PIECE: Final = 1 << 16


class _Forwards:
    """A stream that can only be read on, as tarfile wants to have it.

    Attributes:
        last: The header that was read last.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._at = 0
        self.last = b""

    def tell(self) -> int:
        return self._at

    def seek(self, place: int) -> int:
        while self._at < place and self.read(min(_PIECE, place - self._at)):
            pass
        if self._at > place:
            raise damaged("its members do not follow each other")
        return self._at

    def read(self, count: int) -> bytes:
        if not 0 <= count <= _MOST_AT_ONCE:
            raise damaged("a name in it is absurdly long")
        found = self._stream.read(count)
        self._at += len(found)
        if count == tarfile.BLOCKSIZE:
            self.last = found
        return found


def tar_members(stream: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    """The plain files in a tar, each with its name; no links, devices or holes.

    Each is to be read before the next one is asked for.

    Raises:
        OSError: It is damaged or cut off; what was before that is yielded.
    """
    forwards = _Forwards(stream)
    try:
        with tarfile.open(fileobj=forwards, mode="r:") as tar:  # type: ignore[call-overload]
            while (member := tar.next()) is not None:
                if member.isreg() and not member.issparse():
                    yield member.name, tar.extractfile(member)
                tar.members = []  # it would remember all of them
    except DAMAGES as error:
        raise damaged(f"it is a damaged tar file: {error}") from error
    # tarfile ends silently at a header that is damaged, or missing.
    if len(forwards.last) < tarfile.BLOCKSIZE or any(forwards.last):
        raise damaged("it is a damaged tar file: what follows cannot be read")
    while stream.read(_PIECE):
        pass  # what it is compressed with has its checksum at the end
