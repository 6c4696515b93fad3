"""The opaque text that says where a list goes on."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.asking.keyset import Keyset

_MOST = 2**63
"""Ids are smaller in both databases."""


def cursor_of(last: Keyset) -> str:
    """The cursor that goes on after this row."""
    words = f"{last.time.astimezone(UTC).isoformat()} {last.id}"
    return urlsafe_b64encode(words.encode()).decode().rstrip("=")


def keyset_of(cursor: str) -> Keyset:
    """The row after which a cursor goes on.

    Raises:
        ConfigurationError: It is not a cursor that an answer named.
    """
    try:
        return _decoded(cursor)
    except ValueError:
        raise ConfigurationError(
            "The cursor is not valid.",
            "Use `next` of the answer before as it stands, or leave it out.",
        ) from None


def _decoded(cursor: str) -> Keyset:
    padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
    time, _, row = urlsafe_b64decode(padded).decode().partition(" ")
    last = Keyset(datetime.fromisoformat(time), int(row))
    if last.time.tzinfo is not UTC or not 0 <= last.id < _MOST:
        raise ValueError(cursor)
    return last
