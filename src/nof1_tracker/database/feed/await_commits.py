"""Waits until another transaction may have been committed."""

import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, text

from nof1_tracker.database.engine.errors import database_errors, explain
from nof1_tracker.database.feed.write_feed import CHANNEL

POLL = 0.25
"""Seconds between two looks where the database does not announce commits."""
LONGEST_WAIT = 0.5
"""Seconds after which one looks all the same, and sees whether to end."""

Wait = Callable[[], None]


@contextmanager
def watching_commits(
    engine: Engine, pause: Callable[[float], object]
) -> Iterator[Wait]:
    """What returns as soon as there may be something new.

    PostgreSQL announces it, through a connection of its own; SQLite is polled.

    Args:
        pause: Waits that many seconds at most.

    Raises:
        DatabaseError: The database cannot be used, or cannot be used any more.
    """
    if engine.dialect.name == "sqlite":
        yield lambda: _discard(pause(POLL))
        return
    own = engine.execution_options(isolation_level="AUTOCOMMIT")
    with database_errors(), own.connect() as connection:
        connection.detach()  # the pool's connections are for those who ask
        connection.execute(text(f"LISTEN {CHANNEL}"))
        raw: Any = connection.connection.dbapi_connection
        try:
            yield lambda: _await_notice(raw)
        except engine.dialect.loaded_dbapi.Error as error:
            raise explain(error) from error


def _discard(_result: object) -> None:
    """The caller looks, whatever ended its pause."""


def _await_notice(connection: Any) -> None:
    ready = select.poll()  # select() knows only the first 1024 open files
    ready.register(connection, select.POLLIN)
    ready.poll(LONGEST_WAIT * 1000)
    connection.poll()
    connection.notifies.clear()
