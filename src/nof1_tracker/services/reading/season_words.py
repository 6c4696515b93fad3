"""Use case: prices of what was traded in a season, and what its models said."""

from nof1_tracker.analyzer.report.season_report import SeasonReport
from nof1_tracker.database.columns.collector_pause import collector_paused
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.records.reading.prices_and_chats import SeasonWords
from nof1_tracker.services.reading.season_stories import end_of


def read_season_words(engine: Engine, report: SeasonReport) -> SeasonWords:
    """What is stored of the report's accounts and symbols up to its end.

    Raises:
        DatabaseError: The database cannot be used.
    """
    if report.season is None or report.start is None:
        return SeasonWords()
    season, until = report.season.id, end_of(report)
    ids = [each.account.account_id for each in report.models]
    symbols = {str(symbol) for each in report.models for symbol in each.legs.symbol}
    with collector_paused(), UnitOfWork(engine) as unit:
        words = unit.repositories.season_words
        return SeasonWords(
            prices=words.prices(sorted(symbols), report.start, until),
            chats=words.chats(season, ids, until),
            decisions=words.decisions(season, ids, until),
        )
