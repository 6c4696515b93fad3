"""What checks of a season found: coverage, and contradictions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from nof1_tracker.records.enums import TradeSide
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
    """A trusted equity; `hour` is the site's hourly marker, None where it has none.

    `source` is empty where it was not asked for.
    """

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
    """A completed leg.

    `source` is the site, or the exchange whose fills it is cut from; empty where it was
    not asked for.
    """

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
class OrderLeg:
    """A completed leg as it is stored, with the orders that made it.

    Attributes:
        quantity: Units, > 0.
        entry_price, exit_price: USD per unit.
        opened_at: None where nobody knows it.
        exit_oid, entry_tid, exit_tid: None where its source did not state them.
        fees: USD, entry plus exit; None where they are not known.
        net_pnl: USD; None where it is not known.
    """

    trade_id: str | None
    symbol: str
    side: TradeSide
    quantity: Decimal
    entry_price: Decimal
    exit_price: Decimal
    opened_at: datetime | None
    closed_at: datetime
    entry_oid: int | None
    entry_tid: int | None
    exit_oid: int | None
    exit_tid: int | None
    fees: Decimal | None
    net_pnl: Decimal | None


class ContradictionKind(StrEnum):
    """What the tables, and the exchange or the archive, do not agree on."""

    PRICE = "price"
    """The price of the entry or of the exit."""
    SIZE = "size"
    FEE = "fee"
    TIME = "time"
    """When it was opened or closed."""
    NET = "net"
    """The net PnL."""
    MISSING = "missing"
    """Fills that no leg explains, or a row that the archive makes and nobody stored."""
    EXTRA = "extra"
    """A leg that no fills explain, or a row that does not follow from the archive."""
    CHANGED = "changed"
    """A row is otherwise than the archive makes it by today's code."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What the exchange says of a leg or the archive of a row, and what is stored.

    Attributes:
        account_id: None for a row of no account: a price.
        trade_id: None where no leg is stored, and for rows of other tables.
        expected, found: As it should be, and as it is stored, in words.
    """

    kind: ContradictionKind
    account_id: str | None
    trade_id: str | None
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class EquityAgreement:
    """How far an account's equity out of the exchange's record is from the site's.

    It contradicts nothing: the two are of slightly different times.

    Attributes:
        interval: Length of the candles that the equity was computed at.
        points: How many equities there are.
        compared: How many of them the site's equity was observed close to.
        median, largest: USD, >= 0; None where none was compared.
    """

    account_id: str
    interval: str
    points: int
    compared: int
    median: Decimal | None
    largest: Decimal | None


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of a season found.

    Attributes:
        season: None if nothing is stored.
        damage: What of the archive cannot be read, in words.
        unchecked: What could not be checked, and why, in words.
        contradictions: Where the tables and another source differ.
        coverage: By account, kind and day.
        equities: How equities out of the exchange's record agree with the site's.
    """

    season: SeasonSpan | None
    coverage: tuple[CoverageRow, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    damage: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    equities: tuple[EquityAgreement, ...] = ()

    @property
    def is_contradicted(self) -> bool:
        return bool(self.contradictions or self.damage)

    @property
    def is_complete(self) -> bool:
        """True where something is held, and nothing of it is known to be missing."""
        return bool(self.coverage) and all(row.is_complete for row in self.coverage)
