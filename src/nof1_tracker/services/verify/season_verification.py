"""Use case: is what is stored of a season complete, and does anything contradict it?

Each check is a function of its own that returns what it found; `verify` puts them
together: the tables' coverage, the exchange's record, the archive.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from nof1_tracker.analyzer.coverage import coverage_of, totals_of
from nof1_tracker.clock import latest_believed
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.read.windows import window_of
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.records.history.verification import (
    CoverageRow,
    CoverageTotal,
    Verification,
)
from nof1_tracker.records.stored import SeasonSpan
from nof1_tracker.services.read import match_accounts
from nof1_tracker.services.standings import choose_season
from nof1_tracker.services.verify.archive_check import archive_damage
from nof1_tracker.services.verify.exchange_check import check_exchange

_NO_ARCHIVE = "There is no archive to check."


def verify(
    engine: Engine,
    now: datetime,
    *,
    season: Decimal | None = None,
    model: str | None = None,
) -> Verification:
    """Checks a season, by default the newest that has data.

    Args:
        model: A model's id or name, or a part that matches only one; None for all.

    Raises:
        ConfigurationError: There is no such season, or `model` does not match one.
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        repositories = unit.repositories
        wanted = choose_season(repositories, season, now)
        if wanted is None:
            return Verification(None)
        ids = None
        if model is not None:
            ids = match_accounts(repositories.queries.accounts(), model)
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


def held_by_account(
    engine: Engine, season: SeasonSpan, until: datetime
) -> Mapping[str, Sequence[CoverageTotal]]:
    """What is held of each account of a season up to a time, by account and kind.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        rows = season_coverage(unit.repositories, season, until)
    found: dict[str, list[CoverageTotal]] = defaultdict(list)
    for total in totals_of(rows):
        found[total.account.account_id].append(total)
    return found


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
    window = window_of(season, repositories.seasons.spans, None, latest_believed(now))
    return coverage_of(season, repositories.holdings.of_season(window, ids), now)
