"""Notes keys that stand in one JSON object more than once, with different values."""

from collections.abc import Callable, Sequence
from typing import Any

MOST_KEPT = 100
"""Objects of one body that are kept; the others are counted."""


class RepeatedKeys:
    """Makes the objects of a body; of a key that stands twice, the last value counts.

    Attributes:
        objects: A key that stands twice, and the whole object as text; at most
            MOST_KEPT.
        count: The number of such objects.
    """

    def __init__(self, to_text: Callable[[Any], str]) -> None:
        self.objects: list[tuple[str, str]] = []
        self.count = 0
        self._to_text = to_text

    def members(self, pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        """The object of these members, in order; for a decoder's object_pairs_hook."""
        members = dict(pairs)
        if len(members) != len(pairs):
            self._note(pairs, members)
        return members

    def _note(self, pairs: Sequence[tuple[str, Any]], members: dict[str, Any]) -> None:
        lost = next((key for key, value in pairs if members[key] != value), None)
        if lost is None:
            return
        self.count += 1
        if len(self.objects) < MOST_KEPT:
            text = self._to_text
            told = ", ".join(f"{text(key)}: {text(value)}" for key, value in pairs)
            self.objects.append((lost, f"{{{told}}}"))
