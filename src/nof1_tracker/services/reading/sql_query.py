"""Use case: a query that somebody else wrote, which can only read the record."""

from nof1_tracker.database.confined.confined_queries import FoundRows, confined_query
from nof1_tracker.database.connection import Engine
from nof1_tracker.database.engine.sqlite import file_of
from nof1_tracker.errors import ConfigurationError


def run_query(engine: Engine, sql: str, limit: int) -> FoundRows:
    """The first rows of the query.

    Raises:
        ConfigurationError: The query is wrong, may not be asked or takes too long; or the
            database is not a SQLite file.
    """
    is_sqlite = engine.dialect.name == "sqlite"
    file = file_of(engine.url) if is_sqlite else None
    if file is None:
        raise ConfigurationError(
            "Queries are only answered from a SQLite file: a session of PostgreSQL cannot"
            " be confined to reading from within.",
            "Copy the record to a file with `nof1-tracker db copy`, and serve that.",
        )
    return confined_query(file, sql, limit)
