"""Report objects from stored rows. Pure: ratios are fractions, nothing is rounded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from nof1_tracker.analyzer.equity.glitches import suspected_glitches
from nof1_tracker.analyzer.freshness import Freshness
from nof1_tracker.analyzer.metrics import Outcomes, total_return
from nof1_tracker.records.archive.archive_positions import ArchiveState
from nof1_tracker.records.enums import Cut, EquitySource, Kind
from nof1_tracker.records.parsed import Account
from nof1_tracker.records.reading.emptiness import Emptiness, StoredSpan
from nof1_tracker.records.status import (
    ChatGaps,
    Drift,
    ImplausibleLegs,
    LockHolder,
    LowEquity,
    NewestRows,
    RejectedGroup,
    StoredRun,
    SuspectedGlitch,
    TradeCoverage,
)
from nof1_tracker.records.stored import (
    SeasonSpan,
    StoredChat,
    StoredSnapshot,
    StoredTrade,
)

STALE_BEYOND = Decimal("0.01")
"""An untrusted source that is off by more than this fraction of the equity is stale."""
COMPARABLE_WITHIN = timedelta(days=1)
"""Observations further apart than this may differ because time has passed."""
_NO_LEGS = Outcomes(0, 0, 0)


@dataclass(frozen=True, slots=True)
class StaleSource:
    """What an untrusted source states while a trusted one contradicts it.

    Attributes:
        difference: Its equity minus the trusted equity, as a fraction of the latter.
        rank: In the untrusted source; None where the account is not ranked there.
    """

    source: EquitySource
    equity: Decimal
    observed_at: datetime
    difference: Decimal
    rank: int | None


@dataclass(frozen=True, slots=True)
class Level:
    """An account's equity at one cut of a season.

    Attributes:
        rank: Among the accounts; ties share a rank. None for a benchmark.
        total_return: Fraction of the initial equity; None where the latter is 0.
    """

    equity: Decimal
    rank: int | None
    total_return: Decimal | None
    source: EquitySource
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """One account's place in a season.

    Attributes:
        rank: Among the accounts; ties share a rank. None for a benchmark.
        total_return: Fraction of the initial equity; None where the latter is 0.
        trades: Number of completed legs that are stored. Where no leg of the season
            is, the number that `source` states; None where it states none.
        win_rate: Fraction of those legs with net PnL > 0, or that `source` states; None
            without legs.
        sharpe_ratio: As nof1 states it, not annualised; None where it does not.
        has_legs: Whether a leg of the season is stored, of any account.
        at_close, at_last: At the season's close and at its last observation; None
            where nothing of the season was observed after its close.
    """

    account: Account
    rank: int | None
    equity: Decimal
    total_return: Decimal | None
    unrealized_pnl: Decimal | None
    trades: int | None
    win_rate: Decimal | None
    source: EquitySource
    observed_at: datetime
    stale_sources: tuple[StaleSource, ...]
    sharpe_ratio: Decimal | None = None
    has_legs: bool = True
    at_close: Level | None = None
    at_last: Level | None = None

    @property
    def level(self) -> Level:
        """Its equity where the standings are cut."""
        return Level(
            self.equity, self.rank, self.total_return, self.source, self.observed_at
        )


@dataclass(frozen=True, slots=True)
class Standings:
    """Who is ahead in a season, best first; benchmarks are placed by their equity.

    Attributes:
        season: None where nothing is stored at all.
        at: The instant described; nothing observed later is included.
        cut: What that instant is.
        stored: The equities of all seasons, where there is no row.
    """

    season: SeasonSpan | None
    at: datetime
    rows: tuple[Standing, ...]
    cut: Cut = Cut.LAST
    stored: tuple[StoredSpan, ...] = ()

    @property
    def observed_at(self) -> datetime | None:
        """When the newest of the equities was observed; None without rows.

        One of a source without a clock counts only where there is no other.
        """
        dated = [row.observed_at for row in self.rows if row.source.trusted]
        return max(dated or [row.observed_at for row in self.rows], default=None)

    @property
    def went_on(self) -> bool:
        """True where equities of the season were observed after it closed."""
        return any(row.at_close or row.at_last for row in self.rows)


@dataclass(frozen=True, slots=True)
class TradeList:
    """Some trades, newest first, and the total number.

    Attributes:
        emptiness: Why there is none; None where there is one.
    """

    at: datetime
    total: int
    rows: tuple[StoredTrade, ...]
    emptiness: Emptiness | None = None


@dataclass(frozen=True, slots=True)
class ChatList:
    """Some conversations, newest first, and the total number.

    Attributes:
        total: None where there are more than CHATS_COUNTED.
        emptiness: Why there is none; None where there is one.
    """

    at: datetime
    total: int | None
    rows: tuple[StoredChat, ...]
    emptiness: Emptiness | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """What is stored, how new it is, and what is missing.

    Attributes:
        database_url: Without its password.
        schema: Revision of the database; `schema_wanted` is the one this code needs.
        row_counts: Number of rows by table.
        rejected: Only the most frequent kinds.
        implausible: Legs that are stored, and left out of the figures they would spoil.
        glitches: Equities that are stored, and left out of curves and ratios.
        drift: Changes in what the source serves; only the newest.
        revisions: How many stored values changed at the source.
        revised_at: When the newest of these changes was observed; None without one.
        lock_holder: The process that writes, and whom others may wait for; None if none.
        archive: The recording beneath the tables.
    """

    at: datetime
    database_url: str
    schema: str | None
    schema_wanted: str
    row_counts: Mapping[str, int]
    newest: tuple[NewestRows, ...]
    gaps: tuple[ChatGaps, ...]
    coverage: tuple[TradeCoverage, ...]
    runs: tuple[StoredRun, ...]
    rejected: tuple[RejectedGroup, ...]
    implausible: tuple[ImplausibleLegs, ...]
    glitches: tuple[SuspectedGlitch, ...]
    drift: tuple[Drift, ...]
    revisions: int = 0
    revised_at: datetime | None = None
    lock_holder: LockHolder | None = None
    archive: ArchiveState | None = None


@dataclass(frozen=True, slots=True)
class RecordingHealth:
    """What the tables report to a monitoring system, cheap enough to query often.

    It covers the accounts in the standings: accounts of past seasons have ended, and
    would only look more and more stale.

    Attributes:
        standings: Without trades, win rates and claims of untrusted sources.
        observations: By kind and account, when it was last observed. For equity only
            sources that date their own numbers count: nof1's leaderboard would
            always look new.
        missing_cycles: By account; see ChatGaps.missing.
        rejected: Number of rows and bodies stored as rejected, by endpoint.
    """

    standings: Standings
    freshness: Freshness
    observations: Mapping[Kind, Mapping[str, datetime]]
    missing_cycles: Mapping[str, int]
    rejected: Mapping[str, int]


def build_standings(
    season: SeasonSpan,
    at: datetime,
    accounts: Iterable[Account],
    equities: Mapping[str, StoredSnapshot],
    claims: Iterable[StoredSnapshot],
    outcomes: Mapping[str, Outcomes],
    *,
    cut: Cut = Cut.LAST,
) -> Standings:
    """The standings from these newest equities; claims do not affect the order.

    Args:
        outcomes: Of the completed legs, by account; one without any may be missing.
    """
    known = {a.account_id: a for a in accounts if a.account_id in equities}
    ranks = _ranks(
        equities[account_id].equity
        for account_id, account in known.items()
        if not account.is_benchmark
    )
    has_legs = any(each.legs for each in outcomes.values())
    rows = [
        _standing(
            account,
            equities[account_id],
            None if account.is_benchmark else ranks[equities[account_id].equity],
            season.initial_equity,
            outcomes.get(account_id, _NO_LEGS) if has_legs else None,
            [claim for claim in claims if claim.account_id == account_id],
        )
        for account_id, account in known.items()
    ]
    return Standings(season, at, tuple(sorted(rows, key=_best_first)), cut)


def with_both_cuts(
    standings: Standings, at_close: Standings, at_last: Standings
) -> Standings:
    """The standings, each account with its equity at the close and at the end."""
    closed, last = (
        {row.account.account_id: row.level for row in each.rows}
        for each in (at_close, at_last)
    )
    rows = (
        replace(
            row,
            at_close=closed.get(row.account.account_id),
            at_last=last.get(row.account.account_id),
        )
        for row in standings.rows
    )
    return replace(standings, rows=tuple(rows))


def suspected(low: Iterable[LowEquity]) -> tuple[SuspectedGlitch, ...]:
    """The equities near zero that are suspected to be glitches; see `glitches`."""
    return tuple(
        SuspectedGlitch(each.name, each.account_id, *each.observations[index])
        for each in low
        for index in suspected_glitches(
            [time for time, _ in each.observations],
            [equity for _, equity in each.observations],
            each.closings,
            initial_equity=each.initial_equity,
        )
    )


def _standing(
    account: Account,
    newest: StoredSnapshot,
    rank: int | None,
    initial_equity: Decimal,
    outcomes: Outcomes | None,
    claims: Iterable[StoredSnapshot],
) -> Standing:
    return Standing(
        account=account,
        rank=rank,
        equity=newest.equity,
        total_return=total_return(newest.equity, initial_equity),
        unrealized_pnl=newest.unrealized_pnl,
        trades=newest.total_trades if outcomes is None else outcomes.legs,
        win_rate=newest.win_rate if outcomes is None else outcomes.win_rate,
        source=newest.source,
        observed_at=newest.observed_at,
        stale_sources=_stale(newest, claims),
        sharpe_ratio=newest.sharpe_ratio,
        has_legs=outcomes is not None,
    )


def _ranks(equities: Iterable[Decimal]) -> dict[Decimal, int]:
    """The rank of each equity: 1 plus the number of accounts that hold more."""
    ranks: dict[Decimal, int] = {}
    for place, equity in enumerate(sorted(equities, reverse=True), start=1):
        ranks.setdefault(equity, place)
    return ranks


def _best_first(row: Standing) -> tuple[Decimal, bool, str]:
    return -row.equity, row.account.is_benchmark, row.account.name


def _stale(
    newest: StoredSnapshot, claims: Iterable[StoredSnapshot]
) -> tuple[StaleSource, ...]:
    """The claims about the account that its trusted equity contradicts."""
    if not newest.source.trusted or not newest.equity:
        return ()
    return tuple(
        StaleSource(
            source=claim.source,
            equity=claim.equity,
            observed_at=claim.observed_at,
            difference=(claim.equity - newest.equity) / abs(newest.equity),
            rank=claim.rank,
        )
        for claim in claims
        if abs(claim.observed_at - newest.observed_at) <= COMPARABLE_WITHIN
        and abs(claim.equity - newest.equity) > STALE_BEYOND * abs(newest.equity)
    )
