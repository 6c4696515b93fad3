"""Texts of the site, made harmless for messages that people read.

What chat programs, mail readers and terminals act on (mentions, markup, links, escape
sequences, marks that turn the direction of writing) is taken out, not escaped:
each of them escapes differently. Names and symbols need none of it.
"""

import re
import unicodedata

LONGEST_NAME = 60
_KEPT_SIGNS = frozenset(" .,;:!?()+-_/%&'$=")
_MARKS_IN_A_ROW = 2
"""Accents that one letter may carry; more of them paint over other lines."""
_DOT = re.compile(r"(?<=[^\W\d_])\.(?=[^\W\d_])")
_SLASH = re.compile(r"(?<!\w)/|/(?!\w)")
_CONTROLS = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def inert(text: str, longest: int = LONGEST_NAME) -> str:
    """One line of letters, digits and calm punctuation, of at most `longest`.

    example.com loses the dot that makes it a link; grok-4.20 keeps its own.
    """
    # More than a few times the bound is never shown: do not work on 10 MB of it.
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
    """The text as it is, in one line, without controls, of at most `longest`."""
    flat = " ".join(text[: longest * 8].split())
    return shortened(
        "".join(c for c in flat if unicodedata.category(c) not in _CONTROLS), longest
    )


def shortened(text: str, longest: int) -> str:
    """The text, cut with an ellipsis where it is longer."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but newline and tab, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # turn the direction of writing
    "\ud800-\udfff]"  # half characters, which no encoding can hold
)


def clean(text: str, *, multi_line: bool = False) -> str:
    """The text without what could steer a terminal; in one line if not told else."""
    if multi_line:
        return UNSAFE.sub("", text)
    return UNSAFE.sub("", " ".join(text.split()))
