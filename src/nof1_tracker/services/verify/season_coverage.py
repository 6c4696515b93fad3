"""What is held of a season, by account, kind and day."""

from collections.abc import Collection
from datetime import datetime

from nof1_tracker.analyzer.coverage import coverage_of
from nof1_tracker.clock import latest_believed
from nof1_tracker.database.read.windows import Window, window_of
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
    window = whole_season(repositories, season, now)
    return coverage_of(season, repositories.holdings.of_season(window, ids), now)


def whole_season(
    repositories: Repositories, season: SeasonSpan, now: datetime
) -> Window:
    """The whole season, up to what is believed of its rows now."""
    spans = repositories.seasons.spans
    return window_of(season, spans, None, latest_believed(now))
