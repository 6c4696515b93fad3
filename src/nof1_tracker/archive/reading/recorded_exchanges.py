"""Exchanges, as read from the WARC records that `exchange_records` made of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from nof1_tracker.archive.warc_records import (
    NOT_MODIFIED,
    BadRecordError,
    WarcRecord,
    parse_timestamp,
    sha256,
    split_http,
)
from nof1_tracker.records.archive.archive_positions import Position
from nof1_tracker.records.archive.exchanges import Container, Exchange, Recorded

_JSON: Final = "application/json"
_KINDS: Final = ("response", "revisit", "resource", "metadata")
"""Types of records that are exchanges; requests belong to the one after them."""


def number_of(record: WarcRecord) -> int:
    """The record's number in its segment.

    Raises:
        BadRecordError: It states none.
    """
    try:
        return int(record.fields["Nof1-Record"])
    except (KeyError, ValueError):
        raise BadRecordError("it states no number") from None


def is_exchange(record: WarcRecord) -> bool:
    """False for `warcinfo`, and for a request, which belongs to the answer after it."""
    return record.type in _KINDS


@dataclass(frozen=True, slots=True)
class Outline:
    """What the header alone says of an exchange.

    Attributes:
        has_body: As of the `Exchange`.
    """

    captured_at: datetime
    has_body: bool


def outline_of(fields: Mapping[str, str]) -> Outline | None:
    """The outline of a record with these fields; None for one that is not an exchange.

    Raises:
        BadRecordError: A field is missing, or cannot be read.
    """
    try:
        kind = fields["WARC-Type"]
        if kind not in _KINDS:
            return None
        is_confirmation = fields.get("WARC-Profile") == NOT_MODIFIED
        has_body = kind != "metadata" and not is_confirmation
        return Outline(parse_timestamp(fields["Nof1-Captured"]), has_body)
    except (KeyError, ValueError) as error:
        raise BadRecordError(f"a field cannot be read ({error})") from None


def recorded(
    record: WarcRecord, request: WarcRecord | None, segment: str, size: int
) -> Recorded:
    """The exchange of the record.

    Args:
        request: The request before it; None if it has none.
        size: Bytes that both take in the segment.

    Raises:
        BadRecordError: A field is missing, or cannot be read.
    """
    fields = record.fields
    try:
        exchange = _exchange(record, request)
        digest = fields.get("WARC-Payload-Digest", "").removeprefix("sha256:")
        refers = fields.get("Nof1-Refers-To")
        return Recorded(
            Position(segment, number_of(record)),
            exchange,
            digest,
            Position(segment, int(refers)) if refers else None,
            size,
        )
    except (KeyError, ValueError) as error:
        raise BadRecordError(f"a field cannot be read ({error})") from None


def _exchange(record: WarcRecord, request: WarcRecord | None) -> Exchange:
    fields = record.fields
    status, headers, body = _answer(record)
    method, kind, sent = _asked(request)
    observed = fields.get("Nof1-Observed")
    return Exchange(
        url=fields["WARC-Target-URI"],
        kind=fields["Nof1-Kind"],
        body=body,
        captured_at=parse_timestamp(fields["Nof1-Captured"]),
        transport=fields["Nof1-Transport"],
        status=status,
        observed_at=parse_timestamp(observed) if observed else None,
        headers=headers,
        method=method,
        request_body=sent,
        request_type=kind,
        container=_container(record),
        is_challenge=record.type == "metadata",
    )


def _answer(
    record: WarcRecord,
) -> tuple[int | None, tuple[tuple[str, str], ...], bytes]:
    """Status, headers and body; the body is checked against its digest."""
    if record.type == "metadata":
        return int(record.block.removeprefix(b"status: ")), (), b""
    if record.type == "resource":
        kind = ("Content-Type", record.fields["Content-Type"])
        return None, (kind,), _checked(record, record.block)
    first, headers, body = split_http(record.block)
    kept = tuple(each for each in headers if each[0] != "Content-Length")
    if record.type == "response":
        _checked(record, body)
    return int(first.split(" ")[1]), kept, body


def _checked(record: WarcRecord, body: bytes) -> bytes:
    """The body; its digest is that of the block where that is checked already."""
    stated = record.fields.get("WARC-Payload-Digest")
    if stated != record.fields["WARC-Block-Digest"] and stated != (
        f"sha256:{sha256(body)}"
    ):
        raise BadRecordError("its body's SHA-256 is not the one that it states")
    return body


def _asked(request: WarcRecord | None) -> tuple[str, str, bytes]:
    """Method, content type and body of the request."""
    if request is None:
        return "GET", _JSON, b""
    first, headers, body = split_http(request.block)
    return first.split(" ")[0], dict(headers).get("Content-Type", _JSON), body


def _container(record: WarcRecord) -> Container | None:
    name = record.fields.get("Nof1-Container")
    if name is None:
        return None
    digest = record.fields["Nof1-Container-Digest"].removeprefix("sha256:")
    return Container(name, digest, record.fields.get("Nof1-Member", ""))
