"""Records as gzip members of which every bit is checked.

gzip itself leaves bits unchecked: its header, and the padding at the end of the
compressed data. So each member has an extra field with its length, the length of what it
holds, the record's number, a CRC of the compressed data, and a CRC of those. Other tools
skip that field. With it a reader can step from record to record without decompressing,
and knows an incomplete record from a damaged one.

Source: RFC 1952, 2.3.1.1 (extra field); the lengths are the `sl` field that ISO 28500
proposes (WARC 1.0, annex on compression, "GZIP WARC file name suffix").
"""

import os
import struct
import zlib
from dataclasses import dataclass, field
from typing import Final

FAST: Final = 1
"""zlib's level while recording."""
DENSE: Final = 9
"""zlib's level for what is sealed."""

_FIXED: Final = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff"
"""deflate, with an extra field, without time, on no particular system."""
_EXTRA: Final = struct.Struct("<H2sHII2sHIII")
_EXTRA_SIZE: Final = _EXTRA.size - 2
_OWN_SIZE: Final = 12
_CHECKED: Final = struct.Struct("<IIII")
_TRAILER: Final = struct.Struct("<II")
HEADER_SIZE: Final = len(_FIXED) + _EXTRA.size
_SIGNATURE: Final = _FIXED + struct.pack("<H2sH", _EXTRA_SIZE, b"sl", 8)
_LEAST: Final = HEADER_SIZE + _TRAILER.size
_LARGEST: Final = 2**31
"""Most bytes that a record may have."""
_WINDOW: Final = 1 << 20


class BadMemberError(Exception):
    """The bytes are not a member, or a damaged one."""


class IncompleteMemberError(BadMemberError):
    """The file ends within the member."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a member says about itself.

    Attributes:
        size: Bytes of the member; the next one begins after them.
        length: Bytes of what it holds.
        number: The record's number in its segment.
        crc: CRC of the compressed data.
    """

    size: int
    length: int
    number: int
    crc: int

    def check(self) -> int:
        """The CRC of these figures."""
        figures = _CHECKED.pack(self.size, self.length, self.number, self.crc)
        return zlib.crc32(figures)


@dataclass(frozen=True, slots=True)
class Member:
    """A member that was read and checked."""

    number: int
    offset: int
    size: int
    content: bytes = field(repr=False)


def compress(content: bytes, number: int, level: int) -> bytes:
    """The content as a member.

    Raises:
        ValueError: It is longer than 2 GiB.
    """
    if len(content) >= _LARGEST:
        raise ValueError("a record must be shorter than 2 GiB")
    packed = zlib.compress(content, level, wbits=-zlib.MAX_WBITS)
    size = HEADER_SIZE + len(packed) + _TRAILER.size
    header = Header(size, len(content), number, zlib.crc32(packed))
    return b"".join((_FIXED, _extra(header), packed, _trailer(content)))


def _extra(header: Header) -> bytes:
    lengths = b"sl", 8, header.size, header.length
    own = b"n1", _OWN_SIZE, header.number, header.crc, header.check()
    return _EXTRA.pack(_EXTRA_SIZE, *lengths, *own)


def _trailer(content: bytes) -> bytes:
    return _TRAILER.pack(zlib.crc32(content), len(content))


def read_header(file: int, offset: int, end: int) -> Header:
    """The header of the member at the offset of an open file, of which `end` bytes count.

    Raises:
        BadMemberError: No member begins there.
        IncompleteMemberError: The file ends within it.
    """
    found = os.pread(file, min(HEADER_SIZE, end - offset), offset)
    if not found or not _SIGNATURE.startswith(found[: len(_SIGNATURE)]):
        raise BadMemberError("it does not begin as a record does")
    if len(found) < HEADER_SIZE:
        raise IncompleteMemberError("the file ends within it")
    _, _, _, size, length, _, _, number, crc, _ = _EXTRA.unpack_from(found, len(_FIXED))
    header = Header(size, length, number, crc)
    if found[len(_FIXED) :] != _extra(header) or size < _LEAST:
        raise BadMemberError("its header is wrong")
    if offset + size > end:
        raise IncompleteMemberError("the file ends within it")
    return header


def read_member(file: int, offset: int, end: int) -> Member:
    """The member at the offset of an open file, of which `end` bytes count.

    Raises:
        BadMemberError: It is damaged, or none begins there.
        IncompleteMemberError: The file ends within it.
    """
    header = read_header(file, offset, end)
    found = memoryview(os.pread(file, header.size, offset))
    if len(found) < header.size:
        raise IncompleteMemberError("the file ends within it")
    packed = found[HEADER_SIZE : -_TRAILER.size]
    if header.crc != zlib.crc32(packed):
        raise BadMemberError("its checksum is wrong")
    content = _decompressed(packed, header.length)
    if found[-_TRAILER.size :] != _trailer(content):
        raise BadMemberError("its checksum is wrong")
    return Member(header.number, offset, header.size, content)


def read_beginning(file: int, offset: int, end: int, most: int) -> bytes:
    """The first bytes of what the member at the offset holds, unchecked; `most` of them.

    Raises:
        BadMemberError, IncompleteMemberError: As `read_header`.
    """
    header = read_header(file, offset, end)
    packed = os.pread(file, min(header.size - HEADER_SIZE, most), offset + HEADER_SIZE)
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, most)
    except zlib.error:
        raise BadMemberError("it cannot be decompressed") from None


def _decompressed(packed: memoryview, length: int) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        # One byte more shows a length that is wrong, whatever the data expands to.
        content = inflater.decompress(packed, length + 1)
    except zlib.error:
        raise BadMemberError("it cannot be decompressed") from None
    if len(content) != length or not inflater.eof or inflater.unused_data:
        raise BadMemberError("its length is wrong")
    return content


def find_member(file: int, start: int, end: int) -> int | None:
    """The offset from `start` on at which the next member begins; None if there is none."""
    overlap = len(_SIGNATURE) - 1
    at = start
    while at < end:
        window = os.pread(file, min(_WINDOW, end - at), at)
        found = window.find(_SIGNATURE)
        if found >= 0:
            return at + found
        if len(window) <= overlap:
            return None
        at += len(window) - overlap
    return None
