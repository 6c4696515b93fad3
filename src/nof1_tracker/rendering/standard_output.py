"""Standard output, including terminals that cannot show all characters."""

import codecs
import io
import sys

from nof1_tracker.rendering.text import UNKNOWN

_CURVE = dict(zip("▁▂▃▄▅▆▇█", "_.,-=+*#", strict=True))
"""Heights of a curve, the lowest first."""
_BAR = {"━": "=", "─": "-", "┃": "|"} | dict.fromkeys("▏▎▍▌▋▊▉", "#")
"""Lines, and blocks of which a part is filled."""
_PLAIN = {UNKNOWN: "-", "·": "|", "…": "~"} | _CURVE | _BAR
"""Replacements of equal width for our own characters on ASCII-only terminals."""


def write(text: str) -> None:
    """Prints output for programs to stdout."""
    tolerate_characters()
    sys.stdout.write(text)


def tolerate_characters() -> None:
    """Makes a terminal show a similar character, or the code, instead of failing."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        codecs.register_error("nof1-tracker", _plainer)
        sys.stdout.reconfigure(errors="nof1-tracker")


def _dots(sign: str) -> str | None:
    """What stands for the dots of a chart; None for any other character."""
    if not "\u2800" <= sign <= "\u28ff":
        return None
    return " " if sign == "\u2800" else "*"


def _plainer(error: UnicodeError) -> tuple[str | bytes, int]:
    """The replacement for the first character that the encoding lacks."""
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101  nothing is decoded here
    sign = error.object[error.start]
    plain = _PLAIN.get(sign) or _dots(sign)
    if plain is None:
        return codecs.backslashreplace_errors(error)
    return plain, error.start + 1
