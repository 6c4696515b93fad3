"""Use case: which stored values changed at the source, and how."""

from dataclasses import replace
from decimal import Decimal

from nof1_tracker.database.connection import Engine, UnitOfWork
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
            span = require_season(repositories.seasons, season)
            starts = [each.start for each in repositories.seasons.spans if each.start]
            later = [start for start in starts if span.start and start > span.start]
            until = min(later or starts if span.start is None else later, default=None)
            wanted = replace(wanted, season=span, season_until=until)
        rows, total = queries.revisions.find(wanted)
        return RevisionList(total, tuple(rows))
