"""The shape of a payload's rows: its fields, their types, and the words in them."""

from collections.abc import Hashable, Sequence
from typing import Any, Final

from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.parsed import Trait
from nof1_tracker.scraper.wire.json_text import exact_json

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
    survey = _Survey()
    for row in _some(rows):
        if isinstance(row, dict):
            survey.visit(row, "")
    return tuple(survey.found.values())


def _some(rows: Sequence[Any]) -> Sequence[Any]:
    third = _MOST_ROWS // 3
    if len(rows) <= _MOST_ROWS:
        return rows
    return [*rows[:third], *rows[third : -third : len(rows) // third], *rows[-third:]]


class _Survey:
    """Traits met so far. Of an object whose fields and types were met before only
    what may still be news is looked at: rows of one payload are much alike."""

    def __init__(self) -> None:
        self.found: dict[Key, Trait] = {}
        self._varying: dict[Hashable, tuple[str, ...]] = {}

    def visit(self, value: dict[str, Any], within: str) -> None:
        """Notes every field in the object and in what it holds.

        Args:
            within: The path of the object, with what joins its fields to it.
        """
        shape = within, tuple(value), tuple(map(type, value.values()))
        varying = self._varying.get(shape)
        if varying is not None:
            for name in varying:
                self._look(name, value[name], within)
            return
        self._varying[shape] = tuple(
            [name for name, item in value.items() if self._look(name, item, within)]
        )

    def _look(self, name: str, item: Any, within: str) -> bool:
        """Whether the next value of the same type may have other traits."""
        is_key = within.rstrip(".") in _KEYED and isinstance(item, dict)
        path = f"{within}{'*' if is_key else name}"
        if len(path) > _LONGEST_PATH:
            return False
        self._note(path, item)
        if path in _OPAQUE:
            return False
        if isinstance(item, dict):
            self.visit(item, f"{path}.")
        elif isinstance(item, list):
            self._visit_items(item, f"{path}[]")
        return path in _WORDS or isinstance(item, dict | list)

    def _visit_items(self, items: list[Any], path: str) -> None:
        for item in items[:_MOST_ROWS]:
            self._note(path, item)
            if isinstance(item, dict):
                self.visit(item, f"{path}.")

    def _note(self, path: str, value: Any) -> None:
        """The type alone, and the word where the field chooses from some."""
        self._keep((path, _type(value), ""), value)
        if path in _WORDS and isinstance(value, str):
            self._keep((path, _type(value), value[:_LONGEST_WORD]), value)

    def _keep(self, key: Key, value: Any) -> None:
        if key not in self.found and len(self.found) < _MOST_TRAITS:
            self.found[key] = Trait(*key, _example(value))


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
