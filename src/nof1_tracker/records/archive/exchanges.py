"""What is recorded: one body, with its request and its times."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from nof1_tracker.records.archive.archive_positions import Position

NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True)
class Container:
    """The file that somebody gave us, of which one member is recorded.

    Attributes:
        name: Its base name, without any folder.
        digest: SHA-256 of the whole file, in hexadecimal digits.
        member: Which member it was, as the container counts or names it.
    """

    name: str
    digest: str
    member: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One body with its request and its times.

    Attributes:
        url: What was asked for; for what is derived or was a file, what it stands for.
        kind: What the body is, as listings count it, for example an endpoint's name.
        body: The body, with any content encoding removed; empty for a 304.
        captured_at: When it was received, by our clock; aware UTC.
        transport: browser, http, capture, wayback or hyperliquid.
        status: HTTP status; None where there was no exchange: derived, or from a file.
        observed_at: When it was served, as far as that is known; aware UTC.
        headers: Those of the answer; the archive keeps the ones on its list.
        method: GET or POST; the request's body is kept for POST.
        is_challenge: True for a checkpoint's page: only status and time are kept.
    """

    url: str
    kind: str
    body: bytes = field(repr=False)
    captured_at: datetime
    transport: str
    status: int | None = 200
    observed_at: datetime | None = None
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "GET"
    request_body: bytes = field(default=b"", repr=False)
    request_type: str = "application/json"
    container: Container | None = None
    is_challenge: bool = False

    @property
    def dated_at(self) -> datetime:
        """When it was served or, where that is unknown, when it was received."""
        return self.observed_at or self.captured_at

    @property
    def has_body(self) -> bool:
        """False for a confirmation (304) and for a checkpoint, which bring none."""
        return not (self.is_challenge or self.status == NOT_MODIFIED)

    def header(self, name: str) -> str | None:
        """The first value of the header, regardless of case; None if absent."""
        wanted = name.lower()
        return next((v for key, v in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An exchange as it was read from the archive.

    Attributes:
        position: The record's place; a consumer that stored it is at this position.
        exchange: As recorded; its body is empty if `refers_to` is given.
        digest: SHA-256 of the body that was served, in hexadecimal digits.
        refers_to: The record that has the body; None if this one has it.
        size: Bytes that it takes in its segment.
    """

    position: Position
    exchange: Exchange
    digest: str
    refers_to: Position | None
    size: int

    @property
    def observed_at(self) -> datetime:
        """When it was served or, where that is unknown, when it was received."""
        return self.exchange.dated_at

    @property
    def is_not_modified(self) -> bool:
        """True for the source's answer that its last full body still stands."""
        return self.exchange.status == NOT_MODIFIED


def without_body(found: Recorded) -> Recorded:
    """The exchange without its body, to be kept in memory by the thousand."""
    light = replace(found.exchange, body=b"")
    return replace(found, exchange=light)


@dataclass(frozen=True, slots=True)
class FullBody:
    """The last full body of a URL in the segment that is being written.

    Conditional and incremental requests may rest on it, and on nothing else.

    Attributes:
        digest: SHA-256 of the body, in hexadecimal digits.
        etag, last_modified: Validators to send; None where the source gave none.
    """

    position: Position
    digest: str
    observed_at: datetime
    etag: str | None
    last_modified: str | None
