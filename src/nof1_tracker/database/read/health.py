"""Cheap queries for health checks and metrics: is recording still going on?"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Subquery, func, select
from sqlalchemy.orm import Session

from nof1_tracker.database.models import (
    LeaderboardSnapshot,
    LLMModel,
    ModelChat,
    RejectedPayload,
    ScrapeRun,
    Trade,
)
from nof1_tracker.database.read.filters import ACCOUNT_ID, TRADED_AT
from nof1_tracker.database.read.status import stored_run
from nof1_tracker.records.enums import EquitySource, Kind
from nof1_tracker.records.status import StoredRun

_RECENT = timedelta(days=1)
_BATCH = 100
"""Runs read at once; in good health the first few are enough."""


class HealthQueries:
    """Queries of health checks; each costs a few index probes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def fetching_runs(self, since: datetime, until: datetime) -> Iterator[StoredRun]:
        """Network runs that began and ended in [since, until], newest first.

        They are read lazily.
        """
        runs = (
            select(ScrapeRun)
            .where(
                ScrapeRun.started_at.between(since, until),
                ScrapeRun.finished_at <= until,
                ScrapeRun.transport.not_in(("capture", "archive")),
            )
            .order_by(ScrapeRun.started_at.desc(), ScrapeRun.id.desc())
            .execution_options(yield_per=_BATCH)
        )
        return map(stored_run, self._session.scalars(runs))

    def newest_observations(self, at: datetime) -> Mapping[Kind, datetime]:
        """When each kind was last observed up to `at`; equity by account totals.

        A time after `at` comes from a wrong clock and is ignored.
        """
        snapshot = LeaderboardSnapshot
        found = {
            Kind.LEADERBOARD: self._last(
                snapshot.timestamp,
                at,
                snapshot.source == EquitySource.ACCOUNT_TOTALS,
            ),
            Kind.TRADES: self._last(Trade.closed_at, at),
            Kind.MODEL_CHAT: self._last(ModelChat.timestamp, at),
        }
        return {kind: time for kind, time in found.items() if time is not None}

    def _last(
        self, time: Any, until: datetime, *conditions: ColumnElement[bool]
    ) -> datetime | None:
        """The newest time in a column: one index probe."""
        newest: datetime | None = self._session.scalar(
            select(time)
            .where(time <= until, *conditions)
            .order_by(time.desc())
            .limit(1)
        )
        return newest

    def newest_trades(self, at: datetime) -> Mapping[str, datetime]:
        """When each account last closed a leg up to `at`, or else opened a position."""
        times = (
            select(Trade.model_id, func.max(TRADED_AT).label("at"))
            .where(at >= TRADED_AT)
            .group_by(Trade.model_id)
            .subquery()
        )
        return self._by_account(times)

    def newest_chats(self, at: datetime) -> Mapping[str, datetime]:
        """The time of each account's newest conversation up to `at`.

        If it is older than a day, the conversation with the highest cycle id counts:
        comparing the times of all of them would take seconds.
        """
        spoken = ModelChat.timestamp
        recent = (
            select(ModelChat.model_id, func.max(spoken).label("at"))
            .where(spoken.between(at - _RECENT, at))
            .group_by(ModelChat.model_id)
            .subquery()
        )
        last = (
            select(spoken)
            .where(
                ModelChat.model_id == LLMModel.id,
                ModelChat.cycle_id.is_not(None),
                spoken <= at,
            )
            .order_by(ModelChat.cycle_id.desc())
            .limit(1)
            .correlate(LLMModel)
            .scalar_subquery()
        )
        older = self._session.execute(select(ACCOUNT_ID, last))
        known = {account_id: time for account_id, time in older if time is not None}
        return known | self._by_account(recent)

    def _by_account(self, times: Subquery) -> dict[str, datetime]:
        rows = self._session.execute(
            select(ACCOUNT_ID, times.c.at).join(times, times.c.model_id == LLMModel.id)
        )
        return {row[0]: row[1] for row in rows}

    def missing_cycles(self) -> Mapping[str, int]:
        """Cycles missing between the first and last stored, by account that has gaps.

        The same number as in `chat_gaps`, which also locates the gaps. Counting takes
        a tenth of the time, because only the index is read.
        """
        cycle = ModelChat.cycle_id
        served = func.max(cycle) - func.min(cycle) + 1
        counted = (
            select(
                ModelChat.model_id,
                (served - func.count(cycle.distinct())).label("missing"),
            )
            .where(cycle.is_not(None))
            .group_by(ModelChat.model_id)
            .subquery()
        )
        rows = self._session.execute(
            select(ACCOUNT_ID, counted.c.missing).join(
                counted, counted.c.model_id == LLMModel.id
            )
        )
        return {account_id: int(missing) for account_id, missing in rows}

    def rejected_rows(self) -> Mapping[str, int]:
        """Rejected rows and bodies by endpoint, counting repeats."""
        rows = self._session.execute(
            select(
                RejectedPayload.endpoint, func.sum(RejectedPayload.occurrences)
            ).group_by(RejectedPayload.endpoint)
        )
        return {endpoint: int(count) for endpoint, count in rows}
