"""The stored data of a season, as the analyzer reads it.

The database fills it and the analyzer computes from it; neither knows the other.
Numbers in their tens of thousands are columns; what is used one by one is a named tuple
(a frozen dataclass takes four times as long to create). Times are aware UTC, money is
USD, confidence is 0..100 as stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from nof1_tracker.records.account_columns import (
    CountColumns,
    EquityColumns,
    PlanColumns,
    TradeColumns,
    no_counts,
)
from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.parsed import Account, ReportedStatistics
from nof1_tracker.records.stored import OpenPosition, SeasonSpan

ENTRY_SIDES: Final[Mapping[str, TradeSide]] = {
    "buy_to_enter": TradeSide.LONG,
    "buy": TradeSide.LONG,
    "sell_to_enter": TradeSide.SHORT,
    "sell": TradeSide.SHORT,
}
"""The signals that open a position; no other signal is an entry."""


class EntryDecision(NamedTuple):
    """A decision to open a position: a signal of ENTRY_SIDES.

    Attributes:
        decided_at: Time of the conversation.
        confidence: 0..100; None if the model stated none.
        stop_loss, profit_target: USD per unit, as planned at entry.
    """

    symbol: str
    side: TradeSide
    decided_at: datetime
    confidence: float | None = None
    stop_loss: float | None = None
    profit_target: float | None = None


class ChatPoint(NamedTuple):
    """A row of `model_chats`.

    Attributes:
        cycle_id: Rises by 1 per conversation of an account; None if not served.
        parsed: False if no decision could be read from it (`decision` is none).
    """

    answered_at: datetime
    cycle_id: int | None
    parsed: bool


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class AccountHistory:
    """The stored data of one account in a season.

    Attributes:
        started_at: Start of the account as the site last stated it, perhaps for
            another season; None if it never did.
        legs: Completed legs of the season, closed before the window's end.
        snapshots: Trusted snapshots of the season up to and at the window's end.
        plans: Every leg of the entries that were open at some time in the window, as
            they stood at its end: what closed later was open. A position that closed
            unobserved counts as open.
        answers: Conversations in the window.
        signals: Number of decisions in the window by signal, in the site's words.
        decisions: Decisions in the window that open a position.
        positions: Those that were open when it was last observed up to the window's end.
        reported: The newest statistics of nof1 up to the window's end.
        counts: How many legs the site had counted, in all its statistics of the season
            up to the window's end.
    """

    account: Account
    started_at: datetime | None
    legs: TradeColumns
    snapshots: EquityColumns
    plans: PlanColumns
    answers: Sequence[ChatPoint]
    signals: Mapping[str, int]
    decisions: Sequence[EntryDecision]
    reported: ReportedStatistics | None
    positions: Sequence[OpenPosition] = ()
    counts: CountColumns = field(default_factory=no_counts)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SeasonHistory:
    """The stored data of a season in a window [since, until).

    Attributes:
        since: None means from the season's start.
        until: Nothing that happened at this time or later is included, and no level
            observed later.
        accounts: Every account of the season.
        btc_prices: Mid prices of BTC in USD, in the column `equity`; the benchmark if
            no account buys and holds.
    """

    season: SeasonSpan
    since: datetime | None
    until: datetime
    accounts: tuple[AccountHistory, ...]
    btc_prices: EquityColumns
