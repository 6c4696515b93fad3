"""Which addresses are the site's, in files that hold answers of many sites."""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from nof1_tracker.records.enums import Endpoint

SITES: Final = ("nof1.ai", "www.nof1.ai")
_PATH: Final = re.compile(r"/api/(" + "|".join(Endpoint) + r")(?:/[^/]*)?/?")
_PORTS: Final = {"http": 80, "https": 443}


class SiteAddresses:
    """The addresses of payloads at the site, under its own name or a configured one."""

    def __init__(self, base_url: str | None = None) -> None:
        """Args: base_url: The address of a copy of the site, such as the demo's."""
        self._base = _parts(base_url) if base_url else None

    def __call__(self, url: str) -> bool:
        """Whether the site serves a payload at an address."""
        parts = _parts(url)
        if parts is None:
            return False
        if parts.hostname in SITES:
            return _PATH.fullmatch(parts.path) is not None
        if self._base is None or _host(parts) != _host(self._base):
            return False
        prefix = self._base.path.rstrip("/")
        below = parts.path.removeprefix(prefix)
        return parts.path.startswith(prefix) and _PATH.fullmatch(below) is not None


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _host(parts)
    except ValueError:
        return None
    return parts


def _host(parts: SplitResult) -> tuple[str | None, int | None]:
    return parts.hostname, parts.port or _PORTS.get(parts.scheme)
