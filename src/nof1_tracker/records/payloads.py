"""Requests to a source, and the bodies that it yields."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BufferedReader
from pathlib import PurePath
from typing import Final, Protocol

from nof1_tracker.errors import TrackerError
from nof1_tracker.records.archive.exchanges import Container
from nof1_tracker.records.enums import Endpoint

WAYBACK: Final = "wayback"
"""The transport of bodies that a web archive kept."""


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
        captured_at: When it was received (our clock; for a file, when it was saved;
            for a web archive's, when it was captured).
        transport: browser, http, capture or wayback.
        endpoint: The endpoint recognised from its shape; None if not recognised.
        observed_at: When it was served: HTTP's Date less Age, our clock where we
            fetched it, the time that its folder is named by; None where none is known.
        etag: Validator to send with the next request for `origin`; None if none. A web
            archive's digest of the body, whose copies never change.
        status: HTTP status; None where there was no exchange: derived, or from a file.
        headers: Those of the answer, as served.
        container: The file that it was in; None if it was fetched.
    """

    body: bytes = field(repr=False)
    origin: str
    captured_at: datetime
    transport: str
    endpoint: Endpoint | None = None
    etag: str | None = None
    observed_at: datetime | None = None
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    container: Container | None = None


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


# --- what files hold -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file that is not packed, or what was unpacked from one.

    Attributes:
        path: The file, and below it the members that lead here.
        stream: The content, from its beginning; readable until the next is asked for.
        is_packed: True within a zip or a tar.
    """

    path: PurePath
    stream: BufferedReader = field(repr=False)
    is_packed: bool = False


@dataclass(frozen=True, slots=True)
class ArchivedAnswer:
    """An answer of the site in a web archive.

    Attributes:
        path: As of `FileContent`.
        place: Which record it is, in words.
        url: The address that was asked.
        body: As it was served, without transfer and content encodings.
        archived_at: When the archive's program received it; None if it is not stated.
        date: HTTP's Date, as served.
        age: HTTP's Age, as served.
    """

    path: PurePath
    place: str
    url: str
    body: bytes = field(repr=False)
    archived_at: datetime | None = None
    date: str | None = None
    age: str | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A part of a file that cannot be read; `place` is empty for all of it."""

    path: PurePath
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was found beside payloads and is neither stored nor kept, in words."""

    note: str


FilePart = FileContent | ArchivedAnswer | Unreadable
