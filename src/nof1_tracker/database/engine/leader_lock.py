"""Decides which of several monitors on one database may scrape: the lock's holder.

The lock ends with its holder: PostgreSQL releases it when the session ends, and the
kernel when the process ends. Nothing needs cleaning up after a crash.

A holder that was stopped, or hangs, does not end. So each look of the holder renews a
lease: on PostgreSQL the server notes when a session was last active, and on SQLite the
lock's file is touched. Where the lease is over, another monitor takes the lock away, and the
holder notices at its next look.
"""

import contextlib
import logging
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from nof1_tracker.database.engine.create_engine import CONNECT_ARGS, application_name
from nof1_tracker.database.engine.errors import database_errors, explain
from nof1_tracker.errors import DatabaseError
from nof1_tracker.locks.leased_file import LeasedFile

log = logging.getLogger(__name__)

_KEY = 6_041_003
"""Key of the advisory lock; the other keys are in taking_turns.py."""
_SESSION = (
    # The server notices within a minute that the holder's machine is down, and does
    # not end the session just because it is idle.
    "SET tcp_keepalives_idle = 20",
    "SET tcp_keepalives_interval = 10",
    "SET tcp_keepalives_count = 3",
    "SET idle_session_timeout = 0",
)
LEASE: Final = 450.0
"""Least seconds without a look of the holder after which the lock may be taken away."""
_TAKE = text("SELECT pg_try_advisory_lock(:key)")
_GIVE_BACK = text("SELECT pg_advisory_unlock(:key)")
_IS_OURS = text(
    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND pid = pg_backend_pid() AND classid = 0 AND objid = :key AND objsubid = 1)"
)
_LATE_HOLDER = text(
    # Every session of its process ends: a transaction left open holds the writers' lock.
    "SELECT holder.application_name, extract(epoch FROM"
    " clock_timestamp() - holder.state_change)::float,"
    " pg_terminate_backend(theirs.pid, 5000)"
    " FROM pg_stat_activity holder"
    " JOIN pg_locks taken ON taken.pid = holder.pid AND taken.database = holder.datid"
    " JOIN pg_stat_activity theirs ON theirs.datid = holder.datid"
    " AND theirs.usesysid = holder.usesysid AND theirs.pid <> pg_backend_pid()"
    " AND (theirs.pid = holder.pid"
    " OR theirs.client_addr IS NOT DISTINCT FROM holder.client_addr"
    " AND split_part(theirs.application_name, ' (', 2)"
    " = nullif(split_part(holder.application_name, ' (', 2), ''))"
    " WHERE taken.locktype = 'advisory' AND taken.granted AND taken.classid = 0"
    " AND taken.objid = :key AND taken.objsubid = 1"
    " AND holder.datname = current_database()"
    " AND pg_has_role(holder.usesysid, 'MEMBER')"
    " AND holder.state_change < clock_timestamp() - make_interval(secs => :lease)"
)


class Leadership(Protocol):
    """The right to scrape, which one monitor at a time has."""

    def hold(self) -> bool:
        """Whether this process has the right now, for the time of a lease from now on.

        Takes it if it is free, or if the lease of the one that has it is over.

        Raises:
            DatabaseError: The database, or the lock's file, cannot be used.
        """
        ...

    def release(self) -> None:
        """Gives up the right at once. May be called twice."""
        ...


def leadership_of(engine: Engine, lease: float = LEASE) -> Leadership:
    """The right to scrape into that database; does not take it yet.

    Args:
        lease: Seconds without a look of its holder after which it is taken away.
    """
    if engine.dialect.name == "postgresql":
        return _SessionLock(engine, lease)
    file = engine.url.database
    if not file or file == ":memory:":
        return _Alone()
    return _FileLock(Path(f"{Path(file).expanduser()}.monitor.lock"), lease)


class _SessionLock:
    """An advisory lock on a connection of its own, outside the pool."""

    def __init__(self, engine: Engine, lease: float) -> None:
        self._lease = lease
        name = application_name("nof1-tracker monitor")
        self._engine = create_engine(
            engine.url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={**CONNECT_ARGS, "application_name": name},
        )
        self._connection: Connection | None = None
        self._is_held = False

    def hold(self) -> bool:
        if self._connection is not None and self._connection.invalidated:
            self._drop()  # a signal came while it was asked
        if self._connection is not None:
            try:
                return self._check(self._connection)
            except DBAPIError as error:
                # The lock ended with the session; another may have taken it.
                level = logging.WARNING if self._is_held else logging.DEBUG
                log.log(level, "The lock was lost. %s", explain(error).message)
                self._drop()
        with database_errors():
            return self._check(self._connect())

    def _connect(self) -> Connection:
        self._connection = self._engine.connect()
        for statement in _SESSION:
            self._connection.execute(text(statement))
        return self._connection

    def _check(self, connection: Connection) -> bool:
        if self._is_held:
            self._is_held = bool(connection.scalar(_IS_OURS, {"key": _KEY}))
        if not self._is_held:
            self._is_held = self._take(connection)
        return self._is_held

    def _take(self, connection: Connection) -> bool:
        if connection.scalar(_TAKE, {"key": _KEY}):
            return True
        terms = {"key": _KEY, "lease": self._lease}
        ended = connection.execute(_LATE_HOLDER, terms).all()
        if not ended:
            return False
        _tell_late(ended[0][0], ended[0][1])
        return bool(connection.scalar(_TAKE, {"key": _KEY}))

    def _drop(self) -> None:
        connection, self._connection, self._is_held = self._connection, None, False
        if connection is not None:
            connection.invalidate()
            connection.close()

    def release(self) -> None:
        connection = self._connection
        if connection is not None and self._is_held:
            # The server may end a session only some time after its connection closed.
            with contextlib.suppress(SQLAlchemyError):
                connection.execute(_GIVE_BACK, {"key": _KEY})
        self._drop()


class _FileLock:
    """A leased lock on a file next to the SQLite file."""

    def __init__(self, path: Path, lease: float) -> None:
        self._path = path
        self._file = LeasedFile(path, lease, partial(_tell_late, str(path)))

    def hold(self) -> bool:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return self._file.take()
        except OSError as error:
            raise DatabaseError(
                f"The lock file {self._path} cannot be used: {error.strerror}.",
                "Make the folder of the database writable.",
            ) from None

    def release(self) -> None:
        self._file.release()


def _tell_late(holder: str, seconds: float) -> None:
    log.warning(
        "The monitor that scrapes has not moved for %d s: its place is taken (%s).",
        seconds,
        holder,
    )


class _Alone:
    """The lock of an in-memory database, which no other process can see."""

    def hold(self) -> bool:
        return True

    def release(self) -> None:
        """There is nothing to release."""
