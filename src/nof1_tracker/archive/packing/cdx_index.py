"""The index of a WACZ: a line for each answer, by address and time.

Source: CDXJ as pywb reads it, and the ZipNum index of WACZ 1.1.1, section "indexes"; the
key is a SURT, in which the host is reversed (`ai,nof1)/api/trades`).
"""

import gzip
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final
from urllib.parse import quote, unquote, urlencode, urlsplit

from nof1_tracker.archive.warc_records import sha256
from nof1_tracker.records.archive.exchanges import Exchange, Recorded

_LINES: Final = 3000
"""Lines of a block, which readers fetch as one."""
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_MOST_OF_BODY: Final = 4096


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer is in the WARC files of the WACZ.

    Attributes:
        offset, size: Of the answer alone, without its request.
    """

    recorded: Recorded
    file: str
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """An answer in a WARC of the WACZ.

    Attributes:
        line: The entry as CDXJ.
        is_page: True for a good answer that a person could open by its address alone.
    """

    line: str
    url: str
    kind: str
    observed_at: datetime
    is_page: bool


def index_entry(place: Place, at: datetime) -> IndexEntry:
    """The entry that has this answer stand at that time."""
    found, exchange = place.recorded, place.recorded.exchange
    fields = {
        "url": exchange.url,
        "mime": _media_type(found),
        "status": str(exchange.status or 200),
        "digest": f"sha256:{found.digest}",
        "length": str(place.size),
        "offset": str(place.offset),
        "filename": place.file,
    }
    url = exchange.url
    if exchange.method != "GET":
        query = method_query(exchange)
        fields |= {"method": exchange.method, "requestBody": query}
        url = _with_query(url, exchange.method, query)
    line = f"{surt(url)} {compact(at)} {json.dumps(fields)}\n"
    is_page = exchange.method == "GET" and exchange.status in (200, None)
    return IndexEntry(line, exchange.url, exchange.kind, at, is_page)


def _media_type(found: Recorded) -> str:
    if found.refers_to is not None:
        return "warc/revisit"
    kind = found.exchange.header("Content-Type") or "application/json"
    return kind.partition(";")[0].strip()


def compact(at: datetime) -> str:
    """The time with 14 digits, for an index."""
    return f"{at.astimezone(UTC):%Y%m%d%H%M%S}"


def surt(url: str) -> str:
    """The key by which an address is found, whatever its case and order of parameters."""
    parts = urlsplit(_normal(url).lower())
    host = re.sub(r"^www\d*\.", "", parts.hostname or "")
    reverse = ",".join(reversed(host.split(".")))
    is_default = parts.port in (None, _DEFAULT_PORTS.get(parts.scheme))
    port = "" if is_default else f":{parts.port}"
    path = re.sub(r"(?<=.)/$", "", parts.path or "/")
    query = "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    return f"{reverse}{port}){path}{'?' if query else ''}{query}"


def _normal(url: str) -> str:
    """The address with only those characters escaped that have to be."""
    return quote(unquote(url), safe="!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~")


def method_query(exchange: Exchange) -> str:
    """The request's body as parameters, by which answers to POST are told apart.

    Source: webrecorder's request body canonicalization, as of cdxj-indexer 1.5.
    """
    if not exchange.request_body:
        return ""
    found: dict[str, str] = {}
    try:
        _flatten(json.loads(exchange.request_body), "", found)
    except ValueError:
        return ""
    return urlencode(found)[:_MOST_OF_BODY]


def _flatten(value: Any, name: str, found: dict[str, str]) -> None:
    if isinstance(value, dict):
        for key, each in value.items():
            _flatten(each, key, found)
    elif isinstance(value, list):
        for each in value:
            _flatten(each, name, found)
    elif name:
        number = sum(re.sub(r"\.\d+_$", "", key) == name for key in found) + 1
        found[name if number == 1 else f"{name}.{number}_"] = str(value)


def _with_query(url: str, method: str, query: str) -> str:
    separator = "&" if "?" in url else "?"
    body = f"&{query}" if query else ""
    return f"{url}{separator}__wb_method={method}{body}"


def zipped(lines: Sequence[str], name: str) -> tuple[bytes, bytes]:
    """The sorted lines in gzip blocks, and the index of those blocks.

    Args:
        name: The file's name for the blocks.
    """
    meta = json.dumps({"format": "cdxj-gzip-1.0", "filename": name})
    blocks, index = bytearray(), [f"!meta 0 {meta}\n"]
    for block in _blocks(sorted(lines)):
        packed = gzip.compress("".join(block).encode(), mtime=0)
        fields = {
            "offset": len(blocks),
            "length": len(packed),
            "digest": f"sha256:{sha256(packed)}",
        }
        key = block[0].partition("{")[0].strip()
        index.append(f"{key} {json.dumps(fields)}\n")
        blocks += packed
    return bytes(blocks), "".join(index).encode()


def _blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(lines)
    while block := list(islice(remaining, _LINES)):
        yield block
