"""Undoes the Content-Encoding of an answer, within bounds.

8.8 kB that were packed twice unpack to gigabytes, so the bound holds while it unpacks
and not only afterwards, and only one layer is ever undone.
"""

import zlib

GZIP = "gzip"
"""What is asked for (Accept-Encoding), and the only encoding that is undone."""
_PLAIN = ("", "identity")
_ITS_NAMES = (GZIP, "x-gzip")


def stacked(encoding: str) -> str:
    """The Content-Encoding if it names several, one upon another; else empty.

    Of a header that was sent twice, the browser joins the values by a line feed.
    """
    return encoding if "," in encoding or "\n" in encoding else ""


class BoundedBody:
    """The body of an answer as it arrives.

    Attributes:
        content: What has arrived, unpacked; never more than `most` and one byte.
    """

    def __init__(self, encoding: str, most: int) -> None:
        """Args:
        encoding: The header Content-Encoding; empty if there is none.
        most: Bytes after which no more is unpacked.

        Raises:
            ValueError: It is packed in another way than was asked for, or twice.
        """
        name = encoding.strip().lower()
        if name not in (*_PLAIN, *_ITS_NAMES):
            raise ValueError(f"{encoding[:40]!r} was not asked for")
        self.content = bytearray()
        self._most = most
        self._unpack = zlib.decompressobj(31) if name in _ITS_NAMES else None

    @property
    def is_oversize(self) -> bool:
        return len(self.content) > self._most

    @property
    def is_whole(self) -> bool:
        """False while a packed body lacks its end."""
        return self._unpack is None or self._unpack.eof or not self.content

    def take(self, part: bytes) -> None:
        """Adds the next part of the body as it was sent.

        Raises:
            ValueError: It is not what its encoding says.
        """
        left = self._most + 1 - len(self.content)
        if self._unpack is None:
            self.content += part[:left]
            return
        try:
            self.content += self._unpack.decompress(part, left)
        except zlib.error as error:
            raise ValueError("it is damaged") from error
