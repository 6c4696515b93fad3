"""Reads JSON Lines: one payload, one wrapped payload or one row in each line.

Lines are read one by one, so the size of a file does not matter. Rows are put together
to payloads of many, because each payload is stored by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any, Final

from nof1_tracker.records.enums import Endpoint
from nof1_tracker.scraper.containers.members import members_of
from nof1_tracker.scraper.wire.json_text import (
    EXTRA_DATA,
    MAX_BODY_BYTES,
    Document,
    exact_json,
    whole_value,
)
from nof1_tracker.scraper.wire.shapes import KEYS, kind_of_row

_MOST_ROWS: Final = 2_000
"""Most rows that are put together to one payload."""
_MOST_CHARACTERS: Final = 8_000_000
"""Most characters of the rows that are put together to one payload."""
MOST_UNKNOWN: Final = 100
"""Lines without a payload that are told one by one."""


@dataclass(frozen=True, slots=True)
class Found:
    """What lines hold.

    Attributes:
        lines: Which they are: "line 3", "lines 1 to 2000".
        endpoint: None for a line without a payload.
        body: The payload.
        fault: Why there is no body: then it is empty.
        is_foreign: True for what does not seem to come from the site.
    """

    lines: str
    endpoint: Endpoint | None
    body: bytes
    observed_at: datetime | None = None
    fault: str | None = None
    is_foreign: bool = False


@dataclass(slots=True)
class _Rows:
    """Rows of one kind, as they stand in their lines."""

    first: int
    last: int = 0
    texts: list[str] = field(default_factory=list)
    characters: int = 0

    def add(self, number: int, text: str) -> bool:
        """Adds a row; True once there are enough for a payload."""
        self.last = number
        self.texts.append(text)
        self.characters += len(text)
        is_full = len(self.texts) >= _MOST_ROWS
        return is_full or self.characters >= _MOST_CHARACTERS

    def as_found(self, kind: Endpoint) -> Found:
        body = f'{{"{KEYS[kind]}": [{", ".join(self.texts)}]}}'
        lines = f"lines {self.first} to {self.last}"
        return Found(lines, kind, body.encode("utf-8", "replace"))


def are_lines(body: bytes, document: Document) -> bool:
    """Whether a body that does not end with its first document is JSON Lines."""
    if document.fault is None or EXTRA_DATA not in document.fault:
        return False
    return begin_with_document(body)


def begin_with_document(body: bytes) -> bool:
    """Whether the first line is a document by itself, and ends."""
    text = body.lstrip()
    end = text.find(b"\n")
    if end < 0:
        return False
    return whole_value(text[:end].decode("utf-8-sig", "replace")) is not None


def payloads_in(text: IO[str]) -> Iterator[Found]:
    """The payloads in the lines of a file; rows last, kind by kind."""
    waiting: dict[Endpoint, _Rows] = {}
    unknown = 0
    for number, line in _lines(text):
        value = whole_value(line)
        if kind := kind_of_row(value):
            rows = waiting.setdefault(kind, _Rows(number))
            if rows.add(number, line.strip()):
                yield waiting.pop(kind).as_found(kind)
            continue
        for found in _found_in(number, line, value):
            unknown += found.endpoint is None
            if found.endpoint is not None or unknown <= MOST_UNKNOWN:
                yield found
    for kind, rows in waiting.items():
        yield rows.as_found(kind)
    if unknown > MOST_UNKNOWN:
        fault = f"{unknown - MOST_UNKNOWN:,} more lines hold no payload"
        yield Found("the rest", None, b"", fault=fault, is_foreign=True)


def _lines(text: IO[str]) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers; of a giant one, its start."""
    number = 0
    while line := text.readline(MAX_BODY_BYTES + 1):
        number += 1
        if line.strip():
            yield number, line
        while line and not line.endswith("\n"):
            line = text.readline(MAX_BODY_BYTES)


def _found_in(number: int, line: str, value: Any) -> Iterator[Found]:
    name = f"line {number}"
    if len(line) > MAX_BODY_BYTES:
        limit = MAX_BODY_BYTES // 1_000_000
        yield Found(name, None, b"", fault=f"it is larger than {limit} MB")
        return
    members = members_of(value)
    if not members:
        yield Found(name, None, line.encode("utf-8", "replace"))
    for member in members:
        is_line = member.value is value
        body = line.strip() if is_line else exact_json(member.value)
        at = member.observed_at
        yield Found(name, member.endpoint, body.encode("utf-8", "replace"), at)
