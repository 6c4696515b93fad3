"""Which time a backfill fills in."""

from datetime import datetime
from decimal import Decimal

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.history.backfills import BackfillSpan


def span_of(
    engine: Engine,
    now: datetime,
    *,
    season: Decimal | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> BackfillSpan:
    """The span asked for, up to now at most.

    Without a season: from the start of the first one. With a season: from its start
    to that of the next; `since` and `until` narrow either.

    Raises:
        ConfigurationError: There is no such season, or nothing is left of the span.
    """
    start, end = _bounds(engine, season, now)
    span = BackfillSpan(max(start, since or start), min(end, until or end, now))
    if span.since >= span.until:
        raise ConfigurationError(
            f"Nothing lies between {span.since:%Y-%m-%d %H:%M} and"
            f" {span.until:%Y-%m-%d %H:%M} UTC.",
            "Correct --season, --since or --until.",
        )
    return span


def _bounds(
    engine: Engine, season: Decimal | None, now: datetime
) -> tuple[datetime, datetime]:
    with UnitOfWork(engine) as unit:
        spans = [each for each in unit.repositories.seasons.spans if each.start]
    if season is not None:
        spans = [each for each in spans if each.number == season]
    if not spans:
        raise ConfigurationError(
            f"There is no season {season} with a start.",
            "See `nof1-tracker seasons list`.",
        )
    start = min(each.start for each in spans if each.start)
    end = spans[0].until if season is not None else None
    return start, end or now
