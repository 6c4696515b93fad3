"""Markdown that can be pasted where others read it: tables, and texts made harmless."""

import re
from collections.abc import Iterable, Sequence

from nof1_tracker.records.sanitize import clean

_PUNCTUATION = re.compile(r"[\\`*_\[\]|~$]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_JOINER = "\u2060"
"""Takes no room; behind a sign it keeps a mention, a reference, a link or an emoji from being."""
_CALLS = re.compile(r"(@|#|://|\bwww\.|\bGH-|:(?=[\w+-]+:))", re.IGNORECASE)


def escaped(text: object) -> str:
    """A text of unknown origin in one line: no markup, mention, reference or link."""
    quiet = _CALLS.sub(rf"\1{_JOINER}", clean(str(text)))
    without_html = "".join(_ENTITIES.get(each, each) for each in quiet)
    return _PUNCTUATION.sub(_escape, without_html)


def _escape(found: re.Match[str]) -> str:
    return f"\\{found[0]}"


def markdown_table(
    columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]]
) -> str:
    """A table of (header, left or right) columns; cells are Markdown already."""
    lines = [[header for header, _ in columns]]
    lines.append(["---:" if side == "right" else ":---" for _, side in columns])
    lines += [list(row) for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
