"""Use cases that read which seasons and accounts there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.records.parsed import Account
from nof1_tracker.records.stored import SeasonSpan


@dataclass(frozen=True, slots=True)
class ObservedSeason:
    """A season, and when the source last dated a row of it; None where it has none."""

    span: SeasonSpan
    last_observed_at: datetime | None


def read_seasons(engine: Engine) -> list[ObservedSeason]:
    """All seasons by start, season 0 first.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        seasons = unit.repositories.seasons
        return [
            ObservedSeason(span, seasons.last_observed(span.id))
            for span in seasons.spans
        ]


def read_accounts(engine: Engine) -> Sequence[Account]:
    """Every account ever seen, ordered by name.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        return unit.repositories.queries.accounts()
