"""Decodes the bytes of a body to JSON, and turns decoded JSON into storable text.

Numbers decode to int or Decimal, never to a binary float. What PostgreSQL text
cannot hold (NUL, lone surrogates) is replaced by U+FFFD before decoding.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import simplejson

from nof1_tracker.errors import PayloadError
from nof1_tracker.scraper.wire.repeated_keys import RepeatedKeys

MAX_BODY_BYTES: Final = 48_000_000
"""Longer bodies are refused; a whole season of account-totals is about 12 MB."""

MAX_DEPTH: Final = 64
"""Most levels of nesting in a row; the site's rows have 4."""

MAX_MAGNITUDE: Final = 300
"""Largest power of ten, positive or negative, of a number that can be stored."""

MAX_EXCERPT: Final = 5_000_000
"""Most characters of a refused body that are kept."""

EXTRA_DATA: Final = "Extra data"
"""Part of the fault of a document that is followed by something, as decoders say it."""

_HTML_EXCERPT: Final = 10_000

_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # one character
    r"|\\u(?P<bad>0000|[dD][89a-fA-F][0-9a-fA-F]{2})"
    r"|\\."
)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SPACE = re.compile(r"[ \t\n\r]*")
_BETWEEN = re.compile(r"[ \t\n\r,\x1e]*")


@dataclass(frozen=True, slots=True)
class Document:
    """A decoded body.

    Attributes:
        value: A dict or list; numbers are int or Decimal.
        remainder: Text after the last complete row of a damaged body; None if sound.
        fault: What is wrong with a damaged body, in words for people; None if sound.
        repeated: Objects of a sound body in which a key stands twice: of its values
            only the last is in `value`.
    """

    value: dict[str, Any] | list[Any]
    remainder: str | None = None
    fault: str | None = None
    repeated: RepeatedKeys | None = None


# --- decoding ------------------------------------------------------------------


def _lenient_int(text: str) -> int | Decimal:
    return int(text) if len(text) <= MAX_MAGNITUDE else Decimal(text)


def _lenient_decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent that no Decimal can hold
        return Decimal("NaN")


# Slower, and needed only for absurd numbers, whose row is rejected later.
_LENIENT: Final[Mapping[str, Any]] = {
    "parse_float": _lenient_decimal,
    "parse_int": _lenient_int,
}
_LENIENT_DECODER = json.JSONDecoder(**_LENIENT)


def decode(body: bytes) -> Document:
    """The JSON of a body, or the complete rows of a truncated one.

    Raises:
        PayloadError: No part of it can be used; the message says why.
    """
    text = _text(body)
    try:
        return _sound(text)
    except json.JSONDecodeError as error:
        return _salvaged(text, error)
    except RecursionError as error:
        raise PayloadError("JSON is nested too deeply") from error


def _text(body: bytes) -> str:
    if len(body) > MAX_BODY_BYTES:
        raise PayloadError(
            f"body of {len(body):,} bytes is over the limit of {MAX_BODY_BYTES:,}"
        )
    if not body.strip():
        raise PayloadError("body is empty")
    if looks_like_html(body):
        raise PayloadError("HTML where JSON was expected")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PayloadError(f"not UTF-8: {error.reason} at byte {error.start}") from None
    # A raw NUL is not JSON, but what is left of a damaged body is kept too.
    text = text.replace("\x00", "\ufffd")
    # A body without any escape, which is the usual case, is searched once.
    marks = (b"\\u0000", b"\\ud", b"\\uD") if b"\\u" in body else ()
    if any(mark in body for mark in marks):
        return _ESCAPE.sub(_storable_escape, text)
    return text


def _storable_escape(match: re.Match[str]) -> str:
    return r"\ufffd" if match["bad"] else match[0]


def _sound(text: str) -> Document:
    try:
        return _decoded(text, {"parse_float": Decimal})
    except json.JSONDecodeError:
        raise
    except (ValueError, InvalidOperation):
        return _decoded(text, _LENIENT)


def _decoded(text: str, numbers: Mapping[str, Any]) -> Document:
    repeated = RepeatedKeys(exact_json)
    hook = repeated.members
    value = json.JSONDecoder(**numbers, object_pairs_hook=hook).decode(text)
    if not isinstance(value, (dict, list)):
        raise PayloadError("JSON, but neither an object nor a list")
    return Document(value, repeated=repeated if repeated.count else None)


def looks_like_html(body: bytes) -> bool:
    """True if the first visible character opens a tag."""
    return body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


# --- salvage of a damaged body ---------------------------------------------------


def _salvaged(text: str, error: json.JSONDecodeError) -> Document:
    start = _skip(text, 0)
    value: dict[str, Any] | list[Any]
    if text.startswith("[", start):
        value, end = _elements(text, start)
    elif text.startswith("{", start):
        value, end = _members(text, start)
    else:
        raise PayloadError(f"not JSON: {error.msg} at character {error.pos}")
    if not value:
        raise PayloadError(
            f"truncated or damaged JSON: {error.msg} at character {error.pos}"
        )
    fault = f"truncated or damaged: {error.msg} at character {error.pos}"
    return Document(value, text[end:], fault)


def _skip(text: str, at: int, pattern: re.Pattern[str] = _SPACE) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _one(text: str, at: int) -> tuple[Any, int] | None:
    """The complete value at `at` and its end; None if it is not complete."""
    try:
        value, end = _LENIENT_DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None
    if end == len(text) and not isinstance(value, (dict, list, str)):
        return None  # a number at the end of the text may have lost digits
    return value, end


