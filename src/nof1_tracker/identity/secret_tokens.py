"""Secrets that programs hold, and what is stored of them.

A token is 256 random bits, so that a plain SHA-256 digest of it cannot be turned back.
What can be guessed, such as an address, is stored as a digest under a key.
"""

import hmac
import secrets
from hashlib import sha256
from typing import Final

API_PREFIX: Final = "nof1_"
"""How an API token begins, so that one that leaked is recognised."""
_SHOWN: Final = 12
"""Characters of an API token by which a person knows it again."""


def make_token() -> str:
    """A new secret, in characters that a URL and a cookie may have."""
    return secrets.token_urlsafe(32)


def make_api_token() -> str:
    """A new secret for a program."""
    return API_PREFIX + make_token()


def beginning_of(token: str) -> str:
    """So much of a token as a person may be shown again."""
    return token[:_SHOWN]


def digest_of(token: str) -> str:
    """What is stored of a token, in hexadecimal."""
    return sha256(token.encode()).hexdigest()


def keyed_digest(key: bytes, purpose: str, text: str) -> str:
    """What is stored of a text that could be guessed, in hexadecimal.

    Args:
        purpose: Texts of one purpose say nothing about those of another.
    """
    own = hmac.digest(key, purpose.encode(), "sha256")
    return hmac.digest(own, text.encode(), "sha256").hex()


def are_equal(one: str, other: str) -> bool:
    """Compares secrets in a time that says nothing about them."""
    return hmac.compare_digest(one.encode(), other.encode())
