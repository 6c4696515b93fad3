"""Engine, sessions and the unit of work. Nothing connects at import."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy import Engine as Engine  # noqa: PLC0414  other rooms name it too
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from nof1_tracker.database.config import (
    DatabaseSettings,
    load_settings,
    normalise_url,
)
from nof1_tracker.database.embedded import (
    file_of,
    is_read_only,
    refusal,
    sqlite_engine,
)
from nof1_tracker.database.types import dump_json, load_json
from nof1_tracker.errors import ConfigurationError, DatabaseError

_WRITERS_LOCK = 6_041_001
"""Key of the PostgreSQL advisory lock that makes stores take turns."""
CONNECT_ARGS = {
    "application_name": "nof1-tracker",
    "connect_timeout": 10,
    # A server whose machine is gone is noticed in a minute, not in hours.
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""How psycopg2 connects: seconds, but for tcp_user_timeout (milliseconds)."""
_CORRECT = "Correct NOF1_DATABASE_URL."
_ESCAPE = (
    f"{_CORRECT} In a password write %2F for /, %3A for :, %40 for @ - or use"
    " NOF1_DB_PASSWORD, which needs no escapes."
)


def create_db_engine(
    database_url: str | None = None, settings: DatabaseSettings | None = None
) -> Engine:
    """An engine for the URL, by default for the settings'. Does not connect.

    Raises:
        ConfigurationError: The URL or a setting is wrong.
    """
    settings = settings or load_settings(DatabaseSettings)
    url = _parsed(database_url or settings.url)
    if url.get_backend_name() == "sqlite":
        return sqlite_engine(url)
    return create_engine(
        url,
        pool_size=settings.pool_size,
        max_overflow=settings.max_overflow,
        pool_pre_ping=True,
        pool_recycle=3600,
        # Without it every row of an UPDATE goes to the server and back by itself.
        executemany_mode="values_plus_batch",
        json_serializer=dump_json,
        json_deserializer=load_json,
        connect_args=CONNECT_ARGS,
    )


def _parsed(text: str) -> URL:
    """The URL in its parts. A password that is not escaped is seldom all in one part:
    no error quotes what could be some of it.

    Raises:
        ConfigurationError: It has no such parts.
    """
    try:
        known = normalise_url(text)
    except ValueError as error:
        raise ConfigurationError(
            f"The database URL is wrong: {error}.", _CORRECT
        ) from None
    try:
        url = make_url(known)
    except (ValueError, ArgumentError):
        raise ConfigurationError(
            "The database URL is wrong: what stands as its port is no number.",
            _ESCAPE,
        ) from None
    if url.host and "@" in (url.database or ""):
        raise ConfigurationError(
            "The database URL is wrong: an @ stands after its host.", _ESCAPE
        )
    return url


_engine: Engine | None = None
_session_maker: sessionmaker[Session] | None = None


def get_engine() -> Engine:
    """The engine of the configured database, made at the first call."""
    global _engine  # noqa: PLW0603  one engine per process is what pooling means
    if _engine is None:
        _engine = create_db_engine()
    return _engine


def get_session_maker() -> sessionmaker[Session]:
    """Sessions of the configured database, made at the first call.

    Raises:
        SchemaError: The schema is missing (PostgreSQL), old or newer.
    """
    from nof1_tracker.database.schema import ensure_schema  # noqa: PLC0415  a circle

    global _session_maker  # noqa: PLW0603  goes with the engine
    if _session_maker is None:
        ensure_schema(get_engine())
        _session_maker = sessionmaker(bind=get_engine(), autoflush=False)
    return _session_maker


@contextmanager
def get_session() -> Iterator[Session]:
    """A session that commits at the end, and rolls back on an exception.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with database_errors(), get_session_maker()() as session, session.begin():
        yield session


def reset_engine() -> None:
    """Forgets the engine and closes its connections; settings are read anew."""
    global _engine, _session_maker  # noqa: PLW0603  see get_engine
    if _engine is not None:
        _engine.dispose()
    _engine = None
    _session_maker = None


class UnitOfWork:
    """One transaction: rolls back unless `commit` was called.

    With `writes=True` it holds the only right to write until it ends, so that two
    processes that store the same rows wait for each other and never deadlock.
    With `frozen=True` all that it reads is of one instant, whatever is stored while
    it reads (SQLite always does so).
    """

    def __init__(
        self, engine: Engine, *, writes: bool = False, frozen: bool = False
    ) -> None:
        self._engine = engine
        self._writes = writes
        self._frozen = frozen and engine.dialect.name == "postgresql"

    def __enter__(self) -> Self:
        with database_errors():
            self.session = Session(self._engine, autoflush=False)
            options: dict[str, Any] = {"writes": self._writes}
            if self._frozen:
                options["isolation_level"] = "REPEATABLE READ"
            connection = self.session.connection(execution_options=options)
            if self._writes and connection.dialect.name == "postgresql":
                connection.execute(
                    text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS_LOCK}
                )
        return self

    def commit(self) -> None:
        """Makes the work of this unit permanent."""
        with database_errors():
            self.session.commit()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.session.close()  # rolls back what was not committed
        except SQLAlchemyError:
            if error is None:
                raise
        # The driver's own too: rows are written and read past SQLAlchemy.
        if isinstance(error, (DBAPIError, self._engine.dialect.loaded_dbapi.Error)):
            raise explain(error) from error


@contextmanager
def database_errors() -> Iterator[None]:
    """Turns the driver's errors into a DatabaseError that a person can act on."""
    try:
        yield
    except DBAPIError as error:
        raise explain(error) from error


