"""Decides which of several monitors on one database may scrape: the lock's holder.

The lock ends with its holder: PostgreSQL releases it when the session ends, and the
kernel when the process ends. Nothing needs cleaning up after a crash.
"""

import contextlib
import fcntl
import logging
import os
from pathlib import Path
from typing import Protocol

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from nof1_tracker.database.engine.create_engine import CONNECT_ARGS
from nof1_tracker.database.engine.errors import database_errors, explain
from nof1_tracker.database.engine.private_files import FILE_MODE
from nof1_tracker.errors import DatabaseError

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
_TAKE = text("SELECT pg_try_advisory_lock(:key)")
_GIVE_BACK = text("SELECT pg_advisory_unlock(:key)")
_IS_OURS = text(
    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND pid = pg_backend_pid() AND classid = 0 AND objid = :key AND objsubid = 1)"
)


class Leadership(Protocol):
    """The right to scrape, which one monitor at a time has."""

    def hold(self) -> bool:
        """Whether this process has the right now; takes it if it is free.

        Raises:
            DatabaseError: The database, or the lock's file, cannot be used.
        """
        ...

    def release(self) -> None:
        """Gives up the right at once. May be called twice."""
        ...


def leadership_of(engine: Engine) -> Leadership:
    """The right to scrape into that database; does not take it yet."""
    if engine.dialect.name == "postgresql":
        return _SessionLock(engine)
    file = engine.url.database
    if not file or file == ":memory:":
        return _Alone()
    return _FileLock(Path(f"{Path(file).expanduser()}.monitor.lock"))


class _SessionLock:
    """An advisory lock on a connection of its own, outside the pool."""

    def __init__(self, engine: Engine) -> None:
        self._engine = create_engine(
            engine.url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={**CONNECT_ARGS, "application_name": "nof1-tracker monitor"},
        )
        self._connection: Connection | None = None
        self._is_held = False

    def hold(self) -> bool:
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
            self._is_held = bool(connection.scalar(_TAKE, {"key": _KEY}))
        return self._is_held

    def _drop(self) -> None:
        connection, self._connection, self._is_held = self._connection, None, False
        if connection is not None:
            connection.invalidate()
            connection.close()

    def release(self) -> None:
        connection = self._connection
        if connection is not None and self._is_held:
            # The server may end a session only some time after its connection closed.
            with contextlib.suppress(DBAPIError):
                connection.execute(_GIVE_BACK, {"key": _KEY})
        self._drop()


class _FileLock:
    """A lock on a file next to the SQLite file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def hold(self) -> bool:
        try:
            if self._file is not None and not self._is_in_place(self._file):
                self.release()
            return self._file is not None or self._take()
        except OSError as error:
            raise DatabaseError(
                f"The lock file {self._path} cannot be used: {error.strerror}.",
                "Make the folder of the database writable.",
            ) from None

    def _is_in_place(self, file: int) -> bool:
        """False if the file was removed: another monitor could create a new one."""
        try:
            return os.path.samestat(os.fstat(file), self._path.stat())
        except FileNotFoundError:
            return False

    def _take(self) -> bool:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(file)
            if isinstance(error, BlockingIOError):
                return False
            raise
        self._file = file
        return True

    def release(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            os.close(file)


class _Alone:
    """The lock of an in-memory database, which no other process can see."""

    def hold(self) -> bool:
        return True

    def release(self) -> None:
        """There is nothing to release."""
