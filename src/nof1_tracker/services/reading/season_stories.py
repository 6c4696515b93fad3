"""Use case: the stories of all trades of a report."""

from datetime import datetime, timedelta

from nof1_tracker.analyzer.decisions.trade_story import TradeStory, tell_story
from nof1_tracker.analyzer.report.season_report import SeasonReport
from nof1_tracker.database.columns.collector_pause import collector_paused
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.records.enums import Cut

MOST_TRADES = 30_000
"""No season had as many; a page with more would be too long to load and to read."""
_INSTANT = timedelta(microseconds=1)
"""The resolution of times in both databases."""


def read_season_stories(
    engine: Engine, report: SeasonReport, *, most: int = MOST_TRADES
) -> tuple[TradeStory, ...]:
    """The life of each entry of the report's accounts up to the report's end.

    Its `trade` is the first leg. The words are those of conversations that acted; what
    it was held through, its prices and its fills are told by `read_trade_story`.

    Args:
        most: Only those of the newest trades, so many, are told.

    Raises:
        DatabaseError: The database cannot be used.
    """
    if report.season is None:
        return ()
    ids = [each.account.account_id for each in report.models]
    rules = report.rules.mind
    with collector_paused(), UnitOfWork(engine) as unit:
        found = unit.repositories.season_evidence.entries(
            report.season.id, ids, end_of(report), rules.fill_within, most
        )
        return tuple(tell_story(each, rules=rules) for each in found)


def end_of(report: SeasonReport) -> datetime:
    """First instant after the window."""
    if report.cut is Cut.CLOSE and report.season and report.season.end:
        return report.season.end + _INSTANT
    now = report.at + _INSTANT
    return now if report.until is None else min(report.until, now)
