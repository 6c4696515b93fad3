"""What is held of a season, by account, kind and day."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from nof1_tracker.analyzer.coverage import coverage_of, totals_of
from nof1_tracker.clock import latest_believed
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.read.windows import window_of
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.records.history.verification import CoverageRow, CoverageTotal
from nof1_tracker.records.stored import SeasonSpan


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
