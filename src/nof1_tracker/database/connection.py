"""Engine, sessions and the unit of work. Nothing connects at import."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine as Engine  # noqa: PLC0414  re-exported here
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from nof1_tracker.database.engine.create_engine import (
    create_db_engine as create_db_engine,  # noqa: PLC0414  re-exported here
)
from nof1_tracker.database.engine.errors import database_errors, explain
from nof1_tracker.database.engine.schema import ensure_schema, upgrade
from nof1_tracker.database.engine.taking_turns import (
    WRITERS_LOCK,
    lock_holder,
    take_turn,
)
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.records.status import LockHolder

_engine: Engine | None = None
_session_maker: sessionmaker[Session] | None = None


def get_engine() -> Engine:
    """The engine of the configured database, created on the first call."""
    global _engine  # noqa: PLW0603  one engine per process is what pooling means
    if _engine is None:
        _engine = create_db_engine()
    return _engine


def get_session_maker() -> sessionmaker[Session]:
    """The session maker of the configured database, created on the first call.

    Raises:
        SchemaError: The schema is missing (PostgreSQL), or older or newer than this
            code.
    """
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
    """Discards the engine and closes its connections; settings are read again."""
    global _engine, _session_maker  # noqa: PLW0603  see get_engine
    if _engine is not None:
        _engine.dispose()
    _engine = None
    _session_maker = None


def init_db() -> None:
    """Upgrades the configured database to the schema of this code.

    Raises:
        DatabaseError: The database cannot be used.
    """
    upgrade(get_engine())


class UnitOfWork:
    """One transaction: rolls back unless `commit` was called.

    With `writes=True` it holds the exclusive right to write until it ends, so that
    two processes that store the same rows wait for each other and never deadlock.
    With `frozen=True` everything it reads is from a single instant, whatever is stored
    meanwhile (SQLite always works this way).
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
                take_turn(self._take_writers_lock, self._writers_lock_holder)
        return self

    def _take_writers_lock(self) -> None:
        statement = text("SELECT pg_advisory_xact_lock(:key)")
        self.session.execute(statement, {"key": WRITERS_LOCK})

    def _writers_lock_holder(self) -> LockHolder | None:
        """Asked in the transaction that takes the place of the one that failed."""
        self.session.rollback()
        return lock_holder(self.session.connection())

    @cached_property
    def repositories(self) -> Repositories:
        """Everything that can be read and written within this unit."""
        return Repositories(self.session)

    def commit(self, *, is_bookkeeping: bool = False) -> None:
        """Makes the work of this unit permanent; what it stored is the next version.

        Args:
            is_bookkeeping: Whether it stored nothing that lists or reports show, such
                as that a run has begun: unless a change was noted all the same, the
                version stays, and so do the answers that are kept for it.
        """
        with database_errors():
            if self._writes:
                # What only reads needs nothing of what writing needs.
                from nof1_tracker.database.feed.write_feed import (  # noqa: PLC0415
                    has_changes,
                    write_feed,
                )

                self.session.flush()
                if not is_bookkeeping or has_changes(self.session):
                    write_feed(self.session)
            self.session.commit()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.session.close()  # rolls back what is not committed
        except SQLAlchemyError:
            if error is None:
                raise
        # The driver's own errors too: some rows bypass SQLAlchemy.
        if isinstance(error, (DBAPIError, self._engine.dialect.loaded_dbapi.Error)):
            raise explain(error) from error
