"""Makes texts of the site harmless, in messages and on terminals.

In messages (`inert`), whatever chat programs, mail readers and terminals act on
(mentions, markup, links, escape sequences, marks that change the direction of writing)
is removed, not escaped, because each of them escapes differently. Names and symbols
need none of it. On terminals (`clean`) only control characters are removed, and marks
that change the direction of writing.
"""

import re
import unicodedata

LONGEST_NAME = 60
_KEPT_SIGNS = frozenset(" .,;:!?()+-_/%&'$=")
_MARKS_IN_A_ROW = 2
"""Most accents that one letter may carry; more of them overlap other lines."""
_DOT = re.compile(r"(?<=[^\W\d_])\.(?=[^\W\d_])")
_SLASH = re.compile(r"(?<!\w)/|/(?!\w)")
_CONTROLS = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def inert(text: str, longest: int = LONGEST_NAME) -> str:
    """One line of letters, digits and harmless punctuation, at most `longest` long.

    example.com loses the dot that makes it a link; grok-4.20 keeps its dot.
    """
    # Text far beyond the limit is never shown, so do not process 10 MB of it.
    calm = unicodedata.normalize("NFKC", text[: longest * 8])
    kept = "".join(_kept(calm))
    without_links = _DOT.sub("\N{MIDDLE DOT}", _SLASH.sub(" ", kept))
    return shortened(" ".join(without_links.split()), longest)


def _kept(text: str) -> list[str]:
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category[0] == "M" else 0
        if category[0] in "LN" or 0 < marks <= _MARKS_IN_A_ROW:
            kept.append(character)
        elif category not in _CONTROLS or character.isspace():
            kept.append(character if character in _KEPT_SIGNS else " ")
    return kept


def printable(text: str, longest: int) -> str:
    """The text in one line, without control characters, at most `longest` long."""
    flat = " ".join(text[: longest * 8].split())
    return shortened(
        "".join(c for c in flat if unicodedata.category(c) not in _CONTROLS), longest
    )


def shortened(text: str, longest: int) -> str:
    """The text, cut off with an ellipsis if it is longer than `longest`."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 except newline and tab, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # change the direction of writing
    "\ud800-\udfff]"  # lone surrogates, which cannot be encoded
)


def clean(text: str, *, multi_line: bool = False) -> str:
    """The text without anything that controls a terminal; by default in one line."""
    if multi_line:
        return UNSAFE.sub("", text)
    return UNSAFE.sub("", " ".join(text.split()))
