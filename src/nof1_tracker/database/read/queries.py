"""Queries of the commands; they return records and change nothing."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from nof1_tracker.database.models import (
    LeaderboardSnapshot,
    LLMModel,
    ModelChat,
    Position,
    Season,
    Trade,
)
from nof1_tracker.database.read.best_source import TRUSTED, UNTRUSTED, newest_first
from nof1_tracker.database.read.filters import (
    ACCOUNT_ID,
    COMPLETE_BY,
    TRADED_AT,
    by_name,
    is_symbol,
    limited,
    stored_spans,
)
from nof1_tracker.records.parsed import Account
from nof1_tracker.records.reading.emptiness import Stored, StoredSpan
from nof1_tracker.records.stored import (
    LegCounts,
    StoredSnapshot,
    StoredTrade,
    TradeFilter,
)

if TYPE_CHECKING:
    from nof1_tracker.database.read.conversations import ChatQueries
    from nof1_tracker.database.read.health import HealthQueries
    from nof1_tracker.database.read.implausible import ImplausibleQueries
    from nof1_tracker.database.read.positions.open_positions import OpenPositionQueries
    from nof1_tracker.database.read.revisions import RevisionQueries
    from nof1_tracker.database.read.status import StatusQueries

DATED: tuple[tuple[Any, Any], ...] = (
    (LeaderboardSnapshot, LeaderboardSnapshot.timestamp),
    (Trade, Trade.opened_at),
    (ModelChat, ModelChat.timestamp),
)
"""The tables whose rows belong to a season, and the time that decides it."""


class QueryRepository:
    """Queries of the commands that show what is stored; each group when it is asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def condition(self) -> "StatusQueries":
        """The contents of the tables, and the gaps in them."""
        from nof1_tracker.database.read.status import StatusQueries

        return StatusQueries(self._session)

    @cached_property
    def implausible(self) -> "ImplausibleQueries":
        """What is stored and implausible."""
        from nof1_tracker.database.read.implausible import ImplausibleQueries

        return ImplausibleQueries(self._session)

    @cached_property
    def chats(self) -> "ChatQueries":
        """Queries of the conversations."""
        from nof1_tracker.database.read.conversations import ChatQueries

        return ChatQueries(self._session)

    @cached_property
    def open_positions(self) -> "OpenPositionQueries":
        """Queries of the positions that are open."""
        from nof1_tracker.database.read.positions.open_positions import (
            OpenPositionQueries,
        )

        return OpenPositionQueries(self._session)

    @cached_property
    def revisions(self) -> "RevisionQueries":
        """Stored values that changed at the source."""
        from nof1_tracker.database.read.revisions import RevisionQueries

        return RevisionQueries(self._session)

    @cached_property
    def health(self) -> "HealthQueries":
        """Whether recording goes on."""
        from nof1_tracker.database.read.health import HealthQueries

        return HealthQueries(self._session)

    def accounts(self, season_id: int | None = None) -> Sequence[Account]:
        """Every account ever seen, or with rows of that season, ordered by name."""
        query = select(LLMModel)
        if season_id is not None:
            query = query.where(_takes_part(season_id))
        rows = self._session.scalars(query)
        return sorted(map(account_of, rows), key=by_name)

    def newest_season_id(self, at: datetime) -> int | None:
        """The season that began last of those with a row of any kind up to `at`.

        Season 0 only where no other has any.
        """
        has_row = or_(
            *(
                select(table.id)
                .where(table.season_id == Season.id, time <= at)
                .correlate(Season)
                .exists()
                for table, time in DATED
            )
        )
        return self._session.scalars(
            select(Season.id)
            .where(has_row)
            .order_by(
                Season.season_number == 0,
                Season.start_date.is_(None),
                Season.start_date.desc(),
            )
            .limit(1)
        ).first()

    def newest_equities(
        self, season_id: int, at: datetime, close: datetime | None = None
    ) -> Mapping[str, StoredSnapshot]:
        """The newest trusted snapshot of each account up to `at`.

        For an account of the season without any, its newest untrusted one.

        Args:
            close: When the season closed. An untrusted snapshot has no time of its
                own, so that one observed after the close counts only without another.
        """
        snapshot = LeaderboardSnapshot
        of_season = (snapshot.season_id == season_id, snapshot.timestamp <= at)
        choices: list[tuple[ColumnElement[bool], ...]]
        choices = [(snapshot.source.in_(TRUSTED),), (snapshot.source.in_(UNTRUSTED),)]
        if close is not None and close < at:
            choices.insert(1, (*choices[1], snapshot.timestamp <= close))
        found: dict[str, StoredSnapshot] = {}
        for chosen in choices:
            newest = self._newest(*of_season, *chosen, but_for=found)
            found |= {each.account_id: each for each in newest}
        return found

    def is_observed_between(
        self, season_id: int, after: datetime, until: datetime
    ) -> bool:
        """Whether a trusted equity of the season was observed in (after, until]."""
        snapshot = LeaderboardSnapshot
        found = self._newest(
            snapshot.season_id == season_id,
            snapshot.timestamp > after,
            snapshot.timestamp <= until,
            snapshot.source.in_(TRUSTED),
        )
        return bool(found)

    def untrusted_claims(
        self, season_id: int, since: datetime, until: datetime
    ) -> Sequence[StoredSnapshot]:
        """The newest row of each account and untrusted source in [since, until]."""
        return [
            claim
            for source in UNTRUSTED
            for claim in self._newest(
                LeaderboardSnapshot.season_id == season_id,
                LeaderboardSnapshot.timestamp.between(since, until),
                LeaderboardSnapshot.source == source,
            )
        ]

    def _newest(
        self, *conditions: ColumnElement[bool], but_for: Collection[str] = ()
    ) -> list[StoredSnapshot]:
        """The newest snapshot per account, by one probe of (model_id, timestamp)."""
        snapshot = LeaderboardSnapshot
        newest = (
            select(snapshot.id)
            .where(snapshot.model_id == LLMModel.id, *conditions)
            .order_by(*newest_first(snapshot))
            .limit(1)
            .correlate(LLMModel)
            .scalar_subquery()
        )
        probes = select(newest).where(ACCOUNT_ID.not_in(but_for))
        ids = [row_id for row_id in self._session.scalars(probes) if row_id]
        if not ids:
            return []
        rows: Any = self._session.execute(
            select(
                ACCOUNT_ID,
                snapshot.timestamp,
                snapshot.source,
                snapshot.total_assets,
                snapshot.unrealized_pnl,
                snapshot.rank,
                snapshot.sharpe_ratio,
                snapshot.total_trades,
                snapshot.win_rate / 100,
            )
            .join(LLMModel, LLMModel.id == snapshot.model_id)
            .where(snapshot.id.in_(ids))
        )
        return [StoredSnapshot(*row) for row in rows]

    def leg_counts(self, season_id: int, at: datetime) -> Mapping[str, LegCounts]:
        """The completed legs of the season closed up to `at`, by account."""
        net = Trade.pnl
        by_sign = (net > 0, net < 0, net == 0, net.is_(None))
        rows = self._session.execute(
            select(ACCOUNT_ID, *(func.count(case((each, 1))) for each in by_sign))
            .join(LLMModel, LLMModel.id == Trade.model_id)
            .where(
                Trade.season_id == season_id,
                Trade.exit_price.is_not(None),
                Trade.closed_at.is_not(None),
                at >= TRADED_AT,
            )
            .group_by(LLMModel.id)
        )
        return {account_id: LegCounts(*counts) for account_id, *counts in rows}

    def trades(self, wanted: TradeFilter) -> Sequence[StoredTrade]:
        """The wanted trades, newest first."""
        query = trade_query(wanted).order_by(TRADED_AT.desc(), Trade.id.desc())
        rows = self._session.execute(limited(query, wanted.limit))
        return [StoredTrade(*row) for row in rows]

    def count_trades(self, wanted: TradeFilter) -> int:
        """The number of wanted trades, ignoring the limit."""
        query = (
            select(func.count())
            .select_from(Trade)
            .join(LLMModel, LLMModel.id == Trade.model_id)
            .where(*_trade_conditions(wanted))
        )
        return self._session.scalars(query).one()

    def stored_trades(self) -> Stored:
        """All trades, and when the first and the last of them closed or opened."""
        spanned = select(func.count(), func.min(TRADED_AT), func.max(TRADED_AT))
        return Stored(*self._session.execute(spanned.select_from(Trade)).one())

    def stored_spans(self) -> tuple[StoredSpan, ...]:
        """The seasons that have equities, by number."""
        return stored_spans(self._session)


