"""Reads the site's answers from a HAR file, which browsers save.

Only an answer's body and time are used: never a header, a cookie or the address with
its query. Entries are read one by one, because such files grow large.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Final

from nof1_tracker.errors import PayloadError
from nof1_tracker.scraper.containers.served_at import served_at
from nof1_tracker.scraper.wire.fields import instant
from nof1_tracker.scraper.wire.json_text import MAX_BODY_BYTES

HEAD: Final = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"log"\s*:\s*\{')
"""How a HAR file begins."""
_ENTRIES: Final = re.compile(r'(?<!\\)"entries"\s*:\s*\[')
_BETWEEN: Final = re.compile(r"[\s,]*")
_CHUNK: Final = 1_000_000
_MOST: Final = 2 * MAX_BODY_BYTES
"""Most characters of an entry: each quote in a body takes two."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the site.

    Attributes:
        number: The place of its entry in the file, from 1.
        body: Empty where the browser had let go of it before the file was saved.
        observed_at: When it was served; None if the file does not say.
    """

    number: int
    body: bytes
    observed_at: datetime | None


def answers_in(text: IO[str], is_of_site: Callable[[str], bool]) -> Iterator[Answer]:
    """The site's answers with data in a HAR file, in its order.

    Args:
        is_of_site: Whether an address is the site's.

    Raises:
        PayloadError: The file is cut off or damaged; what was before it is yielded.
    """
    for number, entry in enumerate(_entries(text), start=1):
        url = _at(entry, "request", "url")
        if not isinstance(url, str) or not is_of_site(url):
            continue
        if _is_data(entry):
            yield Answer(number, _body(entry) or b"", _served_at(entry))


def _entries(text: IO[str]) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    buffer, at = _until_entries(text)
    while True:
        at = _end_of(_BETWEEN, buffer, at)
        if buffer.startswith("]", at):
            return
        try:
            entry, at = decoder.raw_decode(buffer, at)
        except RecursionError as error:
            raise PayloadError("an entry is nested too deeply") from error
        except json.JSONDecodeError as error:
            buffer, at = _more(text, buffer[at:], error), 0
            continue
        yield entry
        if at > _CHUNK:
            buffer, at = buffer[at:], 0


def _until_entries(text: IO[str]) -> tuple[str, int]:
    buffer = text.read(_CHUNK)
    while (found := _ENTRIES.search(buffer)) is None:
        buffer = _more(text, buffer, None)
    return buffer, found.end()


def _more(text: IO[str], buffer: str, error: Exception | None) -> str:
    """The buffer with more of the file; it doubles, so that little is read twice."""
    if len(buffer) > _MOST:
        raise PayloadError(f"an entry is larger than {_MOST // 1_000_000} MB")
    following = text.read(max(_CHUNK, len(buffer)))
    if not following:
        raise PayloadError("the list of entries is cut off or damaged") from error
    return buffer + following


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


# --- one entry -------------------------------------------------------------------


def _at(value: Any, *keys: str) -> Any:
    """The value at the keys, one within another; None where one is missing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _is_data(entry: Any) -> bool:
    """Whether the site answered with data, and not with a page such as a challenge."""
    kind = _at(entry, "response", "content", "mimeType")
    is_page = isinstance(kind, str) and "html" in kind.lower()
    return _at(entry, "response", "status") in range(200, 300) and not is_page


def _body(entry: Any) -> bytes | None:
    """The body; None where the browser had let go of it."""
    text = _at(entry, "response", "content", "text")
    if not isinstance(text, str) or not text:
        return None
    if _at(entry, "response", "content", "encoding") != "base64":
        return text.encode("utf-8", "replace")
    try:
        return base64.b64decode(text, validate=False)
    except binascii.Error:
        return None


def _served_at(entry: Any) -> datetime | None:
    """The answer's Date less its Age, else when it was asked for."""
    headers = _at(entry, "response", "headers")
    named = {
        str(header.get("name")).lower(): str(header.get("value"))
        for header in (headers if isinstance(headers, list) else ())
        if isinstance(header, dict)
    }
    try:
        asked_at = instant(_at(entry, "startedDateTime"))
    except (ValueError, OverflowError):
        asked_at = None
    return served_at(named.get("date"), named.get("age"), asked_at)
