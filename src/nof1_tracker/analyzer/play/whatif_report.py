"""What a copy of a model, or a coin that was held, would have brought."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from nof1_tracker.analyzer.play.account_figures import AccountFigures
from nof1_tracker.records.parsed import Account
from nof1_tracker.records.play.copy_scenario import (
    Attribution,
    CopiedOrders,
    DelayPoint,
    FeeChoice,
    Scenario,
)
from nof1_tracker.records.play.playable_span import PlayableSpan
from nof1_tracker.records.stored import SeasonSpan, StoredSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperAccount:
    """An account on paper at the end of its span. USD."""

    equity: Decimal
    fees: Decimal
    funding: Decimal
    figures: AccountFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyReport:
    """A copy beside its model, both from the same start. Money is USD.

    Attributes:
        since, until: The span; `until` is the last observation in it.
        start: USD of both at `since`.
        model: The model's own orders, replayed.
        recorded: Its equity as the site last stated it; None where not observed, and
            where only a part of its trades is replayed.
        copy, attribution: None where prices were observed too rarely for the delay.
        orders: What became of the copy's orders.
        unopened: Orders of the model that close what nobody saw it open; left out.
        without_leverage: Entries whose leverage is not known: never liquidated.
        hours_without_funding: Hours of open positions whose funding is not known.
        delays: What the copy would have come to with other delays.
        prices: How many quarter hours have prices.
    """

    season: SeasonSpan
    account: Account
    since: datetime
    until: datetime
    start: Decimal
    scenario: Scenario
    model: PaperAccount
    recorded: StoredSnapshot | None
    copy: PaperAccount | None
    attribution: Attribution | None
    orders: CopiedOrders
    unopened: int
    without_leverage: int
    hours_without_funding: int
    delays: tuple[DelayPoint, ...]
    prices: PlayableSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedModel:
    """What copies of a model would have come to by how late they were. Money is USD.

    Attributes:
        scenario: The copy whose difference is divided.
        model: Equity that the model's own stored orders come to from the same start.
        attribution: None where prices were observed too rarely for its delay.
        by_delay: Equity of the copy by delay, shortest first; None where withheld.
    """

    scenario: Scenario
    model: Decimal
    attribution: Attribution | None
    by_delay: Mapping[timedelta, Decimal | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReport:
    """A coin that was bought at the start and held. Money is USD.

    Attributes:
        bought_at: When the first price after `since` was known.
        price: USD per unit that was paid, slippage included.
    """

    season: SeasonSpan
    symbol: str
    since: datetime
    until: datetime
    start: Decimal
    fees: FeeChoice
    slippage: Decimal
    bought_at: datetime
    price: Decimal
    account: PaperAccount
    hours_without_funding: int
    prices: PlayableSpan
