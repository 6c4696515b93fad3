"""Reads the version of the record again and again, at the least cost."""

from contextlib import suppress
from typing import Any

from sqlalchemy import Engine, select

from nof1_tracker.database.engine.errors import database_errors, explain
from nof1_tracker.database.engine.sqlite import file_of, is_read_only
from nof1_tracker.database.feed_models import FeedVersion

_FAIL_AT_ONCE = "PRAGMA busy_timeout = 0"


class VersionReader:
    """Reads the version over a connection of its own, one statement each time.

    One call at a time. A transaction of SQLAlchemy takes many times the processor time
    of the statement, and three round trips to PostgreSQL instead of one.

    Attributes:
        never_waits: Whether a reading takes microseconds or fails at once. So it is
            with a SQLite file: what was written last is in memory, and who reads it
            waits for no writer. One that may only be read is opened as a file that
            does not change, and does not tell.
    """

    def __init__(self, engine: Engine) -> None:
        file = file_of(engine.url) if engine.dialect.name == "sqlite" else None
        self.never_waits = file is not None and not is_read_only(file)
        self._engine = engine
        self._driver_error = engine.dialect.loaded_dbapi.Error
        self._statement = str(select(FeedVersion.version).compile(engine))
        self._connection: Any = None

    def read(self) -> int:
        """The version; 0 before the first.

        Raises:
            DatabaseError: The database cannot be used.
        """
        if self._connection is not None:
            with suppress(self._driver_error):  # perhaps the connection was lost
                return self._ask(self._connection)
            self.close()
        try:
            with database_errors():
                self._connection = self._opened()
            return self._ask(self._connection)
        except self._driver_error as error:
            raise explain(error) from error

    def close(self) -> None:
        """Gives the connection up; the next reading opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(self._driver_error):
                connection.close()

    def _ask(self, connection: Any) -> int:
        cursor = connection.cursor()
        cursor.execute(self._statement)
        found = cursor.fetchall()  # to the end, or SQLite's transaction stays open
        cursor.close()
        return int(found[0][0]) if found else 0

    def _opened(self) -> Any:
        pooled = self._engine.raw_connection()
        pooled.detach()  # the pool's connections are for those who ask for more
        connection: Any = pooled.dbapi_connection
        if self._engine.dialect.name == "sqlite":
            connection.execute(_FAIL_AT_ONCE)
        else:
            connection.autocommit = True
        return connection
