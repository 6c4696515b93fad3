"""Opens zip files that may come from anybody."""

import stat
import struct
import zipfile
from collections.abc import Iterator
from typing import IO, Final

from nof1_tracker.archive.readers.streams import DAMAGES, damaged, size

_MOST_LISTED: Final = 64_000_000
"""Bytes of a zip's list of members above which it is refused: it is read at once."""
_TAIL: Final = 66_000
"""Bytes at the end of a zip in which its end record is, with the longest comment."""
_READ_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The others are decompressed without any limit by Python's zipfile."""
_ENCRYPTED: Final = 1


def opened_zip(stream: IO[bytes]) -> zipfile.ZipFile:
    """A zip file, whose members are then read one by one.

    Raises:
        OSError: It is damaged, or its list of members is absurdly large.
    """
    listed = _listed_bytes(stream)
    if listed > _MOST_LISTED:
        raise damaged(f"its list of members is larger than {size(_MOST_LISTED)}")
    stream.seek(0)
    try:
        return zipfile.ZipFile(stream)
    except DAMAGES as error:
        raise damaged(f"it is a damaged zip file: {error}") from error


def _listed_bytes(stream: IO[bytes]) -> int:
    """The stated size of the list of members; 0 if its end record is missing."""
    end = stream.seek(0, 2)
    stream.seek(max(0, end - _TAIL))
    tail = stream.read(_TAIL)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 16:
        return 0
    (listed,) = struct.unpack_from("<L", tail, at + 12)
    wide = tail.rfind(b"PK\x06\x06")
    if listed == 0xFFFFFFFF and 0 <= wide <= len(tail) - 48:
        (listed,) = struct.unpack_from("<Q", tail, wide + 40)
    return int(listed)


def plain_members(opened: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """The members that are files: no folders, and no links, wherever they lead."""
    for member in opened.infolist():
        kind = stat.S_IFMT(member.external_attr >> 16)
        if not member.is_dir() and kind in (0, stat.S_IFREG):
            yield member


def refusal(member: zipfile.ZipInfo) -> str | None:
    """Why a member cannot be read; None if it can."""
    if member.flag_bits & _ENCRYPTED:
        return "it is encrypted"
    if member.compress_type not in _READ_METHODS:
        return "its compression is not supported here; pack it with deflate"
    return None


def start_of(stream: IO[bytes], member: zipfile.ZipInfo) -> int:
    """Where in the file the bytes of a member begin.

    Raises:
        OSError: The member's header is damaged.
    """
    stream.seek(member.header_offset)
    header = stream.read(30)
    if len(header) < 30 or not header.startswith(b"PK\x03\x04"):
        raise damaged("its header is damaged")
    name, extra = struct.unpack_from("<HH", header, 26)
    return int(member.header_offset + 30 + name + extra)
