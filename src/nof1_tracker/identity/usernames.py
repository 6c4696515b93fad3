"""Names that people choose."""

import re
import unicodedata
from typing import Final, NamedTuple

from nof1_tracker.errors import ConfigurationError

SHORTEST: Final = 3
LONGEST: Final = 30
_ALLOWED = re.compile(r"[^\W_](?:[\w.-]*[^\W_])?")
"""Letters and digits of any script, with . _ - within."""


class Username(NamedTuple):
    """A name, as it is shown and as it is found.

    Attributes:
        shown: As the person wrote it, in NFKC.
        key: Equal for names that look alike but for case and width.
    """

    shown: str
    key: str


def parse_username(text: str) -> Username:
    """The name that a person chose.

    Raises:
        ConfigurationError: It is too short, too long, or has other characters than
            letters, digits and . _ - between them.
    """
    shown = unicodedata.normalize("NFKC", text.strip())
    if not SHORTEST <= len(shown) <= LONGEST or _ALLOWED.fullmatch(shown) is None:
        raise ConfigurationError(
            "That name cannot be used.",
            f"Choose {SHORTEST} to {LONGEST} letters and digits, with . _ or - between"
            " them.",
        )
    return Username(shown, name_key(shown))


def name_key(text: str) -> str:
    """What a name is found by, whether or not it may be chosen."""
    found = text.replace("\0", "")  # which PostgreSQL cannot even be asked for
    for _ in range(2):  # folding can undo the form, and the form the folding
        found = unicodedata.normalize("NFKC", found.casefold())
    return found.strip()
