"""The shape of a payload's rows: its fields, their types, and the words in them."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from nof1_tracker.records import Endpoint, Trait
from nof1_tracker.scraper.json_text import exact_json

_KEYED: Final = frozenset({"positions", "llm_response"})
"""Objects whose keys are coins where their values are objects."""
_OPAQUE: Final = frozenset({"cot_trace"})
"""What a model writes as it likes: only its own type counts."""
_WORDS: Final = frozenset(
    {"side", "trade_type", "llm_response.*.signal", "current_personality"}
)
"""Fields that choose from a few words; the source may invent another."""
_MOST_ROWS: Final = 300
_MOST_TRAITS: Final = 500
"""The site's rows have about 60; more is no shape but content."""
_LONGEST_PATH: Final = 200
_LONGEST_WORD: Final = 50
_LONGEST_EXAMPLE: Final = 200

Key = tuple[str, str, str]


def traits_of(endpoint: Endpoint, rows: Sequence[Any]) -> tuple[Trait, ...]:
    """What these rows have, each trait once, in the order met.

    Of many rows some are looked at: the first, the last and some between. Rows
    that are no objects have no traits.
    """
    if endpoint is Endpoint.RENDERED_LEADERBOARD:
        return ()  # columns are mapped by their header there
    found: dict[Key, Trait] = {}
    for row in _some(rows):
        if not isinstance(row, dict):
            continue
        for path, value in _fields(row, ""):
            for word in _words(path, value):
                key = path, _type(value), word
                if key not in found and len(found) < _MOST_TRAITS:
                    found[key] = Trait(*key, _example(value))
    return tuple(found.values())


def _some(rows: Sequence[Any]) -> Sequence[Any]:
    third = _MOST_ROWS // 3
    if len(rows) <= _MOST_ROWS:
        return rows
    return [*rows[:third], *rows[third : -third : len(rows) // third], *rows[-third:]]


def _fields(value: dict[str, Any], within: str) -> Iterator[tuple[str, Any]]:
    """Every field in the object and in what it holds, with its path."""
    for name, item in value.items():
        is_key = within.rstrip(".") in _KEYED and isinstance(item, dict)
        path = f"{within}{'*' if is_key else name}"
        if len(path) > _LONGEST_PATH:
            continue
        yield path, item
        if path in _OPAQUE:
            continue
        if isinstance(item, dict):
            yield from _fields(item, f"{path}.")
        elif isinstance(item, list):
            yield from _items(item, path)


def _items(items: list[Any], path: str) -> Iterator[tuple[str, Any]]:
    for item in items[:_MOST_ROWS]:
        yield f"{path}[]", item
        if isinstance(item, dict):
            yield from _fields(item, f"{path}[].")


def _words(path: str, value: Any) -> Iterator[str]:
    """The type alone, and the word where the field chooses from some."""
    yield ""
    if path in _WORDS and isinstance(value, str):
        yield value[:_LONGEST_WORD]


def _type(value: Any) -> str:
    """JSON's name of the type of a decoded value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    for kind, name in ((str, "string"), (dict, "object"), (list, "array")):
        if isinstance(value, kind):
            return name
    return "number"


def _example(value: Any) -> str:
    text = "{}" if isinstance(value, dict) and not value else exact_json(value)
    return text if len(text) <= _LONGEST_EXAMPLE else f"{text[:_LONGEST_EXAMPLE]}…"
