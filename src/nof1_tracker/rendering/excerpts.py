"""Where a text was found: the hits, each with its surroundings."""

import re
from dataclasses import dataclass

_AROUND = 120
"""How many characters before and after a hit are shown at least."""
_LONGEST_WORD = 24
"""How far a cut moves to the end of a word; some texts have no spaces."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of a text that holds hits.

    Attributes:
        start, end: Its place in the text.
        hits: Places of the hits within `text`.
    """

    text: str
    start: int
    end: int
    hits: tuple[tuple[int, int], ...]


def find_hits(text: str, wanted: str) -> list[tuple[int, int]]:
    """Where the text has `wanted`, in order; ignores case."""
    if not wanted:
        return []
    pattern = re.compile(re.escape(wanted), re.IGNORECASE)
    return [found.span() for found in pattern.finditer(text)]


def excerpts(text: str, wanted: str) -> list[Excerpt]:
    """The parts of a text around its hits, in order; parts that touch are one."""
    spans: list[list[int]] = []
    hits = find_hits(text, wanted)
    for start, end in hits:
        begin, finish = _word_start(text, start - _AROUND), _word_end(
            text, end + _AROUND
        )
        if spans and begin <= spans[-1][1]:
            spans[-1][1] = max(finish, spans[-1][1])
        else:
            spans.append([begin, finish])
    return [
        Excerpt(
            text[begin:finish],
            begin,
            finish,
            tuple((a - begin, b - begin) for a, b in hits if begin <= a < finish),
        )
        for begin, finish in spans
    ]


def _word_start(text: str, at: int) -> int:
    """The start of the word at that place, or the place itself in a long word."""
    if at <= 0:
        return 0
    *_, last = re.split(r"\s", text[max(0, at - _LONGEST_WORD) : at])
    return at - len(last) if len(last) < _LONGEST_WORD else at


def _word_end(text: str, at: int) -> int:
    """The end of the word at that place, or the place itself in a long word."""
    if at >= len(text):
        return len(text)
    found = re.compile(r"\s").search(text, at, at + _LONGEST_WORD)
    return found.start() if found else at
