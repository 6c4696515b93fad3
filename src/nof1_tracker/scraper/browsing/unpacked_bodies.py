"""Bounds what the pages of one browser unpack at once: each body, and all together.

Seven bodies just within the bound of one would be too much: each is held, and what has been
read of it passes through two processes that are slow to clear it away.
"""

import gc
import zlib
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_FASTEST: Final = 1
_PART: Final = 1_000_000
"""Bytes that are unpacked at a time, which is quickest."""
_USUAL: Final = 16_000_000
"""Bytes that all may have together, before smaller parts of them are read."""
_SMALL_PART: Final = 96_000
"""Bytes that the driver holds, in base64, with what it clears away soon: up to 128 KiB."""
_UNCLEARED: Final = 16_000_000
"""Bytes that may be read until what is left of them is cleared away."""


class UnpackedBodies:
    """The bodies that are being unpacked."""

    def __init__(self, most: int) -> None:
        """Args: most: Bytes that one may have, and that all may have together."""
        self._most = most
        self._growing: list[UnpackedBody] = []
        self._uncleared = 0

    @property
    def next_part(self) -> int:
        """Bytes to unpack next."""
        return _PART if self._size < _USUAL else _SMALL_PART

    @property
    def _size(self) -> int:
        return sum(each.size for each in self._growing)

    @contextmanager
    def unpacking(self) -> Iterator["UnpackedBody"]:
        """One more, until it is passed on or refused."""
        body = UnpackedBody()
        self._growing.append(body)
        try:
            yield body
        finally:
            self._growing.remove(body)

    def take(self, body: "UnpackedBody", part: bytes) -> None:
        """Adds the next part; of more than fits, the largest body is refused."""
        if not body.is_refused:
            body.take(part)
        while self._size > self._most:
            max(self._growing, key=lambda each: each.size).refuse()
        self._clear_away(len(part))

    def _clear_away(self, size: int) -> None:
        """Frees what the driver's calls leave of the parts that were read.

        Reference cycles hold their answers, a few objects for each megabyte: too few
        for Python to look for them in time.
        """
        self._uncleared += size
        if self._uncleared >= _UNCLEARED:
            self._uncleared = 0
            gc.collect()


class UnpackedBody:
    """A body as far as it has been unpacked.

    Its parts are held packed: several bodies may arrive at once, and what grows from
    almost nothing becomes almost nothing again.

    Attributes:
        size: Bytes that have been unpacked; 0 once it is refused.
        is_refused: True if it is too much; then nothing of it is held.
    """

    def __init__(self) -> None:
        self.size = 0
        self.is_refused = False
        self._parts: list[bytes] = []

    def take(self, part: bytes) -> None:
        self.size += len(part)
        self._parts.append(zlib.compress(part, _FASTEST))

    def refuse(self) -> None:
        self.size, self.is_refused = 0, True
        self._parts.clear()

    def in_base64(self) -> str:
        return b64encode(b"".join(map(zlib.decompress, self._parts))).decode()
