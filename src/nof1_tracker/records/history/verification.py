"""What checks of a season found: coverage, and contradictions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from nof1_tracker.records.parsed import Account
from nof1_tracker.records.stored import SeasonSpan

CONVERSATIONS_SOURCE = "conversations"
"""The site's own answers, as the source of what is held."""


class HeldKind(StrEnum):
    """What is held of an account, and counted."""

    HOURS = "hours"
    """Hours of which a trusted equity is held."""
    CONVERSATIONS = "conversations"
    """Conversations, told by their cycle ids, which count from 1."""
    TRADES = "trades"
    """Completed legs, by the day on which they closed."""


@dataclass(frozen=True, slots=True)
class HeldEquity:
    """A trusted equity; `hour` is the site's hourly marker, None where it has none."""

    observed_at: datetime
    source: str
    hour: int | None


@dataclass(frozen=True, slots=True)
class HeldConversation:
    """A conversation; `cycle` is its number, None where the site served none."""

    observed_at: datetime
    cycle: int | None


@dataclass(frozen=True, slots=True)
class HeldLeg:
    """A completed leg; `source` is the site, or the exchange whose fills it is cut from."""

    closed_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class StatedCount:
    """The number of completed legs that the site counted."""

    observed_at: datetime
    total: int


@dataclass(frozen=True, slots=True)
class AccountHoldings:
    """What is stored of an account in a season; each list is in order of time.

    Attributes:
        started_at: When the account started, as the site stated; None if it did not.
        counts: What the site counted.
    """

    account: Account
    started_at: datetime | None
    equities: Sequence[HeldEquity]
    conversations: Sequence[HeldConversation]
    legs: Sequence[HeldLeg]
    counts: Sequence[StatedCount]


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """How much of one kind is held of an account on one day (UTC).

    Attributes:
        day: None for what is known to be missing without a day.
        missing: How many are known to be missing.
        is_known: False where there may have been more than are held and missing.
        sources: Where what is held came from.
    """

    account: Account
    day: date | None
    kind: HeldKind
    held: int
    missing: int
    is_known: bool
    sources: tuple[str, ...] = ()

    @property
    def expected(self) -> int | None:
        """How many there were; None where nobody knows."""
        return self.held + self.missing if self.is_known else None

    @property
    def is_complete(self) -> bool:
        """True where nothing is missing, as far as that can be known."""
        return self.is_known and not self.missing


@dataclass(frozen=True, slots=True)
class CoverageTotal:
    """How much of one kind is held of an account in a season.

    Attributes:
        missing, is_known: As of `CoverageRow`.
        short_days: The days of which something is missing, or nothing is known.
    """

    account: Account
    kind: HeldKind
    held: int
    missing: int
    is_known: bool
    short_days: tuple[date, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two sources that say different things about one leg, or one that is silent.

    Attributes:
        kind: price, size, fee, time, net, missing or extra.
        expected, found: As the exchange has it, and as it is stored, in words.
    """

    kind: str
    account_id: str
    trade_id: str | None
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of a season found.

    Attributes:
        season: None if nothing is stored.
        damage: What of the archive cannot be read, in words.
        contradictions: Where the tables and another source differ.
        coverage: By account, kind and day.
    """

    season: SeasonSpan | None
    coverage: tuple[CoverageRow, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    damage: tuple[str, ...] = ()

    @property
    def is_contradicted(self) -> bool:
        return bool(self.contradictions or self.damage)

    @property
    def is_complete(self) -> bool:
        """True where something is held, and nothing of it is known to be missing."""
        return bool(self.coverage) and all(row.is_complete for row in self.coverage)
