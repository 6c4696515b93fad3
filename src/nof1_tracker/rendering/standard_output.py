"""What is printed, also where the terminal does not know all of its characters."""

import codecs
import io
import sys

from nof1_tracker.rendering.text import UNKNOWN

_PLAIN = {UNKNOWN: "-", "·": "|", "…": "~"}
"""Our own characters where the terminal knows ASCII alone; as wide as they are."""


def write(text: str) -> None:
    """Prints to stdout what is made for programs."""
    tolerate_characters()
    sys.stdout.write(text)


def tolerate_characters() -> None:
    """A terminal that cannot show a character shows one like it, or its number."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        codecs.register_error("nof1-tracker", _plainer)
        sys.stdout.reconfigure(errors="nof1-tracker")


def _plainer(error: UnicodeError) -> tuple[str | bytes, int]:
    """What stands for the first character that the encoding does not have."""
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101  nothing is decoded here
    plain = _PLAIN.get(error.object[error.start])
    if plain is None:
        return codecs.backslashreplace_errors(error)
    return plain, error.start + 1
