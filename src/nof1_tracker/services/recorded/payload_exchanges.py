"""Payloads as exchanges of the archive, and payloads made from what it holds."""

from datetime import datetime
from typing import Final

from nof1_tracker.errors import CheckpointError
from nof1_tracker.records.archive.exchanges import NOT_MODIFIED, Exchange
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.payloads import NotModified, RawPayload, Request

UNRECOGNISED: Final = "unrecognised"
"""Kind of a body that is not a known payload."""
CHECKPOINT: Final = "checkpoint"
_ENDPOINTS: Final = frozenset(Endpoint)


def exchange_of(payload: RawPayload, site: str) -> Exchange:
    """The exchange that the payload came in.

    An ETag is recorded only where it is that of a sound body: it is the next request's
    validator.

    Args:
        site: What a body from a file stands for is at this address.
    """
    others = [each for each in payload.headers if each[0].lower() != "etag"]
    etag = [("ETag", payload.etag)] if payload.etag else []
    return Exchange(
        url=_address(payload, site),
        kind=payload.endpoint or UNRECOGNISED,
        body=payload.body,
        captured_at=payload.captured_at,
        transport=payload.transport,
        status=payload.status,
        observed_at=payload.observed_at,
        headers=(*others, *etag),
        container=payload.container,
    )


def _address(payload: RawPayload, site: str) -> str:
    if payload.container is None:
        return payload.origin
    if payload.endpoint is None:
        return f"file:{payload.container.name}"
    return f"{site}/api/{payload.endpoint}"


def exchange_of_304(result: NotModified, at: datetime, transport: str) -> Exchange:
    """The source's answer that its last full body still stands."""
    return Exchange(
        url=result.origin,
        kind=result.request.endpoint,
        body=b"",
        captured_at=at,
        transport=transport,
        status=NOT_MODIFIED,
        observed_at=at,
    )


def exchange_of_checkpoint(
    error: CheckpointError, site: str, at: datetime, transport: str
) -> Exchange:
    """A checkpoint's page, of which only status and time are kept."""
    return Exchange(
        url=site,
        kind=CHECKPOINT,
        body=b"",
        captured_at=at,
        transport=transport,
        status=error.status,
        is_challenge=True,
    )


def payload_of(exchange: Exchange, body: bytes) -> RawPayload:
    """The payload, made from the recorded exchange alone."""
    is_file = exchange.container is not None
    return RawPayload(
        body=body,
        origin=_place(exchange) if is_file else exchange.url,
        captured_at=exchange.captured_at,
        transport=exchange.transport,
        endpoint=endpoint_of(exchange),
        etag=exchange.header("ETag"),
        observed_at=exchange.observed_at,
        status=exchange.status,
        headers=exchange.headers,
        container=exchange.container,
    )


def answer_of_304(exchange: Exchange) -> NotModified | None:
    """The answer that a recorded 304 was; None for a kind that is not known today."""
    endpoint = endpoint_of(exchange)
    return NotModified(Request(endpoint), exchange.url) if endpoint else None


def endpoint_of(exchange: Exchange) -> Endpoint | None:
    """The payload that the body was recorded as; None if it was not recognised."""
    return Endpoint(exchange.kind) if exchange.kind in _ENDPOINTS else None


def _place(exchange: Exchange) -> str:
    """The file, and what it is in it, without the folders that it was in."""
    container = exchange.container
    if container is None:
        return exchange.url
    return ", ".join(filter(None, (container.name, container.member)))
