"""Checks the database's schema and upgrades it to the one that this code needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from nof1_tracker.database.engine.errors import database_errors
from nof1_tracker.database.engine.taking_turns import (
    LONG_ATTEMPTS,
    SCHEMA_LOCK,
    lock_holder,
    take_turn,
)
from nof1_tracker.errors import SchemaError
from nof1_tracker.records.status import LockHolder

if TYPE_CHECKING:
    from alembic.config import Config

SCHEMA_HEAD = "0020"
"""Newest revision in migrations/versions, here so that a command which finds it in
the database need not import alembic; a test holds the two together."""


def current_revision(engine: Engine) -> str | None:
    """The database's schema revision; None if it has none.

    Raises:
        DatabaseError: The database cannot be reached.
    """
    with database_errors(), engine.connect() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(
        text("SELECT version_num FROM alembic_version")
    ).scalar_one_or_none()


class SchemaWatch:
    """Whether the schema of this code is there yet: another process may still make it."""

    def __init__(self, engine: Engine) -> None:
        """Asks nothing yet."""
        self._engine = engine
        self._was_there = False

    def is_there(self) -> bool:
        """True from the time at which it was found; until then it is looked for.

        Raises:
            DatabaseError: The database cannot be used.
        """
        if not self._was_there:
            self._was_there = current_revision(self._engine) == SCHEMA_HEAD
        return self._was_there


def ensure_schema(engine: Engine) -> None:
    """Makes sure that the schema fits: upgrades SQLite, only checks PostgreSQL.

    Raises:
        SchemaError: The schema is missing, older (PostgreSQL) or newer.
    """
    revision = current_revision(engine)
    if revision == SCHEMA_HEAD:
        return
    refuse_newer(revision)
    if engine.dialect.name == "sqlite":
        upgrade(engine)
        return
    state = (
        "has no schema yet" if revision is None else f"has the old schema {revision}"
    )
    raise SchemaError(
        f"The database {state}; this nof1-tracker needs {SCHEMA_HEAD}.",
        "Run `alembic upgrade head` (or `nof1-tracker db upgrade`).",
    )


def refuse_newer(revision: str | None, what: str = "The database's schema") -> None:
    """Makes sure that this code knows the revision, if there is one.

    Raises:
        SchemaError: It does not.
    """
    if revision is not None and revision not in known_revisions():
        raise SchemaError(
            f"{what} ({revision}) is newer than the newest that this nof1-tracker"
            f" knows ({SCHEMA_HEAD}).",
            "Upgrade nof1-tracker; nothing was changed.",
        )


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Upgrades to the revision in one transaction; a second caller waits.

    Raises:
        DatabaseError: The database cannot be used.
        SchemaError: Its schema is newer than this code.
    """
    with database_errors(), _writer(engine) as connection, _turn(connection):
        present = _revision(connection)
        if revision == "head" and present == SCHEMA_HEAD:
            return
        refuse_newer(present)
        from alembic import command  # noqa: PLC0415  slow, and seldom needed

        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@contextmanager
def _turn(connection: Connection) -> Iterator[None]:
    """A transaction in which no other process upgrades."""

    def begin() -> None:
        if connection.in_transaction():
            connection.rollback()
        connection.begin()
        if connection.dialect.name == "postgresql":
            key = {"key": SCHEMA_LOCK}
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), key)

    def holder() -> LockHolder | None:
        connection.rollback()
        return lock_holder(connection, SCHEMA_LOCK)

    take_turn(begin, holder, LONG_ATTEMPTS)
    try:
        yield
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def _writer(engine: Engine) -> Connection:
    """A connection that waits as long as another process may take to upgrade."""
    return engine.connect().execution_options(writes=True, attempts=LONG_ATTEMPTS)


def known_revisions() -> tuple[str, ...]:
    """All revisions that this code knows, newest first."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415  slow, seldom needed

    scripts = ScriptDirectory.from_config(alembic_config())
    return tuple(script.revision for script in scripts.walk_revisions())


def history() -> tuple[tuple[str, str], ...]:
    """All revisions with their titles, newest first."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415  slow, seldom needed

    scripts = ScriptDirectory.from_config(alembic_config())
    return tuple((script.revision, script.doc) for script in scripts.walk_revisions())


def alembic_config() -> "Config":
    """Alembic's configuration for the migrations that came with this code."""
    from alembic.config import Config  # noqa: PLC0415  slow, and seldom needed

    config = Config()
    config.set_main_option("script_location", str(_migrations()).replace("%", "%%"))
    return config


def _migrations() -> Path:
    """The folder of migrations: in an installed wheel, else next to `src`."""
    package = Path(__file__).resolve().parents[2]
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parents[1] / "migrations"
