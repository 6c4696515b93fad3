"""Stores seasons: finds the one of a time, opens the next, corrects their spans."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, select, true, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from nof1_tracker.database.hours.refresh_hours import refresh_span
from nof1_tracker.database.models import LeaderboardSnapshot, ModelChat, Season, Trade
from nof1_tracker.database.read.best_source import TRUSTED
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.enums import SeasonStatus
from nof1_tracker.records.stored import SeasonSpan

UNASSIGNED = Decimal(0)
LATE_START = timedelta(days=1)
"""Accounts of one season start within a day of each other."""

_DATED: tuple[tuple[type, InstrumentedAttribute[datetime]], ...] = (
    (LeaderboardSnapshot, LeaderboardSnapshot.timestamp),
    (Trade, Trade.opened_at),
    (ModelChat, ModelChat.timestamp),
)


class SeasonRepository:
    """Reads and writes seasons, and keeps each row assigned to the right one."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def spans(self) -> Sequence[SeasonSpan]:
        """All seasons ordered by start, season 0 first."""
        rows = self._session.scalars(select(Season).order_by(Season.season_number))
        spans = sorted(map(_span, rows), key=_by_start)
        following = [*(span.start for span in spans[1:]), None]
        return [
            replace(span, until=until)
            for span, until in zip(spans, following, strict=True)
        ]

    def id_at(self, time: datetime) -> int:
        """Id of the season that the time belongs to."""
        return self.at(time).id

    def at(self, time: datetime) -> SeasonSpan:
        """The season with the latest start that is not after the time, else season 0."""
        for span in reversed(self.spans):
            if span.holds(time):
                return span
        return self.unassigned

    @property
    def unassigned(self) -> SeasonSpan:
        """Season 0."""
        first = self.spans[0]
        assert first.number == UNASSIGNED, "the first migration makes it"  # noqa: S101
        return first

    def by_number(self, number: Decimal) -> SeasonSpan | None:
        """The season of that number."""
        return next((span for span in self.spans if span.number == number), None)

    def row_counts(self, season_id: int) -> tuple[int, int, int]:
        """Numbers of snapshots, trades and conversations that belong to a season."""
        snapshots, trades, chats = (
            self._session.scalar(
                select(func.count())
                .select_from(table)
                .where(table.season_id == season_id)
            )
            for table in (LeaderboardSnapshot, Trade, ModelChat)
        )
        return snapshots or 0, trades or 0, chats or 0

    def last_observed(self, season_id: int) -> datetime | None:
        """The newest time in a season's rows that the source itself states.

        Figures that only our clock dates (the leaderboard, the page) do not count, and
        neither do trades whose times are implausible. None if there is no such row.
        """
        table = LeaderboardSnapshot
        queries = (
            select(func.max(table.timestamp)).where(
                table.season_id == season_id, table.source.in_(TRUSTED)
            ),
            select(func.max(ModelChat.timestamp)).where(
                ModelChat.season_id == season_id
            ),
            select(func.max(func.coalesce(Trade.closed_at, Trade.opened_at))).where(
                Trade.season_id == season_id, Trade.oddity.is_(None)
            ),
        )
        found = (self._session.scalar(query) for query in queries)
        return max(filter(None, found), default=None)

    def open_next(self, inceptions: Collection[datetime]) -> set[int]:
        """Opens the season that a list of inception dates announces, if it is new.

        An inception date is new if it lies before the first known season, after the
        close of the season that it belongs to, or more than a day after the start of a
        season without a close (which then closes there). The list announces a season
        if more than half of its dates are at or after the start of that season, so
        that a newcomer moves nothing.

        Args:
            inceptions: The dates of one list, one per account, benchmarks aside.

        Returns:
            Ids of the seasons whose rows changed.
        """
        start = _announced(
            [each for each in inceptions if self._is_news(each)], inceptions
        )
        if start is None:
            return set()
        current = self.at(start)
        if current.start is not None and current.end is None:
            self._save(replace(current, end=start, status=SeasonStatus.COMPLETED))
        following = self._first_after(start)
        if following and self._starts_earlier(following, start):
            self._save(replace(following, start=start))
        else:
            self._insert_provisional(start, following)
        return self._reassign()

    def _is_news(self, inception: datetime) -> bool:
        current = self.at(inception)
        if current.start is None:
            return True
        if current.end is None:
            return inception - current.start > LATE_START
        return inception >= current.end

    def _first_after(self, time: datetime) -> SeasonSpan | None:
        later = (span for span in self.spans if span.start and span.start > time)
        return next(later, None)

    @staticmethod
    def _starts_earlier(following: SeasonSpan, start: datetime) -> bool:
        assert following.start is not None  # noqa: S101  by _first_after
        return following.is_provisional and following.start - start <= LATE_START

    def _insert_provisional(
        self, start: datetime, following: SeasonSpan | None
    ) -> None:
        number = Decimal(int(max(span.number for span in self.spans)) + 1)
        self._insert(
            SeasonSpan(
                id=0,
                number=number,
                name=f"Season {number}",
                start=start,
                end=following.start if following else None,
                initial_equity=self.unassigned.initial_equity,
                status=SeasonStatus.COMPLETED if following else SeasonStatus.ACTIVE,
                is_provisional=True,
            )
        )

    def save(self, span: SeasonSpan) -> set[int]:
        """Adds or corrects a season and reassigns the affected rows.

        Returns:
            Ids of the seasons whose rows changed.

        Raises:
            ConfigurationError: It would overlap another season, or close before it
                starts, or its number is taken.
        """
        self._check(span)
        if span.id:
            self._save(span)
        else:
            self._insert(span)
        return self._reassign()

    def _check(self, span: SeasonSpan) -> None:
        if span.number == UNASSIGNED:
            raise ConfigurationError(
                "Season 0 holds the rows before the first known season; it has no span.",
                "Set the season that the rows belong to instead.",
            )
        if span.start is None:
            raise ConfigurationError(
                f"Season {span.number} needs a start.", "Give --start."
            )
        if span.end is not None and span.end <= span.start:
            raise ConfigurationError(
                f"Season {span.number} would close before it starts.",
                "Correct --start or --end.",
            )
        for other in self.spans:
            if other.id == span.id or other.start is None:
                continue
            if other.number == span.number:
                raise ConfigurationError(
                    f"Season {span.number} already exists.",
                    "Choose another number.",
                )
            if _overlap(span, other):
                raise ConfigurationError(
                    f"Season {span.number} would overlap {other.name}.",
                    f"Correct --start or --end, or first `seasons set {other.number}`.",
                )

    def _insert(self, span: SeasonSpan) -> None:
        self._session.execute(insert(Season), _columns(span))
        self._forget()

    def _save(self, span: SeasonSpan) -> None:
        self._session.execute(
            update(Season).where(Season.id == span.id).values(**_columns(span))
        )
        self._forget()

    def _forget(self) -> None:
        self._session.expire_all()
        self.__dict__.pop("spans", None)

    def _reassign(self) -> set[int]:
        """Moves each row into the season that its time belongs to.

        Rows before the first season move to season 0.
        """
        changed: set[int] = set()
        for table, time in _DATED:
            season_id: InstrumentedAttribute[int] = table.season_id  # type: ignore[attr-defined]
            for span in self.spans:
                moves = and_(_inside(time, span), season_id.is_distinct_from(span.id))
                left = set(
                    self._session.scalars(select(season_id).where(moves).distinct())
                )
                if left:
                    changed |= {span.id, *left}
                    touched = self._span_of(table, time, moves)
                    self._session.execute(
                        update(table)
                        .where(moves)
                        .values(season_id=span.id)
                        .execution_options(synchronize_session=False)
                    )
                    if touched is not None:
                        refresh_span(self._session, *touched)
        return changed

    def _span_of(
        self, table: type, time: InstrumentedAttribute[datetime], moves: Any
    ) -> tuple[datetime, datetime] | None:
        """Just before the first and at the last of the snapshots that move."""
        if table is not LeaderboardSnapshot:
            return None
        query = select(func.min(time), func.max(time)).where(moves)
        first, last = self._session.execute(query).one()
        return first - timedelta(microseconds=1), last


