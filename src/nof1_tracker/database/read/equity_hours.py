"""Finds which hours of the accounts' equity are stored, and which are missing."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nof1_tracker.clock import latest_believed
from nof1_tracker.database.models import LeaderboardSnapshot, LLMModel
from nof1_tracker.records.stored import SettledHours

ONE_START = timedelta(days=7)
"""Accounts that started within this time of the newest one compete with it."""
_GONE_AFTER = timedelta(days=2)
"""An account without an hour newer than this has left the competition."""
_SLACK = timedelta(hours=1)
"""By how much the site's clocks may differ."""
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class _Span:
    """The stored hours of an account, and the time of the newest."""

    model_id: int
    first: int
    last: int
    stored: int
    seen_at: datetime

    def has_gap(self, beginning: int) -> bool:
        """Whether an hour is missing from `beginning` to the newest."""
        return self.stored <= self.last - beginning


class HourRepository:
    """Reads the hourly markers of account_totals."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def settled(self) -> SettledHours | None:
        """The hours up to which everything served is stored.

        The next hour may still be running, or some account lacks it: one of its rows
        was rejected, or only later hours were imported. None if nothing is settled,
        as at the beginning of a season. Hours and starts dated more than a day ahead
        of our clock are left out.
        """
        started = self._competing()
        since = min(started.values()) - _SLACK if started else _EVER
        spans = self._spans(since)
        if not spans or started.keys() - {span.model_id for span in spans}:
            return None
        # The first hour may be numbered 0 or 1.
        beginning = min(1, *(span.first for span in spans))
        newest = max(span.seen_at for span in spans)
        hours = (
            self._whole_until(span, since, beginning)
            for span in spans
            if span.has_gap(beginning) or newest - span.seen_at <= _GONE_AFTER
        )
        settled = min(hours, default=0) - 1
        return SettledHours(settled, newest) if settled >= 0 else None

    def _competing(self) -> dict[int, datetime]:
        """Start times of the accounts of the newest season, keyed by account."""
        rows = self._session.execute(
            select(LLMModel.id, LLMModel.started_at).where(
                LLMModel.started_at <= latest_believed(),
                LLMModel.is_benchmark.is_(False),
            )
        )
        started = {row.id: row.started_at for row in rows if row.started_at}
        newest = max(started.values(), default=None)
        return {
            model_id: at
            for model_id, at in started.items()
            if newest is not None and newest - at <= ONE_START
        }

    def _spans(self, since: datetime) -> list[_Span]:
        hour, time = LeaderboardSnapshot.hourly_marker, LeaderboardSnapshot.timestamp
        rows = self._session.execute(
            select(
                LeaderboardSnapshot.model_id,
                func.min(hour),
                func.max(hour),
                func.count(hour.distinct()),
                func.max(time),
            )
            .where(hour.is_not(None), time.between(since, latest_believed()))
            .group_by(LeaderboardSnapshot.model_id)
        )
        return [
            _Span(model_id, first or 0, last or 0, stored, seen_at)
            for model_id, first, last, stored, seen_at in rows
        ]

    def _whole_until(self, span: _Span, since: datetime, beginning: int) -> int:
        """The last hour before the account's first gap, or its last without a gap."""
        if not span.has_gap(beginning):
            return span.last
        table = LeaderboardSnapshot
        stored = set(
            self._session.scalars(
                select(table.hourly_marker)
                .where(
                    table.model_id == span.model_id,
                    table.hourly_marker.is_not(None),
                    table.timestamp.between(since, latest_believed()),
                )
                .distinct()
            )
        )
        return next(hour for hour in count(beginning) if hour not in stored) - 1
