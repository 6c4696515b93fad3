"""Use case: which positions are open, or were at a time."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.records.reading.open_positions import PositionList
from nof1_tracker.services.reading.model_names import wanted_accounts
from nof1_tracker.services.standings import choose_season


def read_open_positions(
    engine: Engine,
    at: datetime,
    *,
    season: Decimal | None = None,
    models: Sequence[str] = (),
    symbols: Sequence[str] = (),
    competition: str | None = None,
) -> PositionList:
    """What was open when each account was last observed up to `at`.

    By default in the newest season that has data.

    Raises:
        ConfigurationError: There is no such season, competition or model.
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        repositories = unit.repositories
        wanted = choose_season(repositories, season, at)
        if wanted is None:
            return PositionList(at, None, {}, 0, ())
        ids = wanted_accounts(
            repositories.queries, models, wanted.id, competition=competition
        )
        queries = repositories.queries.open_positions
        seen = queries.observations(wanted.id, at, ids)
        found = [row for each in seen for row in queries.open_in(each, symbols)]
        stored = () if seen else queries.spans()
        in_all = sum(each.snapshot.open_positions or 0 for each in seen)
        observed = {each.name: each.snapshot.timestamp for each in seen}
        return PositionList(at, wanted.number, observed, in_all, tuple(found), stored)
