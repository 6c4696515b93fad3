"""WARC 1.1 records as bytes, both ways.

Source: ISO 28500:2017 (WARC 1.1); fields that begin with `Nof1-` are ours, as the
standard allows, and other tools pass over them.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

VERSION: Final = b"WARC/1.1"
END: Final = b"\r\n\r\n"
FIELDS: Final = "application/warc-fields"
HTTP_REQUEST: Final = "application/http; msgtype=request"
HTTP_RESPONSE: Final = "application/http; msgtype=response"
IDENTICAL: Final = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED: Final = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f]")

Headers = Iterable[tuple[str, str]]


class BadRecordError(Exception):
    """The bytes are not a whole WARC record of ours."""


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """A record, taken apart and checked.

    Attributes:
        fields: The header's fields by their names, as written.
        block: What follows the header: for HTTP, its head and its body.
    """

    fields: Mapping[str, str]
    block: bytes = field(repr=False)

    @property
    def type(self) -> str:
        return self.fields["WARC-Type"]


def sha256(*parts: bytes | memoryview) -> str:
    """The SHA-256 of the parts in a row, in hexadecimal digits."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def timestamp(at: datetime) -> str:
    """The time as WARC states it, to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_timestamp(text: str) -> datetime:
    """The time that `timestamp` wrote.

    Raises:
        ValueError: It is not one.
    """
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


def serialise(fields: Headers, *block: bytes) -> bytes:
    """A record with these fields, to which the block's length and SHA-256 are added."""
    length = sum(map(len, block))
    head = [
        VERSION,
        *(f"{name}: {plain(value)}".encode() for name, value in fields),
        f"WARC-Block-Digest: sha256:{sha256(*block)}".encode(),
        f"Content-Length: {length}".encode(),
    ]
    return b"".join((b"\r\n".join(head), END, *block, END))


def plain(value: str) -> str:
    """The value without the control characters that would begin another field."""
    return _UNSAFE.sub(" ", value).encode("utf-8", "replace").decode()


def http_head(first_line: str, headers: Headers) -> bytes:
    """The head of an HTTP message, with the empty line at its end."""
    lines = [first_line, *(f"{name}: {plain(value)}" for name, value in headers)]
    return "\r\n".join((*lines, "", "")).encode()


def split_http(block: bytes) -> tuple[str, tuple[tuple[str, str], ...], bytes]:
    """The first line, the headers and the body of an HTTP message.

    Raises:
        BadRecordError: It has no end of its head.
    """
    head, end, body = block.partition(END)
    if not end:
        raise BadRecordError("its HTTP head does not end")
    first, *rest = head.decode("utf-8", "replace").split("\r\n")
    pairs = (line.partition(": ") for line in rest)
    return first, tuple((name, value) for name, _, value in pairs), body


def parse(content: bytes) -> WarcRecord:
    """The record in these bytes, once its length and digest are found to be right.

    Raises:
        BadRecordError: They are wrong, or it is not a WARC record.
    """
    fields = fields_of(content)
    start = content.index(END) + len(END)
    length = _length(fields)
    if len(content) != start + length + len(END) or not content.endswith(END):
        raise BadRecordError("its length is not the one that it states")
    block = content[start : start + length]
    if fields.get("WARC-Block-Digest") != f"sha256:{sha256(block)}":
        raise BadRecordError("its SHA-256 is not the one that it states")
    return WarcRecord(fields, block)


def fields_of(beginning: bytes) -> Mapping[str, str]:
    """The header's fields of a record of which only the beginning was read, unchecked.

    Raises:
        BadRecordError: The header does not end within it, or it is not a WARC record.
    """
    head, end, _ = beginning.partition(END)
    first, *lines = head.split(b"\r\n")
    if not end or first != VERSION:
        raise BadRecordError("it is not a WARC 1.1 record")
    return _fields(lines)


def _fields(lines: Iterable[bytes]) -> dict[str, str]:
    try:
        pairs = [line.decode().partition(": ") for line in lines]
    except UnicodeDecodeError:
        raise BadRecordError("its header is not text") from None
    return {name: value for name, _, value in pairs}


def _length(fields: Mapping[str, str]) -> int:
    text = fields.get("Content-Length", "")
    if not text.isdecimal():
        raise BadRecordError("it states no length")
    return int(text)
