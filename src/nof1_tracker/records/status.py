"""The state of the recording: how recent, how complete, and what was rejected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nof1_tracker.records.enums import RunStatus
from nof1_tracker.records.parsed import JsonObject


@dataclass(frozen=True, slots=True)
class NewestRows:
    """When an account was last observed, by kind; None if never."""

    name: str
    account_id: str
    snapshot_at: datetime | None
    trade_at: datetime | None
    chat_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChatGaps:
    """Conversations missing between an account's first and last stored cycle.

    Attributes:
        largest: Most cycles missing in a row; 0 if nothing is missing.
        largest_from, largest_to: Times of the conversations before and after that gap.
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
    """Completed legs stored, and those that nof1 counted for the account."""

    name: str
    account_id: str
    stored: int
    reported: int
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A scrape or an import as stored.

    Attributes:
        finished_at: None while it runs, and forever if it was killed.
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
class LockHolder:
    """A process that holds a lock others wait for, as a person reads it.

    Attributes:
        process: Of the server's process on PostgreSQL, else of the writer itself.
        host: "" on this machine, or where it is not known.
        seconds: Since its transaction began; None where that is not known.
    """

    process: int
    program: str
    host: str = ""
    seconds: float | None = None

    def __str__(self) -> str:
        """Such as "process 42, sqlite3"."""
        parts = [f"process {self.process}", self.program or "of unknown name"]
        if self.host:
            parts.append(f"from {self.host}")
        if self.seconds is not None:
            parts.append(f"for {self.seconds:.0f} s")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class RejectedGroup:
    """Rejections of one endpoint for one reason, counting repeats."""

    endpoint: str
    reason: str
    occurrences: int
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class ImplausibleLegs:
    """Stored legs that are implausible in the same way, in words."""

    oddity: str
    legs: int


@dataclass(frozen=True, slots=True)
class LowEquity:
    """The equities of an account in a season in which one was near zero.

    Attributes:
        initial_equity: USD.
        observations: Every trusted one of the season, of each instant the best:
            its time and its equity, USD, oldest first.
        closings: When legs of the account closed, in any order.
    """

    name: str
    account_id: str
    initial_equity: float
    observations: Sequence[tuple[datetime, float]]
    closings: Sequence[datetime]


@dataclass(frozen=True, slots=True)
class SuspectedGlitch:
    """An equity (USD) that is suspected to be a fault of the source."""

    name: str
    account_id: str
    observed_at: datetime
    equity: float


@dataclass(frozen=True, slots=True)
class Drift:
    """A change in what the source serves, noted after it was watched for a day.

    Attributes:
        json_type, word, example: As in Trait.
        noted_at: When the change was first served, or the field first missing.
        is_gone: True for a field that every payload had and none has any longer.
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
    """A rejected row or body as stored.

    Attributes:
        endpoint: Its kind of payload as spelled by Endpoint, or UNKNOWN_ENDPOINT.
        original: A row as JSON, or a whole body as text.
        observed_at: Its earliest and its latest observation by the source's clock, or
            one of the two if they are the same; None where no time is known.
    """

    endpoint: str
    reason: str
    original: str
    origin: str
    observed_at: tuple[datetime | None, ...]
    first_seen_at: datetime
