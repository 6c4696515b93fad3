"""Reads what is new in the tables since the last look.

New rows are found by their ids: writers take turns, so the ids of a table become
visible in order. SQLite reuses the id of a deleted last row, so rows that may be
deleted are read a second time; the events made from them have keys and are stored
only once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from nof1_tracker.clock import latest_believed
from nof1_tracker.database.models import (
    LeaderboardSnapshot,
    LLMModel,
    ModelChat,
    RejectedPayload,
    Season,
    Trade,
)
from nof1_tracker.database.read.best_source import (
    TRUSTED,
    is_best_source,
    newest_first,
)
from nof1_tracker.database.read.cycle_gaps import new_gaps
from nof1_tracker.database.read.filters import ACCOUNT_ID, COMPLETE_BY
from nof1_tracker.database.read.revisions import revised_value
from nof1_tracker.database.version_models import RevisionRow
from nof1_tracker.database.write.schema_drift import SchemaDriftRepository
from nof1_tracker.records.changes import (
    ChangedTrade,
    Changes,
    CurrentSeason,
    KnownAccount,
    Memory,
    NewRejection,
    ObservedEquity,
    RestatedLeg,
    Watermark,
)
from nof1_tracker.records.enums import RevisionCause, TradeStatus

SCHEMA_CHANGES = 100
"""Of what the source serves, looked at each time: each of them has a key."""
OVERLAP = 200
"""Ids that are read again: far more than one payload can delete at the end."""

_EQUITY: tuple[Any, ...] = (
    LeaderboardSnapshot.model_id,
    LeaderboardSnapshot.timestamp,
    LeaderboardSnapshot.source,
    LeaderboardSnapshot.total_assets,
)
Rebuilt = Sequence[tuple[Watermark, Watermark]]
"""As in Memory."""
_TRADE: tuple[Any, ...] = (
    Trade.model_id,
    func.coalesce(Trade.trade_id, "").label("trade_id"),
    Trade.entry_oid,
    Trade.symbol,
    Trade.side,
    Trade.status,
    Trade.size.label("quantity"),
    Trade.entry_price,
    Trade.exit_price,
    Trade.pnl.label("net_pnl"),
    Trade.fees,
    Trade.leverage,
    Trade.confidence,
    Trade.opened_at,
    Trade.closed_at,
    Trade.opened_at_known,
    COMPLETE_BY,
)


RESTATABLE = (
    "pnl",
    "gross_pnl",
    "fees",
    "entry_price",
    "exit_price",
    "size",
    "opened_at",
    "closed_at",
)
"""Columns of a leg whose revision is worth telling: amounts and times."""


class ChangeQueries:
    """Queries of the detectors.

    What is dated more than a day ahead of our clock is not the newest of anything.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def read(self, memory: Memory | None) -> Changes:
        """What is new since the memory's watermark.

        Without a memory nothing is new: the result then describes the present state,
        with all equities of the season so that their peaks are known.
        """
        reached = self.reached(memory.watermark if memory else Watermark())
        seen = memory.watermark if memory else reached
        again = _again(memory) if memory else reached
        season = self._season()
        rebuilt = memory.rebuilt if memory else ()
        of_season = memory and season and memory.season_id == season.id
        return Changes(
            accounts=self._accounts(),
            new_accounts=self._new_accounts(seen.accounts, rebuilt),
            season=season,
            trades=self._trades(again.trades, rebuilt),
            vanished=self._vanished(),
            snapshots=self._snapshots(
                season, seen.snapshots if of_season else 0, rebuilt
            ),
            standing=self._standing(season),
            gaps=new_gaps(self._session, seen.chats),
            rejections=self._rejections(again.rejections),
            restated=self._restated(again.revisions, rebuilt),
            schema_drift=tuple(
                SchemaDriftRepository(self._session).changes(SCHEMA_CHANGES)
            ),
            snapshot_at=self._newest_snapshot(),
            chat_at=self._newest_chat(),
            watermark=reached,
        )

    def reached(self, before: Watermark = Watermark()) -> Watermark:  # noqa: B008
        """The highest ids now, never lower than before even if rows were deleted."""
        tables = (
            Trade,
            LeaderboardSnapshot,
            ModelChat,
            LLMModel,
            RejectedPayload,
            RevisionRow,
        )
        highest = select(
            *(select(func.max(table.id)).scalar_subquery() for table in tables)
        )
        found = Watermark(*(top or 0 for top in self._session.execute(highest).one()))
        return Watermark(
            trades=max(found.trades, before.trades),
            snapshots=max(found.snapshots, before.snapshots),
            chats=max(found.chats, before.chats),
            accounts=max(found.accounts, before.accounts),
            rejections=max(found.rejections, before.rejections),
            revisions=max(found.revisions, before.revisions),
        )

    def _accounts(self) -> Mapping[int, KnownAccount]:
        rows = self._session.execute(
            select(
                LLMModel.id,
                ACCOUNT_ID,
                LLMModel.name,
                LLMModel.provider,
                LLMModel.is_benchmark,
            )
        )
        return {row[0]: KnownAccount(*row) for row in rows}

    def _new_accounts(self, after: int, rebuilt: Rebuilt) -> tuple[int, ...]:
        query = (
            select(LLMModel.id)
            .where(LLMModel.id > after, ~LLMModel.is_benchmark)
            .where(*_is_not_rebuilt(LLMModel.id, "accounts", rebuilt))
            .order_by(LLMModel.id)
        )
        return tuple(self._session.scalars(query))

    def _season(self) -> CurrentSeason | None:
        """The season of the newest trusted equity that lies in any."""
        row = self._session.execute(
            select(
                Season.id,
                Season.season_number,
                Season.name,
                Season.start_date,
                Season.is_provisional,
                Season.end_date,
            )
            .join(LeaderboardSnapshot, LeaderboardSnapshot.season_id == Season.id)
            .where(
                LeaderboardSnapshot.source.in_(TRUSTED),
                LeaderboardSnapshot.timestamp <= latest_believed(),
                Season.season_number > 0,
            )
            .order_by(LeaderboardSnapshot.timestamp.desc())
            .limit(1)
        ).first()
        if row is None:
            return None
        return CurrentSeason(row[0], row[1].normalize() + 0, *row[2:])

    def _trades(self, after: int, rebuilt: Rebuilt) -> tuple[ChangedTrade, ...]:
        query = select(*_TRADE).where(
            Trade.id > after,
            *_is_not_rebuilt(Trade.id, "trades", rebuilt),
            # A vanished position is reported separately, if its legs never arrive.
            (Trade.status == TradeStatus.OPEN) | Trade.exit_price.is_not(None),
        )
        rows = self._session.execute(query.order_by(Trade.opened_at, Trade.id))
        return tuple(ChangedTrade(*row) for row in rows)

    def _vanished(self) -> tuple[ChangedTrade, ...]:
        """Positions none of whose legs is known.

        The remainder of a position that has legs was usually added to it by another
        order, and its legs carry the number of that order.
        """
        leg = aliased(Trade)
        has_legs = (
            select(leg.id)
            .where(
                leg.entry_oid == Trade.entry_oid,
                leg.model_id == Trade.model_id,
                leg.exit_price.is_not(None),
            )
            .correlate(Trade)
            .exists()
        )
        rows: Iterable[Any] = self._session.execute(
            select(*_TRADE, Trade.raw_data)
            .where(
                Trade.status == TradeStatus.CLOSED,
                Trade.exit_price.is_(None),
                ~has_legs,
            )
            .order_by(Trade.id)
        )
        return tuple(
            replace(ChangedTrade(*row[:-1]), last_observed_at=_last_observed(row[-1]))
            for row in rows
        )

    def _snapshots(
        self, season: CurrentSeason | None, after: int, rebuilt: Rebuilt
    ) -> tuple[ObservedEquity, ...]:
        query = _equities(season).where(
            LeaderboardSnapshot.id > after,
            is_best_source(),
            *_is_not_rebuilt(LeaderboardSnapshot.id, "snapshots", rebuilt),
        )
        rows = self._session.execute(
            query.order_by(LeaderboardSnapshot.timestamp, LeaderboardSnapshot.id)
        )
        return tuple(ObservedEquity(*row) for row in rows)

    def _standing(self, season: CurrentSeason | None) -> tuple[ObservedEquity, ...]:
        """One probe of (season, model, time) per account."""
        newest = (
            select(LeaderboardSnapshot.id)
            .where(
                LeaderboardSnapshot.season_id == (season.id if season else None),
                LeaderboardSnapshot.model_id == LLMModel.id,
                LeaderboardSnapshot.source.in_(TRUSTED),
                LeaderboardSnapshot.timestamp <= latest_believed(),
            )
            .order_by(*newest_first(LeaderboardSnapshot))
            .limit(1)
            .correlate(LLMModel)
            .scalar_subquery()
        )
        probes = select(newest).select_from(LLMModel)
        ids = [row_id for row_id in self._session.scalars(probes) if row_id]
        query = _equities(season).where(LeaderboardSnapshot.id.in_(ids))
        rows = self._session.execute(query.order_by(LeaderboardSnapshot.model_id))
        return tuple(ObservedEquity(*row) for row in rows)

    def _newest_snapshot(self) -> datetime | None:
        return self._session.scalars(
            select(LeaderboardSnapshot.timestamp)
            .where(
                LeaderboardSnapshot.source.in_(TRUSTED),
                LeaderboardSnapshot.timestamp <= latest_believed(),
            )
            .order_by(LeaderboardSnapshot.timestamp.desc())
            .limit(1)
        ).first()

    def _newest_chat(self) -> datetime | None:
        time = ModelChat.timestamp
        return self._session.scalar(
            select(func.max(time)).where(time <= latest_believed())
        )

    def _rejections(self, after: int) -> tuple[NewRejection, ...]:
        rows = self._session.execute(
            select(
                RejectedPayload.endpoint,
                RejectedPayload.reason,
                RejectedPayload.first_seen_at,
            )
            .where(RejectedPayload.id > after)
            .order_by(RejectedPayload.id)
        )
        return tuple(NewRejection(*row) for row in rows)

    def _restated(self, after: int, rebuilt: Rebuilt) -> tuple[RestatedLeg, ...]:
        rows = self._session.execute(
            select(
                Trade.model_id,
                func.coalesce(Trade.trade_id, ""),
                Trade.symbol,
                Trade.side,
                RevisionRow.field,
                RevisionRow.old,
                RevisionRow.new,
                RevisionRow.observed_after,
                RevisionRow.noted_at,
            )
            .join(Trade, Trade.id == RevisionRow.row_id)
            .where(
                RevisionRow.table_name == Trade.__tablename__,
                RevisionRow.field.in_(RESTATABLE),
                RevisionRow.cause != RevisionCause.PARSER,
                RevisionRow.id > after,
                *_is_not_rebuilt(RevisionRow.id, "revisions", rebuilt),
                Trade.exit_price.is_not(None),
            )
            .order_by(RevisionRow.id)
        )
        return tuple(map(_restated_leg, rows))


