"""What is held of a season, by account, kind and day."""

from collections.abc import Collection
from datetime import datetime

from nof1_tracker.analyzer.coverage import coverage_of
from nof1_tracker.clock import latest_believed
from nof1_tracker.database.read.windows import window_of
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.records.history.verification import CoverageRow
from nof1_tracker.records.stored import SeasonSpan


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
