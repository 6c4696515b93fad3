"""Whether recording goes on: cheap reads for health checks and metrics."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from nof1_tracker.database.condition import stored_run
from nof1_tracker.database.models import (
    LeaderboardSnapshot,
    ModelChat,
    RejectedPayload,
    ScrapeRun,
    Trade,
)
from nof1_tracker.records import EquitySource, Kind, StoredRun

_TRUSTED = tuple(source for source in EquitySource if source.trusted)
_BATCH = 100
"""Runs read at once: in health, the first few tell all."""


class VitalQueries:
    """Reads for health checks; each costs a few probes of an index."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def fetching_runs(self, since: datetime, until: datetime) -> Iterator[StoredRun]:
        """Runs over the network that began and ended in [since, until], newest first.

        They are read as they are asked for.
        """
        runs = (
            select(ScrapeRun)
            .where(
                ScrapeRun.started_at.between(since, until),
                ScrapeRun.finished_at <= until,
                ScrapeRun.transport != "capture",
            )
            .order_by(ScrapeRun.started_at.desc(), ScrapeRun.id.desc())
            .execution_options(yield_per=_BATCH)
        )
        return map(stored_run, self._session.scalars(runs))

    def newest_observations(self, at: datetime) -> Mapping[Kind, datetime]:
        """When each kind was last observed up to then; equity by a trusted source.

        A time after `at` is a clock gone wrong, and counts for nothing.
        """
        snapshot = LeaderboardSnapshot
        found = {
            Kind.LEADERBOARD: self._last(
                snapshot.timestamp, at, snapshot.source.in_(_TRUSTED)
            ),
            Kind.TRADES: self._last(Trade.closed_at, at),
            Kind.MODEL_CHAT: self._last(ModelChat.timestamp, at),
        }
        return {kind: time for kind, time in found.items() if time is not None}

    def _last(
        self, time: Any, until: datetime, *conditions: ColumnElement[bool]
    ) -> datetime | None:
        """The newest of a column of times: one probe of its index."""
        newest: datetime | None = self._session.scalar(
            select(time)
            .where(time <= until, *conditions)
            .order_by(time.desc())
            .limit(1)
        )
        return newest

    def rejected_rows(self) -> Mapping[str, int]:
        """Rows and bodies that are kept as rejected, by endpoint, repeats counted."""
        rows = self._session.execute(
            select(
                RejectedPayload.endpoint, func.sum(RejectedPayload.occurrences)
            ).group_by(RejectedPayload.endpoint)
        )
        return {endpoint: int(count) for endpoint, count in rows}