def _restated_leg(row: Any) -> RestatedLeg:
    model_id, trade_id, symbol, side, field, old, new, observed_at, noted_at = row
    return RestatedLeg(
        model_id=model_id,
        trade_id=trade_id,
        symbol=symbol,
        side=side,
        field=field,
        old=revised_value(Trade, field, old),
        new=revised_value(Trade, field, new),
        observed_at=observed_at,
        noted_at=noted_at,
    )


def _is_not_rebuilt(
    row_id: Any, table: str, rebuilt: Rebuilt
) -> Iterable[ColumnElement[bool]]:
    """True for rows that were not made from what was stored already."""
    for above, up_to in rebuilt:
        first, last = getattr(above, table) + 1, getattr(up_to, table)
        if first <= last:
            yield ~row_id.between(first, last)


def _again(memory: Memory) -> Watermark:
    """The ids after which rows are read (again), but never those of the first look."""
    seen, first = memory.watermark, memory.baseline
    return Watermark(
        trades=max(first.trades, seen.trades - OVERLAP),
        rejections=max(first.rejections, seen.rejections - OVERLAP),
        revisions=max(first.revisions, seen.revisions - OVERLAP),
    )


def _equities(season: CurrentSeason | None) -> Select[Any]:
    return (
        select(*_EQUITY)
        .join(LLMModel, LLMModel.id == LeaderboardSnapshot.model_id)
        .where(
            LeaderboardSnapshot.season_id == (season.id if season else None),
            LeaderboardSnapshot.source.in_(TRUSTED),
            ~LLMModel.is_benchmark,
        )
    )


def _last_observed(notes: Mapping[str, Any] | None) -> datetime | None:
    observed = (notes or {}).get("last_observed_at")
    return None if observed is None else datetime.fromisoformat(observed)
