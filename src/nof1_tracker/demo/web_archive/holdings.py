"""What the simulated web archive kept: bodies of the arena's site, holes and rubbish.

It came by every few hours, took what the site served then, and missed some rounds. It
also took what no crawler tells from an answer: redirects, errors, a checkpoint's page.
"""

import hashlib
import json
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final
from urllib.parse import urlsplit

from nof1_tracker.demo.arena.arena import Arena
from nof1_tracker.demo.site.checkpoint import Checkpoint
from nof1_tracker.demo.site.pages import page
from nof1_tracker.demo.site.payloads import Payloads
from nof1_tracker.demo.site.reply import HTML, JSON
from nof1_tracker.demo.site.standings_table import standings

HOST: Final = "nof1.ai"
_TIMESTAMP: Final = "%Y%m%d%H%M%S"
_ENDPOINTS: Final = (
    "account-totals",
    "trades",
    "conversations",
    "leaderboard",
    "analytics",
    "since-inception-values",
    "crypto-prices",
)
_MISSED_ROUNDS: Final = 4
"""One round in this many was missed."""
_REVISIT: Final = "warc/revisit"


@dataclass(frozen=True)
class Kept:
    """One capture.

    Attributes:
        original: The address that was captured.
        is_revisit: Whether it is noted only as a repetition of an earlier one.
    """

    at: datetime
    original: str
    body: bytes = field(repr=False)
    status: int = 200
    content_type: str = JSON
    location: str = ""
    is_revisit: bool = False

    @property
    def timestamp(self) -> str:
        return self.at.strftime(_TIMESTAMP)

    @property
    def urlkey(self) -> str:
        """The address as the archive sorts it: the host turned round, then the path."""
        parts = urlsplit(self.original)
        query = f"?{parts.query}" if parts.query else ""
        return url_key(f"{parts.hostname}{parts.path}{query}")

    @cached_property
    def digest(self) -> str:
        found = hashlib.sha1(self.body, usedforsecurity=False).digest()
        return b32encode(found).decode()

    @property
    def row(self) -> list[str]:
        """As a search shows it."""
        return [
            self.urlkey,
            self.timestamp,
            self.original,
            _REVISIT if self.is_revisit else self.content_type.partition(";")[0],
            "-" if self.is_revisit else str(self.status),
            self.digest,
            str(len(self.body)),
        ]


def url_key(address: str) -> str:
    """An address without its scheme, as the archive sorts it."""
    host, slash, path = address.lower().removeprefix("www.").partition("/")
    return f"{','.join(reversed(host.split('.')))}){slash or '/'}{path}"


def holdings(arena: Arena, every: timedelta) -> list[Kept]:
    """All captures of the arena's season, in the order of a search."""
    kept = [*_rounds(arena, every), *_rubbish(arena), *_repeated(arena)]
    return sorted(kept, key=lambda one: (one.urlkey, one.timestamp))


def rounds(arena: Arena, every: timedelta) -> Iterator[datetime]:
    """When the archive came by, up to the season's end: some rounds it missed."""
    count = int(timedelta(seconds=arena.length) / every)
    for number in range(1, count + 1):
        if number % _MISSED_ROUNDS or number == count:
            yield (arena.start + number * every).replace(microsecond=0)


def _rounds(arena: Arena, every: timedelta) -> Iterator[Kept]:
    payloads = Payloads(arena)
    for at in rounds(arena, every):
        for endpoint in _ENDPOINTS:
            body = payloads.serve(endpoint, at)
            yield Kept(at, f"https://{HOST}/api/{endpoint}", _json(body))
        yield _page(arena, at, "/leaderboard")
        yield _page(arena, at, "/")


def _page(arena: Arena, at: datetime, path: str) -> Kept:
    """A page as it was saved: the leaderboard with the figures that it showed."""
    cells = standings(arena, arena.seconds(at)) if path == "/leaderboard" else []
    text = page(arena, path, {}, cells) or ""
    return Kept(at, f"https://{HOST}{path}", text.encode(), content_type=HTML)


def _rubbish(arena: Arena) -> Iterator[Kept]:
    """What is not data, though it lies among it."""
    at = (arena.start + timedelta(seconds=arena.length / 2)).replace(microsecond=0)
    api = f"https://{HOST}/api"
    later = iter(at + timedelta(minutes=each) for each in range(1, 10))
    yield Kept(
        next(later), f"http://{HOST}/api/trades", b"", 308, HTML, f"{api}/trades"
    )
    yield Kept(
        next(later), f"{api}/trades", b"<h1>Internal Server Error</h1>", 500, HTML
    )
    yield Kept(next(later), f"{api}/analytics", b'{"error":"Internal Server Error"}')
    gone = {"message": "Deprecated", "positions": [], "serverTime": 1761634263000}
    yield Kept(next(later), f"{api}/positions", _json(gone), 410)
    refusal = Checkpoint().answer()
    yield Kept(next(later), f"{api}/conversations", refusal.body, refusal.status, HTML)
    yield Kept(next(later), f"https://{HOST}/leaderboard", refusal.body, 200, HTML)
    human = b"<!doctype html><title>Just a moment...</title><h1>Are you human?</h1>"
    yield Kept(next(later), f"{api}/trades/", human, 200, HTML)


def _repeated(arena: Arena) -> Iterator[Kept]:
    """The same body at other times, and under another address."""
    at = arena.end.replace(microsecond=0) + timedelta(hours=1)
    body = _json(Payloads(arena).serve("since-inception-values", arena.end))
    address = f"https://{HOST}/api/since-inception-values"
    error = b'{"error":"Service Unavailable"}'
    yield Kept(at, address, body)
    yield Kept(at + timedelta(hours=1), address, body)
    yield Kept(at + timedelta(hours=2), address, error, 503)
    yield Kept(at + timedelta(hours=3), address, body)
    yield Kept(at + timedelta(hours=2), f"{address}?fresh=1", error, 503)
    yield Kept(at + timedelta(hours=4), f"{address}?fresh=1", body, is_revisit=True)


def _json(payload: object) -> bytes:
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
