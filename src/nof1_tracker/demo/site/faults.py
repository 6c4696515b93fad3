"""The ways in which the simulated site can fail, each one a small value.

A fault takes the reply that the site was about to give and returns a faulty one.
"""

import gzip
import json
import random
import time
import zlib
from dataclasses import dataclass, replace
from datetime import datetime

from nof1_tracker.demo.site.reply import (
    HTML,
    Fault,
    Json,
    Refusal,
    Reply,
    RowFault,
    map_numbers,
    map_text,
)

__all__ = [
    "ESCAPES",
    "MARKUP",
    "BadRow",
    "BrokenStrings",
    "Challenge",
    "ConnectionCut",
    "DeeplyNested",
    "DuplicatedRows",
    "EmptyBody",
    "EmptyRows",
    "EndlessEarlyHints",
    "ExtraField",
    "Fault",
    "Frozen",
    "Gone",
    "Hang",
    "HeaderDrip",
    "HostileText",
    "MissingField",
    "Moved",
    "NotModifiedUnasked",
    "NotUtf8",
    "NullNumbers",
    "NumbersAsStrings",
    "Oversize",
    "Packed",
    "Redirected",
    "RenamedField",
    "ServerError",
    "ShuffledRows",
    "Slow",
    "TooManyRequests",
    "Truncated",
]

ESCAPES = "\x1b[2J\x1b[31m\x1b]0;owned\x07\x9b2J\r\u202e"
MARKUP = "<script>document.title='owned'</script><b>[red]bold[/red]</b>"

_NAMES = ("model_id", "model_name", "run_name", "id")
_PROSE = (
    "cot_trace",
    "cot_trace_summary",
    "justification",
    "invalidation_condition",
    "failed_json_response_raw_text",
)


@dataclass(frozen=True)
class ServerError(Refusal):
    """Answers 500, or another 5xx status, with an HTML page."""

    status: int = 500

    def answer(self) -> Reply:
        return Reply(self.status, b"<h1>Internal Server Error</h1>", HTML)


@dataclass(frozen=True)
class TooManyRequests(Refusal):
    """Answers 429 with Retry-After, in seconds or as a date; None leaves it out."""

    retry_after: int | None = 1
    as_date: bool = False

    def answer(self) -> Reply:
        body = b'{"error":"Too Many Requests"}'
        if self.retry_after is None:
            return Reply(429, body)
        value = str(self.retry_after)
        if self.as_date:
            value = _http_date(time.time() + self.retry_after)
        return Reply(429, body, headers=(("Retry-After", value),))


@dataclass(frozen=True)
class Challenge(Refusal):
    """Answers 200 with an HTML page that asks whether you are human."""

    def answer(self) -> Reply:
        page = "<!doctype html><title>Just a moment...</title><h1>Are you human?</h1>"
        return Reply(200, page.encode(), HTML)


@dataclass(frozen=True)
class NotModifiedUnasked(Refusal):
    """Answers 304 with no body, whatever the request says is known."""

    def answer(self) -> Reply:
        return Reply(304)


@dataclass(frozen=True)
class Truncated(Fault):
    """Serves the first part of the body, with a Content-Length that agrees."""

    share: float = 0.6

    def spoil(self, reply: Reply) -> Reply:
        kept = int(len(reply.body) * self.share)
        return replace(reply, body=reply.body[:kept], headers=())


@dataclass(frozen=True)
class ConnectionCut(Fault):
    """Announces the whole body and closes the connection in the middle of it."""

    share: float = 0.5

    def spoil(self, reply: Reply) -> Reply:
        return replace(reply, headers=(), cut_after=int(len(reply.body) * self.share))


@dataclass(frozen=True)
class EmptyBody(Fault):
    """Answers 200 with an empty body."""

    def spoil(self, reply: Reply) -> Reply:
        return replace(reply, body=b"", headers=())


