"""Use case: a query that somebody else wrote, which can only read the record."""

from nof1_tracker.database.config import QuerySettings, load_settings
from nof1_tracker.database.confined.found_rows import FoundRows
from nof1_tracker.database.connection import Engine
from nof1_tracker.database.engine.sqlite import file_of
from nof1_tracker.errors import ConfigurationError


def run_query(engine: Engine, sql: str, limit: int) -> FoundRows:
    """The first rows of the query.

    Raises:
        ConfigurationError: The query is wrong, may not be asked or takes too long; or
            nothing confines it: no role of PostgreSQL, no file of SQLite.
        DatabaseAwayError: The database cannot be reached.
    """
    if engine.dialect.name != "sqlite":
        return _by_its_role(sql, limit)
    file = file_of(engine.url)
    if file is None:
        raise ConfigurationError(
            "Queries are only answered from a SQLite file, not from memory.",
            "Serve a file: NOF1_DATABASE_URL=sqlite:///file.",
        )
    from nof1_tracker.database.confined.sqlite_queries import (  # noqa: PLC0415
        confined_query,
    )

    return confined_query(file, sql, limit)


def _by_its_role(sql: str, limit: int) -> FoundRows:
    # The driver is not imported where SQLite is used.
    from nof1_tracker.database.confined.postgresql_queries import (  # noqa: PLC0415
        postgresql_query,
    )

    url = load_settings(QuerySettings).url
    if url is None:
        raise ConfigurationError(
            "On PostgreSQL queries are asked by a role that can only read the record, and"
            " NOF1_QUERY_URL does not name one.",
            "Set it to postgresql://nof1_query:PASSWORD@host:5432/name, and run"
            " `nof1-tracker db query-role`, which makes the role; or copy the record to"
            " SQLite with `nof1-tracker db copy`, and serve that.",
        )
    return postgresql_query(url.get_secret_value(), sql, limit)
