"""Whether a season is over and nothing moves any more, so that it is left alone."""

from datetime import datetime, timedelta

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.repositories import Repositories

REST_INTERVAL = timedelta(hours=1)
"""From one look at a finished season to the next."""
QUIET = timedelta(hours=3)
"""Without anything newer for so long, the figures of a closed season have ended."""


def season_rests(engine: Engine, now: datetime) -> bool:
    """Whether the season of this time has closed, and its figures have ended.

    Figures go on for days after a close. A season without a close, before it, or of
    which nothing is stored never rests, however long the source repeats itself.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        return rests(unit.repositories, now)


def is_over(repositories: Repositories, now: datetime) -> bool:
    """Whether the season of this time has closed, so that no news is nothing unusual."""
    end = repositories.seasons.at(now).end
    return end is not None and now > end


def rests(repositories: Repositories, now: datetime) -> bool:
    """See `season_rests`; within the caller's unit of work."""
    season = repositories.seasons.at(now)
    if season.end is None or now <= season.end:
        return False
    last = repositories.seasons.last_observed(season.id)
    return last is not None and now - last > QUIET
