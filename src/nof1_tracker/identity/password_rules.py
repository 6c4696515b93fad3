"""Which passwords may be chosen.

Length counts, not a mixture of characters, and none that everybody tries first may be
used. Source: OWASP Application Security Verification Standard, passwords; NIST SP
800-63B, 5.1.1.2. The list of those that are used most is that of Django 5.2 (BSD-3-Clause,
`licenses/`), put together by Royce Williams; those too short to be chosen are left out.
"""

import gzip
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Final

from nof1_tracker.errors import ConfigurationError

SHORTEST: Final = 8
LONGEST: Final = 256


def normalise_password(text: str) -> str:
    """The same text for the same characters, whatever keyboard wrote them."""
    return unicodedata.normalize("NFKC", text)


def check_password(password: str, own_words: Iterable[str] = ()) -> None:
    """Checks that the password may be chosen.

    Args:
        own_words: The person's name and address, which are the first guesses.

    Raises:
        ConfigurationError: It may not; the message does not hold it.
    """
    length = len(normalise_password(password))
    if length < SHORTEST:
        raise _refused(f"is shorter than {SHORTEST} characters")
    if length > LONGEST:
        raise _refused(f"is longer than {LONGEST} characters")
    folded = normalise_password(password).casefold()
    if folded in {word.casefold() for word in own_words}:
        raise _refused("is your name or your address")
    if folded in most_used_passwords():
        raise _refused("is one of those that everybody tries first")


@cache
def most_used_passwords() -> frozenset[str]:
    """Passwords that are chosen most often, in small letters."""
    packed = files(__package__).joinpath("most_used_passwords.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode().split("\n"))


def _refused(why: str) -> ConfigurationError:
    return ConfigurationError(
        f"That password {why}.",
        f"Choose another one, of {SHORTEST} to {LONGEST} characters; a few words in a row"
        " are easy to keep in mind.",
    )
