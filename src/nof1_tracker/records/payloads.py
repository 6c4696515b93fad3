"""Requests to a source, and the bodies that it yields."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from nof1_tracker.errors import TrackerError
from nof1_tracker.records.enums import Endpoint


@dataclass(frozen=True, slots=True)
class Request:
    """A request for one payload; `query` is part of its URL."""

    endpoint: Endpoint
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RawPayload:
    """A body exactly as it was served.

    Attributes:
        body: The bytes of the body, with any content encoding removed.
        origin: The URL or file that it was read from.
        captured_at: When it was received (our clock; for a file, when it was saved).
        transport: browser, http or capture.
        endpoint: The endpoint recognised from its shape; None if not recognised.
        observed_at: When it was served: HTTP's Date less Age, our clock where we
            fetched it, the time that its folder is named by; None where none is known.
        etag: Validator to send with the next request for `origin`; None if none.
    """

    body: bytes = field(repr=False)
    origin: str
    captured_at: datetime
    transport: str
    endpoint: Endpoint | None = None
    etag: str | None = None
    observed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NotModified:
    """The source's answer (304) that nothing changed since the stored payload."""

    request: Request
    origin: str


@dataclass(frozen=True, slots=True)
class FetchFailure:
    """A request that got no usable body, and why."""

    request: Request
    error: TrackerError


FetchResult = RawPayload | NotModified | FetchFailure


class PayloadSource(Protocol):
    """A source of payloads. Use it as a context manager."""

    @property
    def transport(self) -> str:
        """browser, http or capture."""
        ...

    def fetch(self, requests: Sequence[Request]) -> Iterator[FetchResult]:
        """Yields exactly one result per request, in order of arrival.

        The failure of one request is a FetchFailure and does not stop the others.

        Raises:
            SourceUnreachableError: No request can succeed: there is no connection.
            BrowserUnavailableError: No browser can be started.
        """
        ...

    def close(self) -> None:
        """Releases connections and processes. May be called twice."""
        ...
