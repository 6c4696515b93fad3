"""Whether a season is over and nothing moves any more, so that it is left alone."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.records.stored import SeasonSpan

REST_INTERVAL = timedelta(hours=1)
"""From one look at a finished season to the next."""
QUIET = timedelta(hours=3)
"""Without anything newer for so long, the figures of a closed season have ended."""


def season_rests(engine: Engine, now: datetime) -> bool:
    """Whether the season of this time rests; see `rests`.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        repositories = unit.repositories
        newest = repositories.queries.health.newest_observations(now)
        return rests(repositories.seasons.at(now), newest.values(), now)


def is_over(season: SeasonSpan, now: datetime) -> bool:
    """Whether a season has closed, so that no news is nothing unusual."""
    return season.end is not None and now > season.end


def rests(season: SeasonSpan, newest: Iterable[datetime], now: datetime) -> bool:
    """Whether a season has closed, and its figures have ended.

    Figures go on for days after a close. A season without a close, before it, or of
    which nothing is stored never rests, however long the source repeats itself.

    Args:
        newest: The newest observations up to now, by the source's clock.
    """
    last = max(newest, default=None)
    if last is None or not season.holds(last):
        return False
    return is_over(season, now) and now - last > QUIET
