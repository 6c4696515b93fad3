"""Creates an engine for a database URL, without connecting."""

import os
from platform import node
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from nof1_tracker.database.config import DatabaseSettings, load_settings, normalise_url
from nof1_tracker.database.engine.column_types import dump_json, load_json
from nof1_tracker.database.engine.errors import CORRECT_URL
from nof1_tracker.database.engine.sqlite import sqlite_engine
from nof1_tracker.database.engine.taking_turns import LOCK_SECONDS
from nof1_tracker.errors import ConfigurationError

CONNECT_ARGS = {
    "application_name": "nof1-tracker",
    "connect_timeout": 10,
    # A server whose machine is down is noticed within a minute, not hours.
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""How psycopg2 connects, in seconds except for tcp_user_timeout (milliseconds)."""


_LONGEST_HOST = 20
"""Characters of this machine's name; the server keeps 63 of an application's name."""
_ESCAPE = (
    f"{CORRECT_URL} In a password write %2F for /, %3A for :, %40 for @ - or use"
    " NOF1_DB_PASSWORD, which needs no escapes."
)


def create_db_engine(
    database_url: str | None = None, settings: DatabaseSettings | None = None
) -> Engine:
    """An engine for the URL (default: that of the settings). Does not connect.

    Raises:
        ConfigurationError: The URL or a setting is wrong.
    """
    settings = settings or load_settings(DatabaseSettings)
    url = _parsed(database_url or settings.url)
    if url.get_backend_name() == "sqlite":
        return sqlite_engine(url)
    engine = create_engine(
        url,
        pool_size=settings.pool_size,
        max_overflow=settings.max_overflow,
        pool_pre_ping=True,
        pool_recycle=3600,
        # Without it, every row of an UPDATE costs a round trip to the server.
        executemany_mode="values_plus_batch",
        json_serializer=dump_json,
        json_deserializer=load_json,
        connect_args={**CONNECT_ARGS, "application_name": application_name()},
    )
    event.listen(engine, "connect", _limit_waiting)
    return engine


def application_name(program: str = "nof1-tracker") -> str:
    """What the server shows of this process, such as to one that waits for it.

    In parentheses stands what all connections of the process have in common.
    """
    return f"{program} (process {os.getpid()} on {node()[:_LONGEST_HOST]})"


def _limit_waiting(connection: Any, _record: object) -> None:
    """Lets no statement of this connection wait for a lock for ever."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
    connection.commit()


def _parsed(text: str) -> URL:
    """The URL split into its parts.

    A password that is not escaped is often split over several parts, so no error
    quotes a part that could hold some of it.

    Raises:
        ConfigurationError: The URL cannot be split.
    """
    try:
        known = normalise_url(text)
    except ValueError as error:
        raise ConfigurationError(
            f"The database URL is wrong: {error}.", CORRECT_URL
        ) from None
    try:
        url = make_url(known)
    except (ValueError, ArgumentError):
        raise ConfigurationError(
            "The database URL is wrong: its port is not a number.",
            _ESCAPE,
        ) from None
    if url.host and "@" in (url.database or ""):
        raise ConfigurationError(
            "The database URL is wrong: there is an @ after its host.", _ESCAPE
        )
    return url


_SECRETS = ("password", "sslpassword", "passfile", "sslkey")


def shown_url(engine: Engine) -> str:
    """The engine's URL without any secret, safe to print."""
    url = engine.url.difference_update_query(_SECRETS)
    return url.render_as_string(hide_password=True)