def _elements(text: str, at: int) -> tuple[list[Any], int]:
    """The complete elements of the array that opens at `at`, and their end."""
    values: list[Any] = []
    at += 1
    while one := _one(text, _skip(text, at)):
        values.append(one[0])
        at = _skip(text, one[1])
        if not text.startswith(",", at):
            at += text.startswith("]", at)
            break
        at += 1
    return values, at


def _members(text: str, at: int) -> tuple[dict[str, Any], int]:
    """The complete members of the object that opens at `at`, and their end.

    Complete rows of the member that is cut off are kept.
    """
    members: dict[str, Any] = {}
    at += 1
    while name := _name(text, at):
        key, at = name
        one = _one(text, at) or _rows_of_cut(text, key, at)
        if one is None:
            break
        members[key], at = one
        at = _skip(text, at)
        if not text.startswith(",", at):
            at += text.startswith("}", at)
            break
        at += 1
    return members, at


def _name(text: str, at: int) -> tuple[str, int] | None:
    """A member's name and the start of its value."""
    one = _one(text, _skip(text, at))
    if one is None or not isinstance(one[0], str):
        return None
    colon = _skip(text, one[1])
    if not text.startswith(":", colon):
        return None
    return one[0], _skip(text, colon + 1)


def _rows_of_cut(text: str, key: str, at: int) -> tuple[Any, int] | None:
    if text.startswith("[", at):
        return _elements(text, at)
    # Only these two contain rows in an object; any other object is itself a row, and
    # half a row is not stored.
    if text.startswith("{", at) and key in ("prices", "renderedLeaderboard"):
        return _members(text, at)
    return None


def documents_in(body: bytes) -> list[bytes]:
    """The documents that follow each other in a body; the last one may be damaged.

    Raises:
        PayloadError: It is not text.
    """
    text = _text(body)
    found: list[bytes] = []
    at = _skip(text, 0, _BETWEEN)
    while at < len(text):
        one = _one(text, at)
        if one is None or not isinstance(one[0], (dict, list)):
            found.append(text[at:].encode())
            break
        found.append(text[at : one[1]].encode())
        at = _skip(text, one[1], _BETWEEN)
    return found


# --- what may be stored, and as which text ---------------------------------------


def oddity(value: Any, depth: int = 0) -> str | None:
    """Why a decoded value cannot be stored; None if it can."""
    kind = type(value)
    if kind is str or value is None:
        return None
    if kind is dict or kind is list:
        if depth >= MAX_DEPTH:
            return f"nested deeper than {MAX_DEPTH} levels"
        for item in value.values() if kind is dict else value:
            if type(item) is str:  # most are: a call for each takes half of the time
                continue
            if found := oddity(item, depth + 1):
                return found
        return None
    return _odd_number(value)


def _odd_number(value: Any) -> str | None:
    if isinstance(value, int):
        return "a number of absurd size" if value.bit_length() > 1000 else None
    if isinstance(value, Decimal) and value.is_finite():
        absurd = abs(value.adjusted()) > MAX_MAGNITUDE or len(str(value)) > 1000
        return "a number of absurd size" if absurd else None
    return "a number that is not finite (NaN or Infinity)"


def without_odd_numbers(value: Any, path: str = "") -> tuple[Any, dict[str, str]]:
    """The value with numbers that cannot be stored as their text, and where they were.

    Returns:
        The value, and what is wrong with the number at each path; the value itself
        where nothing is.
    """
    if isinstance(value, (dict, list)):
        members = value.items() if isinstance(value, dict) else enumerate(value)
        found: dict[str, str] = {}
        calm = []
        for key, item in members:
            member, faults = without_odd_numbers(
                item, f"{path}.{key}" if path else str(key)
            )
            calm.append((key, member))
            found |= faults
        if not found:
            return value, found
        return (dict(calm) if isinstance(value, dict) else [m for _, m in calm]), found
    if value is None or isinstance(value, (str, bool)):
        return value, {}
    fault = _odd_number(value)
    return (value, {}) if fault is None else (_as_text(value), {path: fault})


def _as_text(number: Any) -> str:
    return str(number) if isinstance(number, Decimal) else "(too long a number)"


def storable_text(text: str) -> str:
    """The text with NUL and lone surrogates replaced by U+FFFD."""
    return text if text.isprintable() else _UNSTORABLE.sub("\ufffd", text)


def whole_value(text: str) -> Any:
    """The decoded JSON of a text; None if it is prose, or not whole."""
    try:
        document = decode(text.encode("utf-8", "replace"))
    except PayloadError:
        return None
    return None if document.fault else document.value


def exact_json(value: Any) -> str:
    """A decoded value as JSON text, with every digit of its numbers."""
    try:
        return simplejson.dumps(
            value, use_decimal=True, ensure_ascii=False, allow_nan=True
        )
    except RecursionError:
        return exact_json(_pruned(value, MAX_DEPTH))


def _pruned(value: Any, levels: int) -> Any:
    if not isinstance(value, (dict, list)):
        return value
    if levels == 0:
        return "(nested too deeply)"
    if isinstance(value, dict):
        return {key: _pruned(item, levels - 1) for key, item in value.items()}
    return [_pruned(item, levels - 1) for item in value]


def body_excerpt(body: bytes) -> str:
    """A body as text for people: the first 10 kB of HTML, else up to 5 MB."""
    limit = _HTML_EXCERPT if looks_like_html(body) else MAX_EXCERPT
    return body[:limit].decode("utf-8", "replace").replace("\x00", "\ufffd")
