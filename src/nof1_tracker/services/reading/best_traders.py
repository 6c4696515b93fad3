"""Use case: how probable it is that each account is the best, by its trades."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from nof1_tracker.analyzer.uncertainty.best_chances import best_chances
from nof1_tracker.analyzer.uncertainty.mean_trade import mean_trade
from nof1_tracker.database.columns.trade_columns import read_completed_legs
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.services.standings import choose_season


def read_best_chances(
    engine: Engine, at: datetime, season: Decimal | None = None
) -> Mapping[str, float | None]:
    """P(best) of each account of a season that has a completed leg; see `best_chances`.

    Args:
        at: Nothing that closed later counts.
        season: By default the newest that has data.

    Raises:
        ConfigurationError: There is no such season.
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        wanted = choose_season(unit.repositories, season, at)
        if wanted is None:
            return {}
        legs = read_completed_legs(unit.session, wanted.id, at)
    means = {name: mean_trade(*each) for name, each in legs.items()}
    return best_chances(
        {name: mean.net if mean else None for name, mean in means.items()}
    )
