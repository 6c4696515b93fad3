"""Texts made harmless, so that Markdown can be pasted where others read it."""

import re

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
