"""Finds the shape of a payload's rows: the fields, their types, and their words."""

from collections.abc import Hashable, Sequence
from typing import Any, Final

from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.parsed import Trait
from nof1_tracker.scraper.wire.json_text import exact_json

_KEYED: Final = frozenset({"positions", "llm_response"})
"""Objects whose keys are coins if their values are objects."""
_OPAQUE: Final = frozenset({"cot_trace"})
"""Fields with a model's free text, of which only the type counts."""
_WORDS: Final = frozenset(
    {"side", "trade_type", "llm_response.*.signal", "current_personality"}
)
"""Fields with a fixed vocabulary, to which the source may add a word."""
_MOST_ROWS: Final = 300
_MOST_TRAITS: Final = 500
"""Most traits kept; the site's rows have about 60, and far more would be content."""
_LONGEST_PATH: Final = 200
_LONGEST_WORD: Final = 50
_LONGEST_EXAMPLE: Final = 200

Key = tuple[str, str, str]


def traits_of(endpoint: Endpoint, rows: Sequence[Any]) -> tuple[Trait, ...]:
    """The traits of these rows, each once, in order of occurrence.

    Only some of many rows are examined: the first, the last and some in between. Rows
    that are not objects have no traits.
    """
    if endpoint is Endpoint.RENDERED_LEADERBOARD:
        return ()  # columns are mapped by their header there
    survey = _Survey()
    for row in _sample_of(rows):
        if isinstance(row, dict):
            survey.visit(row, "")
    return tuple(survey.found.values())


def _sample_of(rows: Sequence[Any]) -> Sequence[Any]:
    third = _MOST_ROWS // 3
    if len(rows) <= _MOST_ROWS:
        return rows
    return [*rows[:third], *rows[third : -third : len(rows) // third], *rows[-third:]]


class _Survey:
    """The traits found so far.

    An object whose fields and types were seen before is searched only where it may
    still have new traits, because rows of one payload are much alike.
    """

    def __init__(self) -> None:
        self.found: dict[Key, Trait] = {}
        self._varying: dict[Hashable, tuple[str, ...]] = {}

    def visit(self, value: dict[str, Any], within: str) -> None:
        """Notes every field in the object, at any depth.

        Args:
            within: The path of the object, ending in what joins its fields to it.
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
        """Notes a field; True if another value of its type may have other traits."""
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
        """Notes the type, and the word if the field has a fixed vocabulary."""
        self._keep((path, _type(value), ""), value)
        if path in _WORDS and isinstance(value, str):
            self._keep((path, _type(value), value[:_LONGEST_WORD]), value)

    def _keep(self, key: Key, value: Any) -> None:
        if key not in self.found and len(self.found) < _MOST_TRAITS:
            self.found[key] = Trait(*key, _example(value))


def _type(value: Any) -> str:
    """JSON's name for the type of a decoded value."""
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