@dataclass(frozen=True)
class EmptyRows(RowFault):
    """Serves an empty array, as between two seasons."""

    def change(self, rows: list[Json]) -> list[Json]:
        return rows[:0]


@dataclass(frozen=True)
class Slow(Fault):
    """Answers correctly, but only after some seconds."""

    seconds: float = 1.0

    def spoil(self, reply: Reply) -> Reply:
        return replace(reply, delay=self.seconds)


@dataclass(frozen=True)
class Hang(Fault):
    """Accepts the request and never answers."""

    def spoil(self, reply: Reply) -> Reply:
        return replace(reply, hangs=True)


@dataclass(frozen=True)
class HeaderDrip(Fault):
    """Sends one header after another, and never the end of them."""

    def spoil(self, reply: Reply) -> Reply:
        return replace(reply, opening=b"HTTP/1.1 200 OK\r\n", drip=b"X-Drip: 1\r\n")


@dataclass(frozen=True)
class EndlessEarlyHints(Fault):
    """Sends one interim answer (103) after another, and never the final one."""

    def spoil(self, reply: Reply) -> Reply:
        return replace(reply, drip=b"HTTP/1.1 103 Early Hints\r\n\r\n")


@dataclass(frozen=True)
class RenamedField(RowFault):
    """Serves a field of every row under another name."""

    field: str
    into: str

    def change(self, rows: list[Json]) -> list[Json]:
        return [
            {(self.into if k == self.field else k): v for k, v in row.items()}
            for row in rows
        ]


@dataclass(frozen=True)
class MissingField(RowFault):
    """Leaves a field out of every row, or of every n-th."""

    field: str
    every: int = 1

    def change(self, rows: list[Json]) -> list[Json]:
        for row in rows[:: self.every]:
            row.pop(self.field, None)
        return rows


@dataclass(frozen=True)
class ExtraField(RowFault):
    """Adds an unknown field."""

    field: str = "surprise"

    def change(self, rows: list[Json]) -> list[Json]:
        return [{**row, self.field: {"nested": [1, 2.5, None]}} for row in rows]


@dataclass(frozen=True)
class NumbersAsStrings(RowFault):
    """Serves every number in every row, at any depth, as a string."""

    def change(self, rows: list[Json]) -> list[Json]:
        return [map_numbers(row, json.dumps) for row in rows]


@dataclass(frozen=True)
class NullNumbers(RowFault):
    """Serves null for one field, or for every number, in every n-th row."""

    field: str | None = None
    every: int = 2

    def change(self, rows: list[Json]) -> list[Json]:
        return [
            self._nulled(row) if index % self.every == 0 else row
            for index, row in enumerate(rows)
        ]

    def _nulled(self, row: Json) -> Json:
        if self.field is not None:
            return {**row, self.field: None}
        return map_numbers(row, lambda _: None)


@dataclass(frozen=True)
class DuplicatedRows(RowFault):
    """Serves every row twice."""

    def change(self, rows: list[Json]) -> list[Json]:
        return [row for row in rows for _ in range(2)]


@dataclass(frozen=True)
class ShuffledRows(RowFault):
    """Serves the rows in random order."""

    seed: int = 1

    def change(self, rows: list[Json]) -> list[Json]:
        return random.Random(self.seed).sample(rows, len(rows))


@dataclass(frozen=True)
class BadRow(RowFault):
    """Puts one invalid row among the valid ones."""

    row: Json = "this is not a row"

    def change(self, rows: list[Json]) -> list[Json]:
        middle = len(rows) // 2
        return [*rows[:middle], self.row, *rows[middle:]]


@dataclass(frozen=True)
class HostileText(RowFault):
    """Puts terminal escapes and markup in all prose, and optionally in names."""

    names: bool = False

    def change(self, rows: list[Json]) -> list[Json]:
        fields = _PROSE + (_NAMES if self.names else ())
        return [
            map_text(row, fields, lambda s: f"{MARKUP}{ESCAPES}{s}") for row in rows
        ]


