"""Yields the payloads in one file, whatever shape they were saved in."""

import io
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO, UnsupportedOperation
from typing import IO, Final, cast

from nof1_tracker.errors import PayloadError
from nof1_tracker.scraper.containers import har, json_lines
from nof1_tracker.scraper.containers.byte_streams import (
    Joined,
    as_text,
    as_utf8,
    buffered,
    head_in_utf8,
)
from nof1_tracker.scraper.containers.members import is_plain, members_of
from nof1_tracker.scraper.site_addresses import SiteAddresses
from nof1_tracker.scraper.wire.json_text import (
    EXTRA_DATA,
    MAX_BODY_BYTES,
    Document,
    decode,
    documents_in,
    exact_json,
)
from nof1_tracker.scraper.wire.shapes import begins_with_key

_HEAD_BYTES: Final = 4096
_LINES: Final = re.compile(r"\.(?:jsonl|ndjson)(?:\.\w{1,4})?$", re.IGNORECASE)
_TOO_LARGE: Final = f"it is larger than {MAX_BODY_BYTES // 1_000_000} MB"
_FIRST_LINE: Final = 16_000_000
"""Bytes in which the first line ends of a file that is known to be lines by it."""
_SEPARATOR: Final = b"\x1e"
"""What a JSON text sequence (RFC 7464) has before each document."""
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
        is_foreign: True for a fault of what does not seem to come from the site.
    """

    body: bytes
    place: str = ""
    observed_at: datetime | None = None
    fault: str | None = None
    is_foreign: bool = False


def payloads_in(
    name: str, stream: IO[bytes], is_of_site: Callable[[str], bool] | None = None
) -> Iterator[Saved]:
    """The payloads in a file; a file without any is yielded as it is.

    HAR and JSON Lines are read piece by piece, so that their size does not matter. Any
    other file is refused if it is larger than a payload may be.

    Args:
        name: The file's name: everything is recognised by its content, but lines of
            which the first is damaged are JSON Lines by *.jsonl and *.ndjson.
        is_of_site: Whether an address is the site's; by default under its own name.
    """
    source = buffered(stream)
    head = source.peek(_HEAD_BYTES)[:_HEAD_BYTES]
    if har.HEAD.match(head_in_utf8(head)):
        return _in_har(source, is_of_site or SiteAddresses())
    is_huge = _size(source) > MAX_BODY_BYTES
    # Of one that is known to be too large for a document, no more than a line is read.
    begin = source.readline(_FIRST_LINE) if is_huge else source.read(MAX_BODY_BYTES + 1)
    if not is_huge and len(begin) <= MAX_BODY_BYTES:
        return _in_file(name, begin)
    if _LINES.search(name) or json_lines.begin_with_document(begin):
        return _in_lines(buffered(cast("IO[bytes]", Joined(begin, source))))
    return iter([_too_large(head)])


def _in_file(name: str, body: bytes) -> Iterator[Saved]:
    """The payloads in a file that is not too large to be one document."""
    if not _LINES.search(name):
        return _in_body(body)
    document = _document(as_utf8(body))
    is_one = document is not None and document.fault is None
    return _in_body(body) if is_one else _in_lines(buffered(BytesIO(body)))


def _too_large(head: bytes) -> Saved:
    is_foreign = not begins_with_key(head_in_utf8(head))
    return Saved(b"", fault=_TOO_LARGE, is_foreign=is_foreign)


def _size(stream: io.BufferedReader) -> int:
    """The bytes of the file, as it is compressed; 0 for what is not a file."""
    try:
        return os.fstat(stream.fileno()).st_size
    except UnsupportedOperation:
        return 0


def _in_har(
    stream: io.BufferedReader, is_of_site: Callable[[str], bool]
) -> Iterator[Saved]:
    is_empty, lost = True, list[int]()
    try:
        with as_text(stream) as text:
            for answer in har.answers_in(text, is_of_site):
                if not answer.body:
                    lost.append(answer.number)
                    continue
                is_empty = False
                yield Saved(answer.body, f"entry {answer.number}", answer.observed_at)
    except PayloadError as error:
        yield Saved(b"", fault=error.message)
        return
    if is_empty:
        yield Saved(b"", fault=_NO_ANSWER, is_foreign=not lost)
    elif lost:
        yield Saved(b"", fault=_lost(lost))


def _lost(entries: list[int]) -> str:
    """What is said of bodies that a browser had let go of."""
    which = f"entry {entries[0]}"
    if len(entries) > 1:
        which = f"{len(entries):,} entries, the first of which is {which}"
    return f"the body is missing in {which}: save the file before you leave the page"


def _in_lines(stream: io.BufferedReader) -> Iterator[Saved]:
    with as_text(stream) as text:
        for found in json_lines.payloads_in(text):
            saved = Saved(found.body, found.lines, found.observed_at, found.fault)
            yield replace(saved, is_foreign=found.is_foreign)


def _in_body(saved: bytes) -> Iterator[Saved]:
    """The payloads in a file that is one document, or several in lines."""
    body = as_utf8(saved)
    if is_plain(body):
        yield Saved(body)
        return
    if body.lstrip().startswith(_SEPARATOR):
        yield from _in_sequence(body)
        return
    document = _document(body)
    if document is not None and json_lines.are_lines(body, document):
        yield from _in_lines(buffered(BytesIO(body)))
        return
    if document is not None and document.fault and EXTRA_DATA in document.fault:
        documents = documents_in(body)
        if len(documents) > 1:
            yield from _in_documents(documents)
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


def _in_sequence(body: bytes) -> Iterator[Saved]:
    try:
        documents = documents_in(body)
    except PayloadError as error:
        yield Saved(body, fault=error.message, is_foreign=True)
    else:
        yield from _in_documents(documents)


def _in_documents(documents: list[bytes]) -> Iterator[Saved]:
    """The payloads in documents that follow each other, on as many lines as they like."""
    for number, document in enumerate(documents, start=1):
        for saved in _in_body(document):
            place = f"document {number}" + (f", {saved.place}" if saved.place else "")
            yield replace(saved, place=place)


def _document(body: bytes) -> Document | None:
    """The JSON in a body, which may be JSON text in a string; None if there is none."""
    try:
        if body.lstrip().startswith(b'"'):
            return Document(json.loads(body))
        return decode(body)
    except (PayloadError, ValueError, RecursionError):
        return None
