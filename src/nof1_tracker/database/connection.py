"""Engine, sessions and the unit of work. Nothing connects at import."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine as Engine  # noqa: PLC0414  other rooms name it too
from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from nof1_tracker.database.config import (
    DatabaseSettings,
    load_settings,
    normalise_url,
)
from nof1_tracker.database.types import dump_json, load_json
from nof1_tracker.errors import ConfigurationError, DatabaseError

_WRITERS_LOCK = 6_041_001
"""Key of the PostgreSQL advisory lock that makes stores take turns."""
_BUSY_SECONDS = 30


def create_db_engine(
    database_url: str | None = None, settings: DatabaseSettings | None = None
) -> Engine:
    """An engine for the URL, by default for the settings'. Does not connect.

    Raises:
        ConfigurationError: The URL or a setting is wrong.
    """
    settings = settings or load_settings(DatabaseSettings)
    try:
        url = make_url(normalise_url(database_url or settings.url))
    except (ValueError, ArgumentError) as error:
        raise ConfigurationError(
            f"The database URL is wrong: {error}.", "Correct NOF1_DATABASE_URL."
        ) from None
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(str(url.database or ":memory:"), url)
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
        connect_args={
            "connect_timeout": 10,
            "application_name": "nof1-tracker",
        },
    )


def _sqlite_engine(file: str, url: Any) -> Engine:
    if file != ":memory:":
        _make_folder(Path(file).expanduser().parent)
    engine = create_engine(
        url,
        json_serializer=dump_json,
        json_deserializer=load_json,
        connect_args={"timeout": _BUSY_SECONDS},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(
            f"The database folder {folder} cannot be made: {error.strerror}.",
            "Choose another place with NOF1_DATABASE_URL=sqlite:///file.",
        ) from None


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # _begin_sqlite begins, not the driver
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")


def _begin_sqlite(connection: Connection) -> None:
    """Writers lock first: a reader that turns writer midway could not be retried."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


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
    With `still=True` all that it reads is as it stood at the first read.
    """

    def __init__(
        self, engine: Engine, *, writes: bool = False, still: bool = False
    ) -> None:
        self._engine = engine
        self._options: dict[str, Any] = {"writes": writes}
        self._writes = writes
        if still and engine.dialect.name == "postgresql":
            # SQLite's transactions stand still by themselves.
            self._options["isolation_level"] = "REPEATABLE READ"

    def __enter__(self) -> Self:
        with database_errors():
            self.session = Session(self._engine, autoflush=False)
            connection = self.session.connection(execution_options=self._options)
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
        if isinstance(error, DBAPIError | sqlite3.Error):
            raise explain(error) from error


@contextmanager
def database_errors() -> Iterator[None]:
    """Turns the driver's errors into a DatabaseError that a person can act on."""
    try:
        yield
    except DBAPIError as error:
        raise explain(error) from error


_REMEDIES = (
    ("password authentication failed", "Check NOF1_DB_USER and NOF1_DB_PASSWORD."),
    ("no password supplied", "Set NOF1_DB_PASSWORD."),
    ("role", "Create the role, or correct NOF1_DB_USER."),
    ("database", "Create it (createdb), or correct NOF1_DB_NAME."),
    ("connection refused", "Start PostgreSQL, or correct NOF1_DB_HOST and _PORT."),
    ("could not translate host name", "Correct NOF1_DB_HOST."),
    ("timeout expired", "Check NOF1_DB_HOST, NOF1_DB_PORT and the network."),
    ("server closed the connection", "See the server's log, then run again."),
    ("terminating connection", "The server ended it; run again."),
    ("too many clients", "Raise max_connections or lower NOF1_DB_POOL_SIZE."),
    ("permission denied", "Grant this role the rights to the tables."),
    ("readonly database", "Make the file and its folder writable."),
    ("unable to open database file", "Check the path and its rights."),
    ("file is not a database", "Move it away, or correct NOF1_DATABASE_URL."),
    ("malformed", "Restore it from a backup (sqlite3 .recover may help)."),
    ("database is locked", "Another process writes for long; run again."),
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


_SECRETS = ("password", "sslpassword", "passfile", "sslkey")


def shown_url(engine: Engine) -> str:
    """The engine's URL without any secret, to be printed."""
    url = engine.url.difference_update_query(_SECRETS)
    return url.render_as_string(hide_password=True)
