"""What accounts on paper have in common: their span, their prices, their figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from nof1_tracker.analyzer.play.account_figures import account_figures
from nof1_tracker.analyzer.play.whatif_report import PaperAccount
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.game.engine.played_columns import (
    EquityLevel,
    equity_columns,
    trade_columns,
)
from nof1_tracker.game.engine.trading_engine import TradingEngine
from nof1_tracker.records.play.ledger import EntryKind
from nof1_tracker.records.stored import SeasonSpan
from nof1_tracker.services.standings import choose_season

_NONE = Decimal(0)
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class AskedSpan:
    """The season and the span [since, until] that are asked for."""

    season: SeasonSpan
    since: datetime | None
    until: datetime


def asked_span(
    repositories: Repositories,
    now: datetime,
    season: Decimal | None,
    since: datetime | None,
    until: datetime | None,
) -> AskedSpan:
    """The span, by default the season as far as it has come.

    Raises:
        ConfigurationError: Nothing is stored, there is no such season, or nothing lies
            between the times.
    """
    end = now if until is None else min(until - _INSTANT, now)
    wanted = choose_season(repositories, season, end)
    if wanted is None:
        raise ConfigurationError(
            "Nothing is stored that could be traded on.", "Run `nof1-tracker scrape`."
        )
    if wanted.until is not None:
        end = min(end, wanted.until - _INSTANT)
    starts = [each for each in (wanted.start, since) if each is not None]
    begin = max(starts, default=None)
    if begin is not None and begin >= end:
        raise ConfigurationError(
            f"{wanted.name} has no time from {begin:%Y-%m-%d %H:%M} to"
            f" {end:%Y-%m-%d %H:%M} (UTC).",
            "Choose other times, or another --season.",
        )
    return AskedSpan(wanted, begin, end)


def paper_account(
    engine: TradingEngine,
    levels: Sequence[EquityLevel],
    since: datetime,
    until: datetime,
) -> PaperAccount:
    """The account at the end of its span, with the models' figures."""
    entries = engine.entries
    funding = [entry.pnl for entry in entries if entry.kind is EntryKind.FUNDING]
    return PaperAccount(
        equity=engine.state.equity(engine.marks),
        fees=sum((entry.fee for entry in entries), _NONE),
        funding=sum(funding, _NONE),
        figures=account_figures(
            equity_columns(levels),
            trade_columns(entries),
            since,
            until,
            initial_equity=float(entries[0].cash),
        ),
    )
