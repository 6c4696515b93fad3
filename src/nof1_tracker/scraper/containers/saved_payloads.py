"""Yields the payloads in one file, whatever shape they were saved in."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO, UnsupportedOperation
from typing import IO, Final

from nof1_tracker.errors import PayloadError
from nof1_tracker.scraper.containers import har, json_lines
from nof1_tracker.scraper.containers.byte_streams import as_text, as_utf8
from nof1_tracker.scraper.containers.members import is_plain, members_of
from nof1_tracker.scraper.wire.json_text import (
    MAX_BODY_BYTES,
    Document,
    decode,
    exact_json,
)

_HEAD_BYTES: Final = 4096
_TOO_LARGE: Final = f"it is larger than {MAX_BODY_BYTES // 1_000_000} MB"
_NO_ANSWER: Final = (
    "it is a HAR file without the body of an answer of the site; save it again in the"
    " browser's network panel, with content"
)


@dataclass(frozen=True, slots=True)
class Saved:
    """One payload of a file, or what is wrong with a part of it.

    Attributes:
        body: The payload; beside a fault, what could not be read, if that is known.
        place: Where it is in the file ("entry 3", "lines 1 to 9"); empty for all of it.
        observed_at: When it was fetched, as the file states it; None if it does not.
        fault: What is wrong, in words for people; None for a payload.
    """

    body: bytes
    place: str = ""
    observed_at: datetime | None = None
    fault: str | None = None


def payloads_in(name: str, stream: IO[bytes]) -> Iterator[Saved]:
    """The payloads in a file; a file without any is yielded as it is.

    HAR and JSON Lines are read piece by piece, so that their size does not matter. Any
    other file is refused if it is larger than a payload may be.

    Args:
        name: The file's name: *.jsonl and *.ndjson are JSON Lines, everything else is
            recognised by its content.
    """
    head = as_utf8(stream.read(_HEAD_BYTES))
    stream.seek(0)
    if har.HEAD.match(head):
        return _in_har(stream)
    if name.removesuffix(".gz").endswith(json_lines.SUFFIXES):
        return _in_lines(stream)
    if _size(stream) > MAX_BODY_BYTES:
        return iter([Saved(b"", fault=_TOO_LARGE)])
    body = stream.read(MAX_BODY_BYTES + 1)  # it may be compressed
    if len(body) > MAX_BODY_BYTES:
        return iter([Saved(b"", fault=_TOO_LARGE)])
    return _in_body(body)


def _size(stream: IO[bytes]) -> int:
    """The bytes of the file, as it is compressed; 0 for what is not a file."""
    try:
        return os.fstat(stream.fileno()).st_size
    except UnsupportedOperation:
        return 0


def _in_har(stream: IO[bytes]) -> Iterator[Saved]:
    is_empty = True
    try:
        with as_text(stream) as text:
            for answer in har.answers_in(text):
                is_empty = False
                yield Saved(answer.body, f"entry {answer.number}", answer.observed_at)
    except PayloadError as error:
        yield Saved(b"", fault=error.message)
        return
    if is_empty:
        yield Saved(b"", fault=_NO_ANSWER)


def _in_lines(stream: IO[bytes]) -> Iterator[Saved]:
    with as_text(stream) as text:
        for found in json_lines.payloads_in(text):
            yield Saved(found.body, found.lines, found.observed_at, found.fault)


def _in_body(saved: bytes) -> Iterator[Saved]:
    """The payloads in a file that is one document, or several in lines."""
    body = as_utf8(saved)
    if is_plain(body):
        yield Saved(body)
        return
    document = _document(body)
    if document is not None and json_lines.are_lines(body, document):
        yield from _in_lines(BytesIO(body))
        return
    members = members_of(document.value) if document is not None else []
    if document is None or not members:
        yield Saved(saved)
    elif len(members) == 1 and members[0].value is document.value:
        yield Saved(body)
    else:
        for number, member in enumerate(members, start=1):
            text = exact_json(member.value).encode("utf-8", "replace")
            yield Saved(text, f"payload {number}", member.observed_at)
        if document.fault:
            rest = (document.remainder or "").encode("utf-8", "replace")
            yield Saved(rest, fault=document.fault)


def _document(body: bytes) -> Document | None:
    """The JSON in a body, which may be JSON text in a string; None if there is none."""
    try:
        if body.lstrip().startswith(b'"'):
            return Document(json.loads(body))
        return decode(body)
    except (PayloadError, ValueError, RecursionError):
        return None
