"""What a source is asked for, and the bodies that it yields."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from nof1_tracker.errors import TrackerError
from nof1_tracker.records.enums import Endpoint


@dataclass(frozen=True, slots=True)
class Request:
    """One payload asked of a source; `query` is part of its URL."""

    endpoint: Endpoint
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RawPayload:
    """A body exactly as it was served.

    Attributes:
        body: The bytes of the body, content encoding undone.
        origin: The URL or the file that it was read from.
        captured_at: When we received it (our clock; for a file, when it was saved).
        transport: browser, http or capture.
        endpoint: The endpoint recognised from its shape; None if not recognised.
        etag: Validator to send with the next request for `origin`; None if none.
    """

    body: bytes = field(repr=False)
    origin: str
    captured_at: datetime
    transport: str
    endpoint: Endpoint | None = None
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class NotModified:
    """The source says (304) that nothing changed since the payload we stored."""

    request: Request
    origin: str


@dataclass(frozen=True, slots=True)
class FetchFailure:
    """A request that stayed without a usable body, and why."""

    request: Request
    error: TrackerError


FetchResult = RawPayload | NotModified | FetchFailure


class PayloadSource(Protocol):
    """Somewhere that payloads come from. Use as a context manager."""

    @property
    def transport(self) -> str:
        """browser, http or capture."""
        ...

    def fetch(self, requests: Sequence[Request]) -> Iterator[FetchResult]:
        """Yields exactly one result per request, in the order of arrival.

        A failure of one request is a FetchFailure and does not end the others.

        Raises:
            SourceUnreachableError: No request can succeed: there is no connection.
            BrowserUnavailableError: No browser can be started.
        """
        ...

    def close(self) -> None:
        """Releases connections and processes. May be called twice."""
        ...
