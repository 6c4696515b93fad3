"""Use case: which stored values changed at the source, and how."""

from dataclasses import replace
from decimal import Decimal

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.write.seasons import SeasonRepository
from nof1_tracker.records.stored import RevisionFilter, RevisionList
from nof1_tracker.services.read import match_accounts
from nof1_tracker.services.standings import require_season


def read_revisions(
    engine: Engine,
    wanted: RevisionFilter,
    *,
    season: Decimal | None = None,
    model: str | None = None,
) -> RevisionList:
    """The wanted revisions; `season` and `model` narrow them.

    Raises:
        ConfigurationError: There is no such season, or `model` matches no model, or
            several.
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        repositories = unit.repositories
        queries = repositories.queries
        if model is not None:
            ids = match_accounts(queries.accounts(), model)
            wanted = replace(wanted, account_ids=ids)
        if season is not None:
            wanted = of_season(repositories.seasons, wanted, season)
        rows, total = queries.revisions.find(wanted)
        return RevisionList(total, tuple(rows))


def of_season(
    seasons: SeasonRepository, wanted: RevisionFilter, number: Decimal
) -> RevisionFilter:
    """Narrows the revisions to those of one season.

    Raises:
        ConfigurationError: There is no such season.
    """
    span = require_season(seasons, number)
    starts = [each.start for each in seasons.spans if each.start]
    later = [start for start in starts if span.start and start > span.start]
    until = min(later or starts if span.start is None else later, default=None)
    return replace(wanted, season=span, season_until=until)
