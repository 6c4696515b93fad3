"""Display names: which are allowed, and which are taken for one another."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from nof1_tracker.errors import ConfigurationError

SHORTEST: Final = 3
LONGEST: Final = 24
_SEPARATORS: Final = " ._-"
_WORDS: Final = re.compile(rf"[^\W_]+(?:[{_SEPARATORS}][^\W_]+)*")
_OF_THE_HOUSE: Final = frozenset({"admin", "moderator", "nof1", "alphaarena", "guest"})


@dataclass(frozen=True, slots=True)
class DisplayName:
    """A display name.

    Attributes:
        shown: As people see it.
        key: Equal for names that people would confuse; unique among players.
    """

    shown: str
    key: str


def display_name(text: str, models: Collection[str] = ()) -> DisplayName:
    """The name that a player wrote, if it may be used.

    3 to 24 letters and digits of one script, in words that a blank, a point, a hyphen
    or an underscore divides. Nobody can be called like a model, or like the house.

    Args:
        models: Display names of the models.

    Raises:
        ConfigurationError: It may not be used.
    """
    shown = " ".join(unicodedata.normalize("NFKC", text).split())
    if not SHORTEST <= len(shown) <= LONGEST:
        raise ConfigurationError(
            f"A display name has {SHORTEST} to {LONGEST} characters, not {len(shown)}.",
            "Choose a shorter one." if len(shown) > LONGEST else "Choose a longer one.",
        )
    if not _WORDS.fullmatch(shown):
        raise ConfigurationError(
            "A display name consists of letters and digits; a single blank, point,"
            " hyphen or underscore may divide them.",
            "Leave the other characters out.",
        )
    if len(_scripts(shown)) > 1:
        raise ConfigurationError(
            "A display name that mixes alphabets looks like another one.",
            "Write it in one alphabet.",
        )
    key = _key(shown)
    if key in _OF_THE_HOUSE or key in {_key(each) for each in models}:
        raise ConfigurationError(
            f"The name {shown!r} is that of a model, or reserved.", "Choose another."
        )
    return DisplayName(shown, key)


def _key(name: str) -> str:
    """Without separators, case and accents: José Luis is joseluis."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(each for each in apart if each.isalnum())


def _scripts(name: str) -> set[str]:
    """The alphabets of its letters, as Unicode's names of characters begin."""
    return {
        unicodedata.name(each, "").partition(" ")[0] for each in name if each.isalpha()
    }
