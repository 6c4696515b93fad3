"""Exchanges as WARC records; `reading.recorded_exchanges` reads them back.

`response` is a body as served, with the `request` before it where that had a body;
`revisit` is a 304, or a body that is identical to an earlier one of the same segment;
`resource` is a body without an exchange: derived, or a file's; `metadata` is a challenge,
of which nothing but status and time may be kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit
from uuid import uuid4

from nof1_tracker.archive.warc_records import (
    FIELDS,
    HTTP_REQUEST,
    HTTP_RESPONSE,
    IDENTICAL,
    NOT_MODIFIED,
    http_head,
    serialise,
    timestamp,
)
from nof1_tracker.records.archive.exchanges import NOT_MODIFIED as UNCHANGED
from nof1_tracker.records.archive.exchanges import Exchange

_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Original:
    """The record that a revisit refers to.

    Attributes:
        id, date: Its WARC-Record-ID and WARC-Date.
    """

    number: int
    id: str
    url: str
    date: str
    digest: str


@dataclass(frozen=True, slots=True)
class Written:
    """A record as bytes, to be compressed and appended.

    Attributes:
        original: What later revisits may refer to; None if this has no full body.
    """

    number: int
    content: bytes
    original: Original | None = None


def about(number: int, name: str, software: str, date: str) -> bytes:
    """The `warcinfo` record that a segment begins with."""
    fields = (
        ("WARC-Type", "warcinfo"),
        ("WARC-Record-ID", _new_id()),
        ("WARC-Date", date),
        ("WARC-Filename", f"{name}.warc.gz"),
        ("Content-Type", FIELDS),
        ("Nof1-Record", str(number)),
    )
    text = f"software: {software}\r\nformat: WARC File Format 1.1\r\n"
    return serialise(fields, text.encode())


def records_of(
    exchange: Exchange, digest: str, first: int, original: Original | None
) -> Iterator[Written]:
    """The records of an exchange: the request if it had a body, then the answer.

    Args:
        digest: SHA-256 of its body; that of the original if it is a 304.
        first: Number of the first of them.
        original: Earlier record of the same body; None writes the body in full.
    """
    answer_id, number = _new_id(), first
    if exchange.request_body:
        yield Written(number, _request(exchange, number, answer_id))
        number += 1
    fields = _fields(exchange, number, answer_id)
    if exchange.is_challenge:
        yield Written(number, _challenge(exchange, fields))
        return
    fields.append(("WARC-Payload-Digest", f"sha256:{digest}"))
    if original is not None:
        yield Written(number, _revisit(exchange, fields, original))
        return
    kept = Original(number, answer_id, exchange.url, dict(fields)["WARC-Date"], digest)
    yield Written(number, _full(exchange, fields), kept)


def _new_id() -> str:
    return uuid4().urn.join("<>")


def _fields(exchange: Exchange, number: int, record_id: str) -> list[tuple[str, str]]:
    """What every record of an exchange states about it."""
    fields = [
        ("WARC-Record-ID", record_id),
        ("WARC-Date", timestamp(exchange.dated_at)),
        ("WARC-Target-URI", exchange.url),
        ("Nof1-Record", str(number)),
        ("Nof1-Kind", exchange.kind),
        ("Nof1-Transport", exchange.transport),
        ("Nof1-Captured", timestamp(exchange.captured_at)),
    ]
    if exchange.observed_at is not None:
        fields.append(("Nof1-Observed", timestamp(exchange.observed_at)))
    if (container := exchange.container) is not None:
        fields += [
            ("Nof1-Container", container.name),
            ("Nof1-Container-Digest", f"sha256:{container.digest}"),
            ("Nof1-Member", container.member),
        ]
    return fields


def _request(exchange: Exchange, number: int, answer_id: str) -> bytes:
    fields = (
        ("WARC-Type", "request"),
        ("WARC-Record-ID", _new_id()),
        ("WARC-Date", timestamp(exchange.dated_at)),
        ("WARC-Target-URI", exchange.url),
        ("WARC-Concurrent-To", answer_id),
        ("Content-Type", HTTP_REQUEST),
        ("Nof1-Record", str(number)),
    )
    parts = urlsplit(exchange.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = (
        ("Host", parts.netloc),
        ("Content-Type", exchange.request_type),
        ("Content-Length", str(len(exchange.request_body))),
    )
    head = http_head(f"{exchange.method} {path} HTTP/1.1", headers)
    return serialise(fields, head, exchange.request_body)


def _challenge(exchange: Exchange, fields: list[tuple[str, str]]) -> bytes:
    fields = [("WARC-Type", "metadata"), *fields, ("Content-Type", FIELDS)]
    return serialise(fields, f"status: {exchange.status or 0}\r\n".encode())


def _revisit(
    exchange: Exchange, fields: list[tuple[str, str]], original: Original
) -> bytes:
    unchanged = exchange.status == UNCHANGED
    fields = [
        ("WARC-Type", "revisit"),
        *fields,
        ("WARC-Profile", NOT_MODIFIED if unchanged else IDENTICAL),
        ("WARC-Refers-To", original.id),
        ("WARC-Refers-To-Target-URI", original.url),
        ("WARC-Refers-To-Date", original.date),
        ("Nof1-Refers-To", str(original.number)),
        ("Content-Type", HTTP_RESPONSE),
    ]
    length = None if unchanged else len(exchange.body)
    return serialise(fields, _answer_head(exchange, length))


def _full(exchange: Exchange, fields: list[tuple[str, str]]) -> bytes:
    if exchange.status is None:
        kind = exchange.header("Content-Type") or _JSON
        fields = [("WARC-Type", "resource"), *fields, ("Content-Type", kind)]
        return serialise(fields, exchange.body)
    fields = [("WARC-Type", "response"), *fields, ("Content-Type", HTTP_RESPONSE)]
    head = _answer_head(exchange, len(exchange.body))
    return serialise(fields, head, exchange.body)


def _answer_head(exchange: Exchange, length: int | None) -> bytes:
    status = exchange.status or HTTPStatus.OK
    headers = list(exchange.headers)
    if length is not None:
        headers.append(("Content-Length", str(length)))
    return http_head(f"HTTP/1.1 {status} {_phrase(status)}", headers)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
