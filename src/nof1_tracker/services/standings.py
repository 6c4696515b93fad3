"""Use cases that read who is ahead in a season, and which season is meant."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from nof1_tracker.analyzer.metrics import Outcomes, counted_outcomes
from nof1_tracker.analyzer.performance import (
    COMPARABLE_WITHIN,
    Standings,
    build_standings,
    with_both_cuts,
)
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.read.queries import QueryRepository
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.database.write.seasons import SeasonRepository
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.enums import Cut
from nof1_tracker.records.stored import SeasonSpan
from nof1_tracker.services.reading.model_names import wanted_accounts


def read_standings(
    engine: Engine,
    now: datetime,
    *,
    season: Decimal | None = None,
    models: Sequence[str] = (),
    competition: str | None = None,
    cut: Cut = Cut.LAST,
) -> Standings:
    """The standings at `now`, by default in the newest season that has data.

    Args:
        now: The present, or for Cut.TIME the time that was asked for.
        models, competition: Leave only the accounts that these mean, see
            `wanted_accounts`; ranks are those among all.

    Raises:
        ConfigurationError: There is no such season, competition or model, or it has not
            closed (Cut.CLOSE).
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        repositories = unit.repositories
        wanted = choose_season(repositories, season, now)
        if wanted is None:
            return Standings(None, now, (), cut)
        at = close_of(wanted, now) if cut is Cut.CLOSE else now
        queries = repositories.queries
        counts = queries.leg_counts(wanted.id, at)
        outcomes = {each: counted_outcomes(legs) for each, legs in counts.items()}
        standings = standings_of(queries, wanted, at, outcomes, cut)
        standings = beside_the_close(queries, standings, now)
        ids = wanted_accounts(queries, models, wanted.id, competition=competition)
        found = _narrowed(standings, ids)
        return found if found.rows else replace(found, stored=queries.stored_spans())


def _narrowed(standings: Standings, account_ids: Sequence[str] | None) -> Standings:
    if account_ids is None:
        return standings
    rows = (row for row in standings.rows if row.account.account_id in account_ids)
    return replace(standings, rows=tuple(rows))


def standings_by_season(engine: Engine, now: datetime) -> list[Standings]:
    """The standings at `now` of each season that has any equity, by start.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        numbers = [span.number for span in unit.repositories.seasons.spans]
    found = (read_standings(engine, now, season=number) for number in numbers)
    return [each for each in found if each.rows]


def close_of(season: SeasonSpan, now: datetime) -> datetime:
    """When the season closed.

    Raises:
        ConfigurationError: It has not closed, or nobody said when.
    """
    if season.end is None or season.end > now:
        raise ConfigurationError(
            f"{season.name} has not closed yet.",
            "Leave --at out, or enter its close: `nof1-tracker seasons set`.",
        )
    return season.end


def beside_the_close(
    queries: QueryRepository, standings: Standings, now: datetime
) -> Standings:
    """The standings, with both cuts of a season that went on after its close.

    Args:
        now: When the last observation is looked for.
    """
    season = standings.season
    if season is None or season.end is None or standings.cut is Cut.TIME:
        return standings
    if not queries.is_observed_between(season.id, season.end, now):
        return standings
    return with_both_cuts(
        standings,
        bare_standings(queries, season, season.end),
        bare_standings(queries, season, now),
    )


def standings_of(
    queries: QueryRepository,
    season: SeasonSpan,
    at: datetime,
    outcomes: Mapping[str, Outcomes],
    cut: Cut = Cut.LAST,
) -> Standings:
    """The standings of a season at an instant.

    Args:
        outcomes: Of the legs completed up to then, by account.
        cut: What the instant is.
    """
    equities = queries.newest_equities(season.id, at, season.end)
    times = [each.observed_at for each in equities.values()]
    claims = (
        queries.untrusted_claims(season.id, min(times) - COMPARABLE_WITHIN, at)
        if times
        else ()
    )
    accounts = queries.accounts()
    return build_standings(season, at, accounts, equities, claims, outcomes, cut=cut)


def choose_season(
    repositories: Repositories, number: Decimal | None, at: datetime
) -> SeasonSpan | None:
    """The season with that number, by default the newest that has data of any kind.

    None if there is no data.

    Raises:
        ConfigurationError: There is no season with that number.
    """
    seasons = repositories.seasons
    if number is None:
        newest = repositories.queries.newest_season_id(at)
        return next((span for span in seasons.spans if span.id == newest), None)
    return require_season(seasons, number)


def require_season(seasons: SeasonRepository, number: Decimal) -> SeasonSpan:
    """The season with that number.

    Raises:
        ConfigurationError: There is no such season.
    """
    found = seasons.by_number(number)
    if found is None:
        known = ", ".join(str(span.number) for span in seasons.spans)
        raise ConfigurationError(
            f"There is no season {number}.", f"Known seasons: {known}."
        )
    return found


def bare_standings(
    queries: QueryRepository, season: SeasonSpan, at: datetime
) -> Standings:
    """The standings without trades and without claims of untrusted sources."""
    equities = queries.newest_equities(season.id, at, season.end)
    return build_standings(season, at, queries.accounts(), equities, (), {})
