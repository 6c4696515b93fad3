"""What of an exchange may be kept: headers on a list, addresses without secrets."""

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePosixPath, PureWindowsPath
from typing import Final
from urllib.parse import unquote, urlsplit, urlunsplit

from nof1_tracker.records.archive.exchanges import Container, Exchange

KEPT_HEADERS: Final = frozenset(
    (
        *("age", "cache-control", "content-language", "content-type", "date"),
        *("etag", "expires", "last-modified", "memento-datetime", "retry-after"),
        *("x-archive-orig-age", "x-archive-orig-content-type", "x-archive-orig-date"),
        *("x-archive-orig-etag", "x-archive-orig-last-modified", "x-vercel-cache"),
    )
)
"""Headers of answers that are recorded. Content-Length is our own: bodies are kept
without content encoding."""
_CHALLENGED: Final = ("x-vercel-mitigated", "x-vercel-challenge-token")
_SECRET: Final = re.compile(
    r"token|secret|auth|passw|session|cookie|challenge|bypass|jwt|credential"
    r"|(?:api|access|private)[-_]?key|^(?:sig|signature|sid|pwd|key)$",
    re.IGNORECASE,
)
"""Names of query parameters that are left out, with their values."""
_CONTROL: Final = re.compile(r"[\x00-\x20\x7f]")


def redacted(exchange: Exchange) -> Exchange:
    """The exchange as it may be recorded. Of a challenge, only status and time are left."""
    url = kept_url(exchange.url)
    if exchange.is_challenge or any(map(exchange.header, _CHALLENGED)):
        return Exchange(
            url=url,
            kind=exchange.kind,
            body=b"",
            captured_at=exchange.captured_at,
            transport=exchange.transport,
            status=exchange.status,
            is_challenge=True,
        )
    container = exchange.container and _kept_container(exchange.container)
    return replace(
        exchange,
        url=url,
        headers=kept_headers(exchange.headers),
        container=container,
    )


def kept_headers(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The headers that are on the list, in their order."""
    return tuple(
        (name, value) for name, value in headers if name.lower() in KEPT_HEADERS
    )


def kept_url(url: str) -> str:
    """The address without user name, password, fragment and secret parameters.

    Of a file, only its base name is left.
    """
    try:
        parts = urlsplit(_CONTROL.sub("", url))
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "urn:nof1:unreadable-address"
    if parts.scheme not in ("http", "https"):
        return f"file:{base_name(parts.path or url)}"
    host = f"[{host}]" if ":" in host else host
    query = "&".join(filter(_may_be_kept, parts.query.split("&")))
    return urlunsplit((parts.scheme, host + port, parts.path, query, ""))


def _may_be_kept(parameter: str) -> bool:
    name = unquote(parameter.partition("=")[0])
    return _SECRET.search(name) is None


def base_name(path: str) -> str:
    """The last part of a path of any system."""
    return PureWindowsPath(PurePosixPath(path).name).name


def _kept_container(container: Container) -> Container:
    return replace(
        container,
        name=base_name(container.name),
        member=base_name(container.member),
    )
