"""Use case: the report that `analyzer.season_report` returns in a notebook."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from nof1_tracker.clock import utc_now
from nof1_tracker.database.connection import Engine, create_db_engine, get_engine
from nof1_tracker.database.engine.schema import ensure_schema
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.asking.written_values import parse_time
from nof1_tracker.records.enums import Cut
from nof1_tracker.rendering.programs.report.notebook_report import (
    NotebookReport,
    for_notebooks,
)
from nof1_tracker.services.report import read_report


def season_report(
    season: Decimal | float | str | None,
    models: Sequence[str] | str,
    since: date | str | None,
    until: date | str | None,
    at: str,
    database_url: str | None,
) -> NotebookReport:
    """See nof1_tracker.analyzer.season_report."""
    now = utc_now()
    with _engine(database_url) as engine:
        report = read_report(
            engine,
            now,
            season=None if season is None else _number(season),
            models=[models] if isinstance(models, str) else models,
            since=_aware(since, now),
            until=_aware(until, now),
            cut=_cut(at),
        )
    return for_notebooks(report)


@contextmanager
def _engine(database_url: str | None) -> Iterator[Engine]:
    """An engine whose schema fits: the configured one, or a temporary one."""
    engine = create_db_engine(database_url) if database_url else get_engine()
    try:
        ensure_schema(engine)
        yield engine
    finally:
        if database_url:
            engine.dispose()


def _number(season: Decimal | float | str) -> Decimal:
    try:
        return Decimal(str(season))
    except InvalidOperation:
        raise ConfigurationError(
            f"{season!r} is not a valid season number.", "Use 1 or 1.5."
        ) from None


def _cut(at: str) -> Cut:
    if at not in (Cut.LAST, Cut.CLOSE):
        raise ConfigurationError(
            f"A report cannot be cut at {at!r}.", 'Use at="close" or at="last".'
        )
    return Cut(at)


def _aware(time: date | str | None, now: datetime) -> datetime | None:
    """The time; a day is its midnight, a text is read as on the command line (UTC)."""
    if time is None or isinstance(time, str):
        return parse_time(time, now)
    if not isinstance(time, datetime):
        return datetime(time.year, time.month, time.day, tzinfo=UTC)
    if time.tzinfo is None:
        raise ConfigurationError(
            f"{time} has no time zone.",
            "Use datetime(..., tzinfo=UTC), a date, or a text such as 2025-10-28.",
        )
    return time
