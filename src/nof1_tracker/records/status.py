"""What the tables say of the recording itself: how new, how complete, what was refused."""

from dataclasses import dataclass
from datetime import datetime

from nof1_tracker.records.enums import RunStatus
from nof1_tracker.records.parsed import JsonObject


@dataclass(frozen=True, slots=True)
class NewestRows:
    """When an account was last observed, by kind; None: never."""

    name: str
    account_id: str
    snapshot_at: datetime | None
    trade_at: datetime | None
    chat_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChatGaps:
    """Conversations missing between an account's first and last stored cycle.

    Attributes:
        largest: Missing in a row, at most; 0 where nothing is missing.
        largest_from, largest_to: Times of the conversations around it.
    """

    name: str
    account_id: str
    stored: int
    missing: int
    largest: int
    largest_from: datetime | None
    largest_to: datetime | None


@dataclass(frozen=True, slots=True)
class TradeCoverage:
    """Completed legs stored, against those that nof1 counted for the account."""

    name: str
    account_id: str
    stored: int
    reported: int
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A scrape or an import as it was noted.

    Attributes:
        finished_at: None while it runs, and for ever where it was killed.
        counts: The lines of its summary.
    """

    started_at: datetime
    finished_at: datetime | None
    transport: str
    origin: str
    status: RunStatus
    counts: tuple[JsonObject, ...]
    error: str | None


@dataclass(frozen=True, slots=True)
class RejectedGroup:
    """What was rejected for one reason at one endpoint, counted with repeats."""

    endpoint: str
    reason: str
    occurrences: int
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Drift:
    """A change of what the source serves, noted after it had been watched for a day.

    Attributes:
        json_type, word, example: As in Trait.
        noted_at: When it was first served so, or first missing.
        is_gone: True for a field that every row had, and none has any more.
    """

    endpoint: str
    path: str
    json_type: str
    word: str
    example: str
    noted_at: datetime
    is_gone: bool


@dataclass(frozen=True, slots=True)
class StoredRejected:
    """What could not be understood when it was fetched, as it was kept.

    Attributes:
        endpoint: Its kind of payload as spelled by Endpoint, or UNKNOWN_ENDPOINT.
        original: A row as JSON, or a whole body as text.
    """

    endpoint: str
    reason: str
    original: str
    origin: str
    first_seen_at: datetime