@dataclass(frozen=True)
class BrokenStrings(RowFault):
    r"""Puts a lone surrogate (\ud800) and a NUL (\u0000) in all prose."""

    def change(self, rows: list[Json]) -> list[Json]:
        return [map_text(row, _PROSE, lambda s: f"\ud800{s}\x00") for row in rows]


@dataclass(frozen=True)
class Frozen(Fault):
    """Always serves the data of one instant, including `serverTime`."""

    at: datetime

    @property
    def frozen_at(self) -> datetime:
        return self.at


@dataclass(frozen=True)
class Gone(Refusal):
    """Answers 410, or 404, as for a path that was retired."""

    status: int = 410

    def answer(self) -> Reply:
        return Reply(self.status, b'{"error":"This endpoint is no longer available"}')


@dataclass(frozen=True)
class Redirected(Refusal):
    """Answers 308 to another path, and that path serves the payload."""

    to: str

    @property
    def serves_at(self) -> str:
        return self.to

    def answer(self) -> Reply:
        return Reply(308, b"", headers=(("Location", self.to),))


@dataclass(frozen=True)
class Moved(Refusal):
    """Answers 404; another path serves the payload, and the pages fetch that one."""

    to: str

    @property
    def serves_at(self) -> str:
        return self.to

    def answer(self) -> Reply:
        return Reply(404, b'{"error":"Not Found"}')


@dataclass(frozen=True)
class NotUtf8(Fault):
    """Serves bytes that are not valid UTF-8."""

    def spoil(self, reply: Reply) -> Reply:
        body = reply.body.replace(b':"', b':"\xff\xfe\xc3', 1)
        return replace(reply, body=body, headers=())


@dataclass(frozen=True)
class Oversize(Fault):
    """Serves a valid body of 60 MB or more, most of it whitespace.

    Attributes:
        is_announced: False to leave out its length.
    """

    megabytes: int = 60
    is_announced: bool = True

    def spoil(self, reply: Reply) -> Reply:
        padding = self.megabytes * 1_000_000
        return replace(reply, headers=(), padding=padding, has_length=self.is_announced)


@dataclass(frozen=True)
class Packed(Fault):
    """Serves a valid body that ends in whitespace, packed by gzip as often as it says.

    Twice makes a gigabyte of a few kilobytes.
    """

    megabytes: int = 1000
    layers: int = 2

    def spoil(self, reply: Reply) -> Reply:
        body = _packed(reply.body, self.megabytes)
        for _ in range(self.layers - 1):
            body = gzip.compress(body)
        encoding = ", ".join(["gzip"] * self.layers)
        return replace(reply, body=body, headers=(("Content-Encoding", encoding),))


@dataclass(frozen=True)
class DeeplyNested(Fault):
    """Serves valid JSON that is nested a hundred thousand levels deep."""

    depth: int = 100_000

    def spoil(self, reply: Reply) -> Reply:
        first_key = reply.body[1:].partition(b":")[0]
        body = b"{%s:%s%s}" % (first_key, b"[" * self.depth, b"]" * self.depth)
        return replace(reply, body=body, headers=())


def _http_date(unix: float) -> str:
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(unix))


def _packed(body: bytes, megabytes: int) -> bytes:
    """The body and that much whitespace, by gzip, without ever holding it unpacked.

    A block that is flushed in full packs to the same bytes wherever it stands.
    """
    packer = zlib.compressobj(wbits=31)
    begun = packer.compress(body) + packer.flush(zlib.Z_FULL_FLUSH)
    space = b" " * 1_000_000
    block = zlib.compressobj(wbits=-15)
    spaces = block.compress(space) + block.flush(zlib.Z_FULL_FLUSH)
    check, size = zlib.crc32(body), len(body) + megabytes * len(space)
    for _ in range(megabytes):
        check = zlib.crc32(space, check)
    trailer = check.to_bytes(4, "little") + (size % (1 << 32)).to_bytes(4, "little")
    return begun + spaces * megabytes + b"\x03\x00" + trailer
