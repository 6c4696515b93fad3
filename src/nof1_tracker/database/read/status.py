"""The condition of the tables: how much they hold, how recent it is, and the gaps."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from nof1_tracker.clock import latest_believed
from nof1_tracker.database.models import (
    LeaderboardSnapshot,
    LLMModel,
    ModelChat,
    RejectedPayload,
    ReportedStatistics,
    ScrapeRun,
    Trade,
)
from nof1_tracker.database.read.filters import ACCOUNT_ID, TRADED_AT, by_name
from nof1_tracker.records.status import (
    ChatGaps,
    NewestRows,
    RejectedGroup,
    StoredRun,
    TradeCoverage,
)

_Gap = tuple[int, int]
"""The stored cycle ids before and after the gap."""


class StatusQueries:
    """Reads for `status`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def row_counts(self) -> Mapping[str, int]:
        """Number of rows by table name."""
        # Every table there is; to know them all takes longer than most queries.
        from nof1_tracker.database.metadata import Base  # noqa: PLC0415

        tables = sorted(Base.metadata.tables.values(), key=lambda table: table.name)
        counts = [
            select(func.count()).select_from(table).scalar_subquery()
            for table in tables
        ]
        row = self._session.execute(select(*counts)).one()
        return {table.name: count for table, count in zip(tables, row, strict=True)}

    def newest_rows(self) -> Sequence[NewestRows]:
        """When each account was last observed, ordered by name.

        Times more than a day ahead of our clock are left out: they hide the newest.
        """
        snapshot_at = _newest(LeaderboardSnapshot.timestamp, LeaderboardSnapshot)
        trade_at = _newest(TRADED_AT, Trade)
        chat_at = _newest(ModelChat.timestamp, ModelChat)
        rows = self._session.execute(
            select(LLMModel.name, ACCOUNT_ID, snapshot_at, trade_at, chat_at)
        )
        return sorted((NewestRows(*row) for row in rows), key=by_name)

    def chat_gaps(self) -> Sequence[ChatGaps]:
        """What each account is missing between its first and last stored cycle."""
        gaps = self._gaps()
        rows = self._session.execute(
            select(LLMModel.id, LLMModel.name, ACCOUNT_ID, func.count())
            .join(ModelChat, ModelChat.model_id == LLMModel.id)
            .where(ModelChat.cycle_id.is_not(None))
            .group_by(LLMModel.id, LLMModel.name, LLMModel.model_id)
        ).all()
        largest = {model: max(own, key=_size) for model, own in gaps.items()}
        times = self._times_around(largest)
        found = [
            ChatGaps(
                name=name,
                account_id=account_id,
                stored=stored,
                missing=sum(_size(gap)[0] for gap in gaps.get(model, ())),
                largest=_size(largest[model])[0] if model in largest else 0,
                largest_from=times.get(model, (None, None))[0],
                largest_to=times.get(model, (None, None))[1],
            )
            for model, name, account_id, stored in rows
        ]
        return sorted(found, key=by_name)

    def _gaps(self) -> Mapping[int, Sequence[_Gap]]:
        """The gaps of each account that has any; one pass over the index of cycles."""
        before = func.lag(ModelChat.cycle_id).over(
            partition_by=ModelChat.model_id, order_by=ModelChat.cycle_id
        )
        cycles = (
            select(ModelChat.model_id, ModelChat.cycle_id, before.label("before"))
            .where(ModelChat.cycle_id.is_not(None))
            .subquery()
        )
        found: dict[int, list[_Gap]] = defaultdict(list)
        for model_id, first, last in self._session.execute(
            select(cycles.c.model_id, cycles.c.before, cycles.c.cycle_id).where(
                cycles.c.cycle_id - cycles.c.before > 1
            )
        ):
            found[model_id].append((first, last))
        return found

    def _times_around(
        self, gaps: Mapping[int, _Gap]
    ) -> Mapping[int, tuple[datetime, datetime]]:
        """Times of the conversations before and after one gap of each account."""
        around = [
            and_(ModelChat.model_id == model, ModelChat.cycle_id.in_(gap))
            for model, gap in gaps.items()
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
        """Legs stored and legs reported, for each account with reported statistics."""
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
        """The most frequent rejections, grouped by endpoint and reason."""
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
    """The row as a record."""
    return StoredRun(
        started_at=row.started_at,
        finished_at=row.finished_at,
        transport=row.transport,
        origin=row.origin,
        status=row.status,
        counts=tuple(row.counts or ()),
        error=row.error,
    )


def _newest(time: Any, table: type[Any]) -> Any:
    return (
        select(func.max(time))
        .where(table.model_id == LLMModel.id, time <= latest_believed())
        .correlate(LLMModel)
        .scalar_subquery()
    )


def _size(gap: _Gap) -> tuple[int, int]:
    """Sort key: the number of cycles in the gap; of equal gaps the later is larger."""
    before, after = gap
    return after - before - 1, after
