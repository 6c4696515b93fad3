"""Use case: is what is stored of a season complete, and does anything contradict it?

Each check is a function of its own that returns what it found; `verify` puts them
together: the tables' coverage, the exchange's record, the archive.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.records.history.verification import (
    Verification,
)
from nof1_tracker.services.reading.model_names import wanted_accounts
from nof1_tracker.services.standings import choose_season
from nof1_tracker.services.verify.archive_check import archive_damage
from nof1_tracker.services.verify.exchange_check import check_exchange
from nof1_tracker.services.verify.season_coverage import season_coverage

_NO_ARCHIVE = "There is no archive to check."


def verify(
    engine: Engine,
    now: datetime,
    *,
    season: Decimal | None = None,
    models: Sequence[str] = (),
) -> Verification:
    """Checks a season, by default the newest that has data.

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
            return Verification(None)
        ids = wanted_accounts(repositories.queries, models, wanted.id)
        coverage = season_coverage(repositories, wanted, now, ids)
        exchange = check_exchange(repositories, wanted, ids)
    damage = archive_damage(engine)
    unchecked = [] if damage is not None else [_NO_ARCHIVE]
    return Verification(
        wanted,
        coverage,
        tuple(exchange.contradictions),
        damage or (),
        (*unchecked, *exchange.unchecked),
    )
