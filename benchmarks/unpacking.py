"""Measures what it costs to unpack a body within bounds."""

import gzip
import zlib
from collections.abc import Iterator, Sequence

import httpx

from benchmarks.measure import Comparison, Target, timed
from benchmarks.scraping import LARGE
from benchmarks.workshop import Workshop
from nof1_tracker.demo import Arena, DemoSite
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.scraper.wire.content_encoding import GZIP, BoundedBody
from nof1_tracker.scraper.wire.json_text import MAX_BODY_BYTES

_PART = 65_536
"""Bytes that arrive at once."""


def unpacking(workshop: Workshop) -> Iterator[Comparison]:
    """Compares unpacking account totals as they arrive with httpx and with zlib."""
    with DemoSite(Arena(days=LARGE), speed=0) as site:
        body = site.reply(f"/api/{Endpoint.ACCOUNT_TOTALS}").body
    packed = gzip.compress(body)
    parts = [packed[at : at + _PART] for at in range(0, len(packed), _PART)]
    assert _within_bounds(parts) == _by_httpx(parts) == body
    ours, others, floor = workshop.by_turns(
        timed(lambda: _within_bounds(parts)),
        timed(lambda: _by_httpx(parts)),
        timed(lambda: zlib.decompress(packed, 31)),
    )
    what = f"unpacking {len(body) / 1e6:.0f} MB within bounds"
    yield Comparison(what, "httpx, without bounds", ours, others, Target(ratio=1.5))
    yield Comparison(what, "zlib at once", ours, floor, Target())


def _within_bounds(parts: Sequence[bytes]) -> bytes:
    body = BoundedBody(GZIP, MAX_BODY_BYTES)
    for each in parts:
        body.take(each)
    return bytes(body.content)


def _by_httpx(parts: Sequence[bytes]) -> bytes:
    headers = {"Content-Encoding": GZIP}
    return httpx.Response(200, headers=headers, content=iter(parts)).read()
