"""The condition of the tables: how much is in them, how new, what is missing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session

from nof1_tracker.database.models import (
    Base,
    LeaderboardSnapshot,
    LLMModel,
    ModelChat,
    RejectedPayload,
    ReportedStatistics,
    ScrapeRun,
    Trade,
)
from nof1_tracker.records import (
    Account,
    ChatGaps,
    NewestRows,
    RejectedGroup,
    StoredRun,
    TradeCoverage,
)

ACCOUNT_ID = func.coalesce(LLMModel.model_id, LLMModel.name)
"""The site's identity of an account; a row made by hand may have its name alone."""


class ConditionQueries:
    """Reads for `status`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def row_counts(self) -> Mapping[str, int]:
        """Rows per table, by name."""
        tables = sorted(Base.metadata.tables.values(), key=lambda table: table.name)
        counts = [
            select(func.count()).select_from(table).scalar_subquery()
            for table in tables
        ]
        row = self._session.execute(select(*counts)).one()
        return {table.name: count for table, count in zip(tables, row, strict=True)}

    def newest_rows(self) -> Sequence[NewestRows]:
        """Per account when it was last observed, by name."""
        snapshot_at = _newest(LeaderboardSnapshot.timestamp, LeaderboardSnapshot)
        trade_at = _newest(func.coalesce(Trade.closed_at, Trade.opened_at), Trade)
        chat_at = _newest(ModelChat.timestamp, ModelChat)
        rows = self._session.execute(
            select(LLMModel.name, ACCOUNT_ID, snapshot_at, trade_at, chat_at)
        )
        return sorted((NewestRows(*row) for row in rows), key=by_name)

    def chat_gaps(self) -> Sequence[ChatGaps]:
        """Per account what is missing between its first and last stored cycle."""
        gaps = _gaps()
        rows = self._session.execute(
            select(
                LLMModel.id,
                LLMModel.name,
                ACCOUNT_ID,
                func.count(),
                func.sum(gaps.c.missing),
                func.max(gaps.c.missing),
            )
            .join(gaps, gaps.c.model_id == LLMModel.id)
            .group_by(LLMModel.id, LLMModel.name, LLMModel.model_id)
        ).all()
        times = self._times_of_largest(gaps)
        found = [
            ChatGaps(
                name=name,
                account_id=account_id,
                stored=stored,
                missing=int(missing),
                largest=largest,
                largest_from=times.get(model_id, (None, None))[0],
                largest_to=times.get(model_id, (None, None))[1],
            )
            for model_id, name, account_id, stored, missing, largest in rows
        ]
        return sorted(found, key=by_name)

    def _times_of_largest(
        self, gaps: Subquery
    ) -> Mapping[int, tuple[datetime, datetime]]:
        """Times around the largest gap of each account that has one."""
        order = (gaps.c.missing.desc(), gaps.c.cycle_id.desc())
        place = func.row_number().over(partition_by=gaps.c.model_id, order_by=order)
        placed = select(gaps, place.label("place")).where(gaps.c.missing > 0).subquery()
        ends = self._session.execute(
            select(placed.c.model_id, placed.c.before, placed.c.cycle_id).where(
                placed.c.place == 1
            )
        ).all()
        around = [
            and_(ModelChat.model_id == model, ModelChat.cycle_id.in_((before, after)))
            for model, before, after in ends
        ]
        if not around:
            return {}
        times: dict[int, list[datetime]] = defaultdict(list)
        for model_id, time in self._session.execute(
            select(ModelChat.model_id, ModelChat.timestamp).where(or_(*around))
        ):
            times[model_id].append(time)
        return {model_id: (min(each), max(each)) for model_id, each in times.items()}

    def trade_coverage(self) -> Sequence[TradeCoverage]:
        """Per account with reported statistics: legs stored, legs counted there."""
        said = ReportedStatistics
        newest = (
            select(said.id)
            .where(said.model_id == LLMModel.id, said.total_trades.is_not(None))
            .order_by(said.observed_at.desc())
            .limit(1)
            .correlate(LLMModel)
            .scalar_subquery()
        )
        stored = (
            select(func.count())
            .where(Trade.model_id == LLMModel.id, Trade.exit_price.is_not(None))
            .correlate(LLMModel)
            .scalar_subquery()
        )
        rows = self._session.execute(
            select(
                LLMModel.name,
                ACCOUNT_ID,
                stored,
                said.total_trades,
                said.observed_at,
            ).join(said, said.id == newest)
        )
        return sorted((TradeCoverage(*row) for row in rows), key=by_name)

    def last_runs(self, limit: int) -> Sequence[StoredRun]:
        """The last runs, newest first."""
        rows = self._session.scalars(
            select(ScrapeRun)
            .order_by(ScrapeRun.started_at.desc(), ScrapeRun.id.desc())
            .limit(limit)
        )
        return [stored_run(row) for row in rows]

    def rejected_groups(self, limit: int) -> Sequence[RejectedGroup]:
        """What was rejected most often, by endpoint and reason."""
        often = func.sum(RejectedPayload.occurrences)
        rows = self._session.execute(
            select(
                RejectedPayload.endpoint,
                RejectedPayload.reason,
                often,
                func.max(RejectedPayload.last_seen_at),
            )
            .group_by(RejectedPayload.endpoint, RejectedPayload.reason)
            .order_by(often.desc(), RejectedPayload.endpoint, RejectedPayload.reason)
            .limit(limit)
        )
        return [RejectedGroup(e, reason, int(n), at) for e, reason, n, at in rows]


def stored_run(row: ScrapeRun) -> StoredRun:
    """The run as other rooms know it."""
    return StoredRun(
        started_at=row.started_at,
        finished_at=row.finished_at,
        transport=row.transport,
        origin=row.origin,
        status=row.status,
        counts=tuple(row.counts or ()),
        error=row.error,
    )


def by_name(row: NewestRows | ChatGaps | TradeCoverage | Account) -> tuple[str, str]:
    """Sorts alike on every database, whatever its collation."""
    return row.name.casefold(), row.account_id


def _newest(time: Any, table: type[Any]) -> Any:
    return (
        select(func.max(time))
        .where(table.model_id == LLMModel.id)
        .correlate(LLMModel)
        .scalar_subquery()
    )


def _gaps() -> Subquery:
    """Each stored cycle with the one before it and how many lie between them."""
    before = func.lag(ModelChat.cycle_id).over(
        partition_by=ModelChat.model_id, order_by=ModelChat.cycle_id
    )
    cycles = (
        select(ModelChat.model_id, ModelChat.cycle_id, before.label("before"))
        .where(ModelChat.cycle_id.is_not(None))
        .subquery()
    )
    between = cycles.c.cycle_id - cycles.c.before - 1
    missing = case((between > 0, between), else_=0).label("missing")
    return select(cycles, missing).subquery()
