"""Names of channels that do not reveal the secrets in their URLs."""

import hmac
import re
from collections.abc import Sequence
from urllib.parse import unquote

_SHORTEST_SECRET = 4
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30})://")
_PARTS = re.compile(r"[/?&=@:#,\s]+")


def scheme_of(url: str) -> str | None:
    """The URL's scheme; None if it has none, and so may be a secret as a whole."""
    found = _SCHEME.match(url)
    return None if found is None else found[1].lower()


def shown(scheme: str | None, host: str | None) -> str:
    """Scheme and host; an ellipsis replaces what may be a secret."""
    return f"{scheme or '…'}://{host or '…'}"


def numbered(names: Sequence[str]) -> list[str]:
    """The names, with a number after each repeated one except the first."""
    return [
        name if (place := names[: index + 1].count(name)) == 1 else f"{name} ({place})"
        for index, name in enumerate(names)
    ]


def identity(address: str, key: bytes) -> str:
    """What stands for an address where it must not: an HMAC-SHA256 in hexadecimal.

    Args:
        key: Random bytes, so that nobody can look an address up in a table.
    """
    return hmac.digest(key, address.encode(), "sha256").hex()


def scrubbed(text: str, url: str, host: str | None) -> str:
    """The text without any part of the URL that may be a secret.

    That is everything after the scheme, except the host if it may be shown. Port
    numbers are too short to be secrets.
    """
    rest = url.partition("://")[2]
    parts = {part for form in (rest, unquote(rest)) for part in _PARTS.split(form)}
    for secret in sorted(parts - {host}, key=len, reverse=True):
        is_port = secret.isdigit() and len(secret) <= 5
        if len(secret) >= _SHORTEST_SECRET and not is_port:
            text = text.replace(secret, "***")
    return text
