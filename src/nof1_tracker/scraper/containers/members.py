"""Finds the payloads in a decoded document, however a tool has wrapped them.

Known shapes: a payload as served, alone or beside fields that a tool added, which are
left out; several side by side ({"trades": [...], "conversations": [...]}); one or more
in a wrapper ({"data": ..., "fetchedAt": ...}), under any name and as JSON text too; a
list of payloads; a list of rows of any kinds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from nof1_tracker.clock import latest_believed
from nof1_tracker.errors import PayloadError
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.scraper.wire.fields import instant
from nof1_tracker.scraper.wire.json_text import decode, storable_text
from nof1_tracker.scraper.wire.shapes import (
    KEYS,
    TOP_KEYS,
    begins_with_key,
    kind_of_row,
    kind_of_rows,
)

_BESIDE_ROWS: Final = ("serverTime", "lastHourlyMarkerRead")
_WRAPPERS: Final = frozenset(
    (
        *("data", "result", "results", "payload", "payloads", "response", "body"),
        *("json", "content", "rows", "records", "items", "value"),
    )
)
"""Names under which tools put rows; any other may be the site's new one."""
_TIMES: Final = (
    *("fetchedAt", "fetched_at", "capturedAt", "captured_at", "scrapedAt"),
    *("scraped_at", "savedAt", "saved_at", "retrievedAt", "retrieved_at"),
    *("observedAt", "observed_at", "timestamp", "time", "date", "ts"),
)
"""Names under which tools write when they fetched what they wrap."""
_TOOLS_OWN: Final = frozenset((*_TIMES, "success", "ok", "cached", "source", "url"))
"""Names beside rows that tell that a tool wrote the object, not the site."""
_MOST_LEVELS: Final = 8

Found = Iterator["Member"]


@dataclass(frozen=True, slots=True)
class Member:
    """A payload found in a document.

    Attributes:
        endpoint: None for rows of no known kind among payloads.
        value: The decoded payload, in a shape that `locate` recognises.
        observed_at: When it was fetched, as its wrapper states it; None if it does not.
    """

    endpoint: Endpoint | None
    value: Any
    observed_at: datetime | None = None


def is_plain(body: bytes) -> bool:
    """True if a body is surely one payload as served, which is found without decoding.

    It begins with the site's key, and contains that of no other payload.
    """
    marks = sum(body.count(f'"{key}"'.encode()) for key in TOP_KEYS)
    return marks == 1 and begins_with_key(body)


def members_of(value: Any) -> list[Member]:
    """The payloads in a decoded document, in their order; empty if there are none.

    The only member has the document itself as its value where nothing is wrapped.
    """
    return list(_search(value, None, 0))


def _search(value: Any, at: datetime | None, level: int) -> Found:
    if level > _MOST_LEVELS:
        return
    if isinstance(value, dict):
        yield from _in_object(value, at, level)
    elif isinstance(value, list):
        yield from _in_list(value, at, level)
    elif isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        yield from _search(_json_in(value), at, level + 1)


def _json_in(text: str) -> Any:
    try:
        return decode(storable_text(text).encode("utf-8", "replace")).value
    except PayloadError:
        return None


# --- objects ---------------------------------------------------------------------


def _in_object(value: dict[str, Any], at: datetime | None, level: int) -> Found:
    if kind := kind_of_row(value) or _kind_under_new_name(value):
        yield Member(kind, value, at)
        return
    at = _stated_time(value) or at
    own = [key for key in value if key in TOP_KEYS and _has_rows(value[key])]
    nested = [
        member
        for key, item in value.items()
        if key not in own
        for member in _under(item, at, level)
    ]
    if len(own) == 1 and not nested and not _TOOLS_OWN & value.keys():
        yield Member(TOP_KEYS[own[0]], value, at)
        return
    beside = {key: value[key] for key in _BESIDE_ROWS if key in value}
    for key in own:
        yield Member(TOP_KEYS[key], {key: value[key], **beside}, at)
    yield from nested


def _kind_under_new_name(value: dict[str, Any]) -> Endpoint | None:
    """The payload of which the site renamed the key, to be stored with a warning."""
    holders = [key for key, item in value.items() if item and _is_nested(item)]
    if len(holders) != 1 or holders[0] in _WRAPPERS or holders[0] in TOP_KEYS:
        return None
    return kind_of_rows(value[holders[0]])


def _under(item: Any, at: datetime | None, level: int) -> Found:
    """The payloads in a member of an object, which may be rows without their key."""
    if isinstance(item, dict) and not _is_payload(item):
        kind = None if kind_of_row(item) else kind_of_rows(item)
        if kind is not None:
            yield Member(kind, {KEYS[kind]: item}, at)
            return
    yield from _search(item, at, level + 1)


def _has_rows(item: Any) -> bool:
    """Whether it holds rows, as under a key of the site, and no payloads."""
    if isinstance(item, list):
        return not any(map(_is_payload, item[:5]))
    return isinstance(item, dict) and not _is_payload(item)


def _is_payload(item: Any) -> bool:
    return isinstance(item, dict) and any(
        key in TOP_KEYS and _is_nested(each) for key, each in item.items()
    )


def _is_nested(item: Any) -> bool:
    return isinstance(item, (dict, list))


def _stated_time(wrapper: dict[str, Any]) -> datetime | None:
    """When a tool says that it fetched what it wraps."""
    for name in _TIMES:
        try:
            at = instant(wrapper[name])
        except (KeyError, ValueError, OverflowError):
            continue
        if at <= latest_believed():
            return at
    return None


# --- lists -----------------------------------------------------------------------


def _in_list(value: list[Any], at: datetime | None, level: int) -> Found:
    rows: dict[Endpoint, list[Any]] = {}
    members: list[Member] = []
    unknown: list[Any] = []
    for each in value:
        if kind := kind_of_row(each):
            rows.setdefault(kind, []).append(each)
        elif found := list(_search(each, at, level + 1)):
            members += found
        else:
            unknown.append(each)
    if len(rows) == 1 and not members:
        (kind,) = rows
        yield Member(kind, {KEYS[kind]: value} if level else value, at)
        return
    for kind, group in rows.items():
        yield Member(kind, {KEYS[kind]: group}, at)
    yield from members
    if unknown and (rows or members):
        yield Member(None, unknown, at)
