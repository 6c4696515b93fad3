"""What is held of a season, by account, kind and day."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

from nof1_tracker.analyzer.coverage import coverage_of
from nof1_tracker.clock import latest_believed
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.read.windows import Window, window_of
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.records.history.verification import CoverageRow
from nof1_tracker.records.stored import SeasonSpan
from nof1_tracker.services.reading.model_names import wanted_accounts
from nof1_tracker.services.standings import choose_season


def read_coverage(
    engine: Engine,
    now: datetime,
    *,
    season: Decimal | None = None,
    models: Sequence[str] = (),
) -> tuple[SeasonSpan | None, tuple[CoverageRow, ...]]:
    """A season, by default the newest that has data, and what is held of it.

    Only the tables are read; None and nothing where they are empty.

    Args:
        models: Narrows it to the accounts that these mean, see `wanted_accounts`.

    Raises:
        ConfigurationError: There is no such season, or one of `models` does not match one.
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        repositories = unit.repositories
        wanted = choose_season(repositories, season, now)
        if wanted is None:
            return None, ()
        ids = wanted_accounts(repositories.queries, models, wanted.id)
        return wanted, season_coverage(repositories, wanted, now, ids)


def season_coverage(
    repositories: Repositories,
    season: SeasonSpan,
    now: datetime,
    ids: Collection[str] | None = None,
) -> tuple[CoverageRow, ...]:
    """What is held of a season up to now, by account, kind and day.

    Args:
        ids: Of the accounts; None for all.
    """
    window = whole_season(repositories, season, now)
    return coverage_of(season, repositories.holdings.of_season(window, ids), now)


def whole_season(
    repositories: Repositories, season: SeasonSpan, now: datetime
) -> Window:
    """The whole season, up to what is believed of its rows now."""
    spans = repositories.seasons.spans
    return window_of(season, spans, None, latest_believed(now))