def trade_query(wanted: TradeFilter) -> Any:
    """The columns of a StoredTrade, in any order and without a limit."""
    return _TRADES.where(*_trade_conditions(wanted))


def account_of(row: LLMModel) -> Account:
    """The row as a record."""
    return Account(
        account_id=row.model_id or row.name,
        name=row.name,
        provider=row.provider,
        base_model=row.base_model or row.name,
        variant=row.variant,
        served_name=row.served_name,
        is_benchmark=row.is_benchmark,
    )


def _takes_part(season_id: int) -> ColumnElement[bool]:
    """True for an account that has a row of any kind in the season."""
    return or_(
        *(
            select(table.id)
            .where(table.season_id == season_id, table.model_id == LLMModel.id)
            .correlate(LLMModel)
            .exists()
            for table, _time in DATED
        )
    )


def _last_observed() -> ColumnElement[datetime]:
    """When the position of a trade without an exit was last seen."""
    return (
        select(func.max(Position.timestamp))
        .where(
            Position.model_id == Trade.model_id,
            Position.entry_oid == Trade.entry_oid,
            Trade.exit_price.is_(None),
        )
        .correlate(Trade)
        .scalar_subquery()
    )


_TRADES = select(
    Trade.trade_id,
    ACCOUNT_ID,
    LLMModel.name,
    Trade.symbol,
    Trade.side,
    Trade.status,
    Trade.size,
    Trade.entry_price,
    Trade.exit_price,
    Trade.pnl,
    Trade.gross_pnl,
    Trade.fees,
    Trade.leverage,
    Trade.confidence,
    Trade.opened_at,
    Trade.closed_at,
    Trade.entry_oid,
    _last_observed(),
    Trade.opened_at_known,
    Trade.opened_not_earlier_than,
    Trade.oddity,
    COMPLETE_BY,
).join(LLMModel, LLMModel.id == Trade.model_id)


def _trade_conditions(wanted: TradeFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.account_ids is not None:
        conditions.append(ACCOUNT_ID.in_(wanted.account_ids))
    if wanted.season_id is not None:
        conditions.append(Trade.season_id == wanted.season_id)
    if wanted.symbols:
        conditions.append(is_symbol(Trade.symbol, wanted.symbols))
    if wanted.side is not None:
        conditions.append(Trade.side == wanted.side)
    if wanted.status is not None:
        conditions.append(Trade.status == wanted.status)
    if wanted.since is not None:
        conditions.append(wanted.since <= TRADED_AT)
    if wanted.until is not None:
        conditions.append(wanted.until > TRADED_AT)
    return conditions
