"""What is told to a language model: whose words are whose, and nothing that is hidden.

What models wrote for the arena may address the model that reads it. Their texts stand
under a key that says what they are, as JSON strings, which no text ends by itself.
"""

import json
import re
from typing import Any

from nof1_tracker.records.sanitize import clean
from nof1_tracker.rendering.programs.output import to_line

QUOTE = "untrusted_quote"
"""The key of every text that a model of the arena, or its site, wrote."""
WRITTEN = frozenset(
    [
        *("summary", "content", "prompt", "justification", "invalidation_condition"),
        "cells",  # of a query, which may select any text under any name
    ]
)
"""Keys whose values are such texts."""
_FIGURE = re.compile(
    r"-?\d{1,60}(\.\d{1,60})?|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII
)
"""A decimal or a time in a cell: no words, so no quotation."""
LONGEST_QUOTE = 20_000
"""Characters of a quote, at most; what the site serves is about half as long."""
LONGEST_WORD = 300
"""Characters of any other text, such as the name of a model or an id."""
LONGEST_MESSAGE = 4_000
"""Characters of an error with its remedy, which may name every model."""
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u206f\ufeff\U000e0000-\U000e0fff]")
"""Characters that people do not see, and language models read."""


def as_told(value: Any) -> Any:
    """The value as in JSON, decimals as strings, with every text made harmless."""
    return _told(json.loads(to_line(value)))


def message_as_told(text: str) -> str:
    """An error, which may repeat what the site or the client wrote."""
    return _cut(_seen(text), LONGEST_MESSAGE)


def _told(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {_seen(name): _told(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_told(each, key) for each in value]
    if not isinstance(value, str):
        return value
    if key == "cells" and _FIGURE.fullmatch(value):
        return value
    if key in WRITTEN:
        return _quote(_seen(value))
    return _cut(_seen(value), LONGEST_WORD)


def _seen(text: str) -> str:
    return _INVISIBLE.sub("", clean(text, multi_line=True))


def _quote(text: str) -> dict[str, Any]:
    quote: dict[str, Any] = {QUOTE: text[:LONGEST_QUOTE]}
    left_out = len(text) - LONGEST_QUOTE
    return quote | {"left_out_characters": left_out} if left_out > 0 else quote


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
