"""Use cases that read which seasons and accounts there are, and where they are from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.records.parsed import Account
from nof1_tracker.records.stored import SeasonSpan
from nof1_tracker.services.reading.origin import holds_sample, holds_simulation
from nof1_tracker.services.standings import choose_season

Gap = tuple[datetime, datetime]
"""The observation before it, and the one after it."""


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


def read_competitors(
    engine: Engine, season: Decimal | None, at: datetime
) -> tuple[SeasonSpan | None, Sequence[Account]]:
    """A season, by default the newest with data up to then, and its accounts by name.

    Raises:
        ConfigurationError: There is no such season.
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        chosen = choose_season(unit.repositories, season, at)
        if chosen is None:
            return None, ()
        return chosen, unit.repositories.queries.accounts(chosen.id)


def read_traded_at(
    engine: Engine, season: Decimal | None, until: datetime
) -> tuple[SeasonSpan | None, Sequence[datetime]]:
    """A season, by default the newest with data, and when its trades closed or opened.

    Raises:
        ConfigurationError: There is no such season.
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        chosen = choose_season(unit.repositories, season, until)
        if chosen is None:
            return None, ()
        return chosen, unit.repositories.lists.traded_at(chosen.id, until)


def read_gaps(
    engine: Engine, season: Decimal | None, until: datetime, longest: timedelta
) -> Sequence[Gap]:
    """When nothing of a season was observed for longer than that, from its start on.

    Args:
        season: By default the newest with data.

    Raises:
        ConfigurationError: There is no such season.
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        chosen = choose_season(unit.repositories, season, until)
        if chosen is None:
            return ()
        observed = unit.repositories.lists.observed_at(chosen.id, until)
    times = sorted(each for each in (chosen.start, *observed) if each is not None)
    return [(first, last) for first, last in pairwise(times) if last - first > longest]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where what a database holds comes from.

    Attributes:
        sites: Addresses of the sites whose bodies were recorded; empty for none.
    """

    is_simulated: bool
    is_sample: bool
    sites: tuple[str, ...]


def read_origin(engine: Engine) -> Origin:
    """Whether the figures are invented, of the past, or of another site.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        sites = unit.repositories.archives.sites()
    is_simulated = holds_simulation(engine) or any(each for _, each in sites)
    return Origin(is_simulated, holds_sample(engine), tuple(site for site, _ in sites))
