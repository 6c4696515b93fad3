"""Parses the account at the end of a ModelChat prompt: its value and positions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from string import ascii_lowercase, ascii_uppercase
from typing import Any, Final

from nof1_tracker.scraper.wire.fields import instant
from nof1_tracker.scraper.wire.python_literals import parse_literal

# The account is searched for in lower case, which is faster than ignoring case.
# Bold marks may surround the colon.
_NUMBER = r"[\s*:$]*(-?[\d,]{0,30}\.?\d{1,30}(?:e[-+]?\d{1,3})?)"
_NOW = re.compile(
    r"current time is:?\s*\**(\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)"
)
_LOWER: Final = str.maketrans(ascii_uppercase, ascii_lowercase)
_LABELS: Final[Mapping[str, re.Pattern[str]]] = {
    name: re.compile(label + _NUMBER)
    for name, label in {
        "equity": "current account value",
        "available_cash": "available cash",
        "total_return_percent": r"current total return(?: \(percent\))?",
        "sharpe_ratio": "sharpe ratio",
    }.items()
}
_POSITIONS = re.compile(
    r"current (?:live |open )?positions[^:\n]*:?\**[ \t]*(?P<list>.*?)"
    r"(?=\n[ \t]*\**sharpe ratio|\Z)",
    re.DOTALL,
)
_NO_POSITIONS: Final = frozenset(
    {"", "[]", "{}", "none", "no positions", "no open positions", "no live positions"}
)


@dataclass(frozen=True, slots=True)
class PromptAccount:
    """The account as the prompt states it.

    Attributes:
        observed_at: The prompt's own "current time"; None if not stated.
        stated: Fields of StatedAccountRow, not validated; None where not stated.
        positions: One dict per live position; None if there is no readable list.
        unreadable: Lines of the list that are not literals.
    """

    observed_at: datetime | None
    stated: Mapping[str, Decimal | None]
    positions: list[dict[str, Any]] | None
    unreadable: tuple[str, ...]


def read_prompt(prompt: str) -> PromptAccount | None:
    """The account in a prompt; None if the prompt states no account value."""
    lower = _in_lower_case(prompt)
    # The label may also occur in the instructions: the account itself comes last.
    matches = list(_LABELS["equity"].finditer(lower))
    if not matches:
        return None
    start = max(0, matches[-1].start() - 1000)
    section = lower[start:]
    positions, unreadable = _positions(prompt[start:], section)
    return PromptAccount(
        observed_at=time_of_prompt(prompt),
        stated={name: _number(label, section) for name, label in _LABELS.items()},
        positions=positions,
        unreadable=unreadable,
    )


def _in_lower_case(text: str) -> str:
    """The text in lower case, of equal length: `lower` turns a dotted I into two."""
    lower = text.lower()
    return lower if len(lower) == len(text) else text.translate(_LOWER)


def time_of_prompt(prompt: str) -> datetime | None:
    """The prompt's own "current time"; None if not stated."""
    match = _NOW.search(prompt)
    try:
        return instant(match[1]) if match else None
    except ValueError:
        return None


def _number(pattern: re.Pattern[str], section: str) -> Decimal | None:
    matches = pattern.findall(section)
    return Decimal(matches[-1].replace(",", "")) if matches else None


def _positions(
    section: str, lower: str
) -> tuple[list[dict[str, Any]] | None, tuple[str, ...]]:
    """The live positions (None if no list can be read) and the unreadable lines."""
    match = _POSITIONS.search(lower)
    if match is None:
        return None, ()
    text = section[slice(*match.span("list"))].strip()
    if text.lower().rstrip(".") in _NO_POSITIONS:
        return [], ()
    positions: list[dict[str, Any]] = []
    unreadable: list[str] = []
    for literal in _literals(text):
        found = parse_literal(literal)
        if found is None:
            unreadable.append(literal)
        else:
            positions.extend(found)
    return (positions or None), tuple(unreadable)


def _literals(text: str) -> list[str]:
    """The lines that should be dicts, or the single list that contains them all."""
    if text.startswith("["):
        return [" ".join(text.splitlines())]
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line.startswith("{")]
