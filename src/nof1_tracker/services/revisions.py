"""Use case: which stored values changed at the source, and how."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.write.seasons import SeasonRepository
from nof1_tracker.records.stored import RevisionFilter, RevisionList
from nof1_tracker.services.reading.emptiness import emptiness
from nof1_tracker.services.reading.model_names import wanted_accounts
from nof1_tracker.services.standings import require_season


def read_revisions(
    engine: Engine,
    wanted: RevisionFilter,
    *,
    season: Decimal | None = None,
    models: Sequence[str] = (),
    competition: str | None = None,
) -> RevisionList:
    """The wanted revisions; `season`, `models` and `competition` narrow them.

    Raises:
        ConfigurationError: There is no such season or competition, or one of `models`
            matches no model, or several.
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        repositories = unit.repositories
        queries = repositories.queries
        if season is not None:
            wanted = of_season(repositories.seasons, wanted, season)
        season_id = wanted.season.id if wanted.season else None
        ids = wanted_accounts(queries, models, season_id, competition=competition)
        wanted = replace(wanted, account_ids=ids)
        rows, total = queries.revisions.find(wanted)
        if rows:
            return RevisionList(total, tuple(rows))
        revisions = queries.revisions
        why = emptiness(wanted, revisions.stored(), revisions.count, competition)
        return RevisionList(total, (), why)


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