def _span(row: Season) -> SeasonSpan:
    return SeasonSpan(
        id=row.id,
        number=row.season_number.normalize() + 0,
        name=row.name,
        start=row.start_date,
        end=row.end_date,
        initial_equity=row.initial_capital,
        status=row.status,
        is_provisional=row.is_provisional,
    )


def _columns(span: SeasonSpan) -> dict[str, object]:
    return {
        "season_number": span.number,
        "name": span.name,
        "start_date": span.start,
        "end_date": span.end,
        "initial_capital": span.initial_equity,
        "status": span.status,
        "is_provisional": span.is_provisional,
    }


def _by_start(span: SeasonSpan) -> tuple[bool, datetime | None]:
    return span.start is not None, span.start


def _overlap(one: SeasonSpan, other: SeasonSpan) -> bool:
    """True if both start together, or the earlier closes after the later starts."""
    first, second = sorted((one, other), key=_by_start)
    assert second.start is not None  # noqa: S101  both have a start
    is_late = first.end is not None and first.end > second.start
    return first.start == second.start or is_late


def _inside(
    time: InstrumentedAttribute[datetime], span: SeasonSpan
) -> ColumnElement[bool]:
    after_start = true() if span.start is None else time >= span.start
    return after_start if span.until is None else and_(after_start, time < span.until)


def _announced(
    news: Collection[datetime], inceptions: Collection[datetime]
) -> datetime | None:
    """The start of the season that a list announces; None if it announces none.

    That is the new date within a day of which most of the list starts, the earliest of
    several, if more than half of the list starts then or later.
    """

    def together(start: datetime) -> int:
        return sum(start <= each <= start + LATE_START for each in inceptions)

    start = max(sorted(news), key=together, default=None)
    if start is None:
        return None
    started = sum(each >= start for each in inceptions)
    return start if 2 * started > len(inceptions) else None