_READS_ONLY = "Connect to the primary, or take default_transaction_read_only back."
_REMEDIES = (
    ("in a read-only transaction", _READS_ONLY),
    ("invalid dsn", _CORRECT),
    (
        "does not support ssl",
        "Correct sslmode in NOF1_DATABASE_URL, or let the server use SSL.",
    ),
    ("password authentication failed", "Check NOF1_DB_USER and NOF1_DB_PASSWORD."),
    ("no password supplied", "Set NOF1_DB_PASSWORD."),
    ("role", "Create the role, or correct NOF1_DB_USER."),
    ("database", "Create it (createdb), or correct NOF1_DB_NAME."),
    ("connection refused", "Start PostgreSQL, or correct NOF1_DB_HOST and _PORT."),
    ("could not translate host name", "Correct NOF1_DB_HOST."),
    ("timeout expired", "Check NOF1_DB_HOST, NOF1_DB_PORT and the network."),
    ("server closed the connection", "See the server's log, then run again."),
    ("terminating connection", "The server ended it; run again."),
    ("invalid socket", "The server ended it; run again."),
    ("too many clients", "Raise max_connections or lower NOF1_DB_POOL_SIZE."),
    ("permission denied", "Grant this role the rights to the tables."),
    ("readonly database", "Make the file and its folder writable."),
    ("unable to open database file", "Check the path and its rights."),
    ("file is not a database", "Move it away, or correct NOF1_DATABASE_URL."),
    ("malformed", "Restore it from a backup (sqlite3 .recover may help)."),
    ("database is locked", "Another process writes for long; run again."),
    ("disk i/o error", "Check the disk: its space, its limits and its health."),
    ("disk is full", "Free some space; nothing stored was harmed."),
    ("no space left", "Free some space; nothing stored was harmed."),
    ("does not exist", "Run `nof1-tracker db upgrade`."),
    ("no such table", "Run `nof1-tracker db upgrade`."),
)
_MISSING = {"role": "does not exist", "database": "does not exist"}


def explain(error: Exception) -> DatabaseError:
    """The driver's error in one line with its remedy; statement and parameters left out."""
    original = error.orig if isinstance(error, DBAPIError) else error
    message = " ".join(str(original).split()) or type(original).__name__
    message = message.rstrip(".?!")
    known = message.lower()
    for sign, remedy in _REMEDIES:
        if sign in known and _MISSING.get(sign, "") in known:
            if sign in _MISSING and f'{sign} "' not in known:
                continue
            return DatabaseError(f"The database says: {message}.", remedy)
    return DatabaseError(f"The database says: {message}.", "See `nof1-tracker doctor`.")


def server_version(engine: Engine) -> str:
    """What the database calls itself.

    Raises:
        DatabaseError: It cannot be reached.
    """
    with database_errors(), engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            return f"SQLite {sqlite3.sqlite_version}"
        version = connection.execute(text("SHOW server_version")).scalar_one()
        return f"PostgreSQL {version}"


def ensure_writable(engine: Engine) -> None:
    """Sees that rows can be stored, and not only read.

    Raises:
        DatabaseError: They cannot, or the database cannot be reached.
    """
    if engine.dialect.name == "sqlite":
        file = file_of(engine.url)
        if file is not None and is_read_only(file):
            raise refusal(file)
        return
    with database_errors(), engine.connect() as connection:
        if connection.execute(text("SHOW transaction_read_only")).scalar() == "on":
            raise DatabaseError("The database only lets read.", _READS_ONLY)


_SECRETS = ("password", "sslpassword", "passfile", "sslkey")


def shown_url(engine: Engine) -> str:
    """The engine's URL without any secret, to be printed."""
    url = engine.url.difference_update_query(_SECRETS)
    return url.render_as_string(hide_password=True)
