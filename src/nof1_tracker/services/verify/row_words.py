"""Rows of tables in words: which one it is, and how it differs from another. Pure."""

from collections.abc import Collection, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

_LONGEST: Final = 60
"""Characters of a value that are shown."""


def described(table: str, *key: Any) -> str:
    """The row: its table and its key."""
    return " ".join((table, *map(_short, key)))


def differing(
    names: Collection[str], made: Mapping[str, Any], stored: Mapping[str, Any]
) -> tuple[str, str]:
    """The columns that differ, as they should be and as they are."""
    pairs: dict[str, tuple[Any, Any]] = {}
    for name in names:
        one, other = made[name], stored[name]
        if isinstance(one, dict) and isinstance(other, dict):
            pairs |= {
                f"{name}.{inner}": (one.get(inner), other.get(inner))
                for inner in sorted({*one, *other})
            }
        else:
            pairs[name] = one, other
    differ = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    expected, found = (
        ", ".join(f"{name} {_short(pair[side])}" for name, pair in differ.items())
        for side in (0, 1)
    )
    return expected, found


def _short(value: Any) -> str:
    """A value; of a long one its beginning, and what tells it from others."""
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    if isinstance(value, datetime):
        text = value.isoformat()
    if len(text) <= _LONGEST:
        return text
    digest = blake2b(text.encode(), digest_size=4).hexdigest()
    return f"{text[:_LONGEST]}… (digest {digest})"
