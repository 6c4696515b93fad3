"""HTTP answers as WARC keeps them: the bytes that came over the line."""

import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import brotli
import zstandard

from nof1_tracker.archive.readers.warc_bytes import DamagedError

_STATUS: Final = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})(?: |$)")
_CHUNK_SIZE: Final = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[^\n]{0,1000}\n")
_PIECE: Final = 1024
"""Compressed bytes that are given to a decompressor without a limit at once."""
_MOST_WINDOW: Final = 1 << 25


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer, in its parts.

    Attributes:
        headers: By name in small letters; of several, the first.
        raw: The body with its transfer and content encodings.
    """

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def is_html(self) -> bool:
        """Whether it is a page: where JSON was asked, that of a bot checkpoint."""
        return "html" in self.headers.get("content-type", "").lower()

    def unchunked(self) -> bytes:
        """The body without its transfer encoding, which some archives remove."""
        is_chunked = "chunked" in self.headers.get("transfer-encoding", "").lower()
        return (_unchunked(self.raw) if is_chunked else None) or self.raw

    def body(self, most: int) -> bytes:
        """The body without any encoding.

        Raises:
            DamagedError: It is damaged, larger than `most`, or of an unknown encoding.
        """
        names = self.headers.get("content-encoding", "").lower().split(",")
        body = self.unchunked()
        for name in reversed([name.strip() for name in names if name.strip()]):
            body = _decoded(name, body, most)
        if len(body) > most:
            raise DamagedError(_too_large(most))
        return body


def parse_answer(block: bytes) -> HttpAnswer | None:
    """The answer in the block of a record; None if it does not hold one."""
    status = _STATUS.match(block)
    if status is None:
        return None
    head, body = _parted(block)
    return HttpAnswer(int(status[1]), parse_fields(head), body)


def _parted(block: bytes) -> tuple[bytes, bytes]:
    """The head and the body."""
    ends = [(block.find(mark), len(mark)) for mark in (b"\r\n\r\n", b"\n\n")]
    at, length = min((each for each in ends if each[0] >= 0), default=(len(block), 0))
    return block[:at], block[at + length :]


def parse_fields(head: bytes) -> dict[str, str]:
    """The fields of a head, after its first line; folded ones unfolded."""
    unfolded = re.sub(rb"\r?\n[ \t]+", b" ", head)
    fields: dict[str, str] = {}
    for line in unfolded.split(b"\n")[1:]:
        name, colon, value = line.decode("utf-8", "replace").partition(":")
        if colon:
            fields.setdefault(name.strip().lower(), value.strip())
    return fields


def _unchunked(raw: bytes) -> bytes | None:
    """The chunks put together; None if it does not consist of chunks."""
    pieces: list[bytes] = []
    at = 0
    while match := _CHUNK_SIZE.match(raw, at):
        length = int(match[1], 16)
        if length == 0:
            return b"".join(pieces)
        at = match.end() + length
        pieces.append(raw[match.end() : at])
        at += 2 if raw.startswith(b"\r\n", at) else 1
    return b"".join(pieces) if pieces and at >= len(raw) else None


def _too_large(most: int) -> str:
    return f"it is larger than {most // 1_000_000} MB"


# --- content encodings -------------------------------------------------------------


def _decoded(name: str, body: bytes, most: int) -> bytes:
    if name == "identity":
        return body
    if name not in _ENCODINGS:
        raise DamagedError(f"its content encoding {name[:20]!r} is not known")
    try:
        return _ENCODINGS[name](body, most)
    except (zlib.error, brotli.error, zstandard.ZstdError, EOFError) as error:
        if body.lstrip()[:1] in (b"{", b"["):
            return body  # some archives decode it and leave the header
        raise DamagedError("its compressed body is damaged") from error


def _gunzip(body: bytes, most: int) -> bytes:
    return _inflated(zlib.decompressobj(31), body, most)


def _inflate(body: bytes, most: int) -> bytes:
    try:
        return _inflated(zlib.decompressobj(), body, most)
    except zlib.error:
        return _inflated(zlib.decompressobj(-15), body, most)  # as some servers send it


def _inflated(inflate: Any, body: bytes, most: int) -> bytes:
    found: bytes = inflate.decompress(body, most + 1)
    if not inflate.eof and len(found) <= most:
        raise EOFError
    return found


def _unbrotli(body: bytes, most: int) -> bytes:
    stream, given = brotli.Decompressor(), body
    pieces: list[bytes] = []
    total = 0
    while not stream.is_finished() and total <= most:
        piece = stream.process(given, output_buffer_limit=1 << 20)
        if not piece and stream.can_accept_more_data() and not given:
            raise EOFError
        given = b""
        pieces.append(piece)
        total += len(piece)
    return b"".join(pieces)


def _unzstd(body: bytes, most: int) -> bytes:
    frame = zstandard.ZstdDecompressor(max_window_size=_MOST_WINDOW).decompressobj()
    pieces, total = [], 0
    for at in range(0, len(body), _PIECE):
        pieces.append(frame.decompress(body[at : at + _PIECE]))
        total += len(pieces[-1])
        if frame.eof or total > most:
            break
    if not frame.eof and total <= most:
        raise EOFError
    return b"".join(pieces)


_ENCODINGS: Final[dict[str, Callable[[bytes, int], bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
