"""The embedded database: a SQLite file, which may be read-only."""

import os
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DisconnectionError, SAWarning

from nof1_tracker.database.engine.column_types import dump_json, load_json
from nof1_tracker.database.engine.private_files import FOLDER_MODE, keep_private
from nof1_tracker.database.engine.taking_turns import (
    ATTEMPTS,
    LOCK_SECONDS,
    take_turn,
    writer_of,
)
from nof1_tracker.errors import ConfigurationError, DatabaseAwayError

_WAL = b"\2\2"
"""The bytes at _WAL_AT in the header of a file whose journal mode is WAL."""
_WAL_AT = 18
_READS_ONLY = "reads_only"
"""Key in a pooled connection's info: True if it was opened read-only."""
_ALONE = "alone"
"""Key there too: what the file was like when it was opened as one that never changes."""


def sqlite_engine(url: URL) -> Engine:
    """An engine for the file; creates the file's folder if it does not exist.

    Raises:
        DatabaseAwayError: The folder cannot be created.
        ConfigurationError: The URL has parameters that SQLite does not know.
    """
    file = file_of(url)
    if file is not None:
        _make_folder(file.parent)
        url = url.set(database=str(file))
    engine = created(url)
    event.listen(engine, "connect", prepare)
    if file is not None:
        _follow_rights(engine, file)
    event.listen(engine, "begin", begin)
    return engine


def _follow_rights(engine: Engine, file: Path) -> None:
    """Opens each connection as the file's permissions allow at that time."""

    def open_reader(_dialect: Any, record: Any, _args: Any, _named: Any) -> Any:
        record.info[_READS_ONLY] = is_read_only(file)
        record.info[_ALONE] = None
        if record.info[_READS_ONLY]:
            record.info[_ALONE] = _looks(file) if _is_alone(file) else None
            return _read_from(file)
        keep_private(file)
        return None

    def write_ahead(connection: sqlite3.Connection, record: Any) -> None:
        if not record.info[_READS_ONLY]:
            connection.execute("PRAGMA journal_mode = WAL")

    def reopen(_connection: Any, record: Any, _proxy: Any) -> None:
        alone = record.info[_ALONE]
        has_changed = alone is not None and alone != _looks(file)
        if has_changed or (record.info[_READS_ONLY] and not is_read_only(file)):
            raise DisconnectionError  # the pool then reconnects

    event.listen(engine, "do_connect", open_reader)
    event.listen(engine, "connect", write_ahead)
    event.listen(engine, "checkout", reopen)


def created(url: URL) -> Engine:
    """An engine that nothing listens to yet.

    Raises:
        ConfigurationError: The URL has parameters that SQLite does not know.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", SAWarning)
        try:
            return create_engine(
                url,
                json_serializer=dump_json,
                json_deserializer=load_json,
                connect_args={"timeout": LOCK_SECONDS},
            )
        except SAWarning as warning:  # SQLite does not know what follows the ?
            problem = str(warning).partition(" and are being ignored")[0]
            raise ConfigurationError(
                f"The database URL is wrong: {problem}.", "Correct NOF1_DATABASE_URL."
            ) from None


def file_of(url: URL) -> Path | None:
    """The file that the URL names; None for memory and for SQLite's file: URIs."""
    name = str(url.database or ":memory:")
    if name == ":memory:" or name.startswith("file:"):
        return None
    return Path(name).expanduser()


def is_read_only(file: Path) -> bool:
    """True if the file exists and may be read, but not written.

    SQLite puts its journal next to the file, so the folder must be writable too.
    """
    if not os.access(file, os.R_OK):
        return False
    return not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK))


def refusal(file: Path) -> DatabaseAwayError:
    """The error that explains why nothing can be stored in a read-only file."""
    return DatabaseAwayError(
        f"The database {file} is read-only: it or its folder is not writable.",
        "Make both writable, or choose another file with NOF1_DATABASE_URL.",
    )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseAwayError(
            f"The database folder {folder} cannot be created: {error.strerror}.",
            "Choose another place with NOF1_DATABASE_URL=sqlite:///file.",
        ) from None


def open_to_read(file: Path) -> sqlite3.Connection:
    """A read-only connection to a file, whether or not others may write to it."""
    if is_read_only(file):
        return _read_from(file)
    return _connected(file, "mode=ro")


def _read_from(file: Path) -> sqlite3.Connection:
    """A connection to a file that may only be read.

    A reader of a WAL file normally creates the files next to it, which is impossible
    here. While somebody writes, they exist; otherwise nothing changes, and the reader
    does not need them. Such a connection never sees what is written later, so the pool
    opens another one then.
    """
    return _connected(file, "mode=ro&immutable=1" if _is_alone(file) else "mode=ro")


def _is_alone(file: Path) -> bool:
    """Whether nobody writes to a file that would need others beside it to be read."""
    return _is_wal(file) and not Path(f"{file}-wal").exists()


def _looks(file: Path) -> tuple[int, int, bool] | None:
    """What changes once somebody writes; None for a file that is gone."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, Path(f"{file}-wal").exists()


def _connected(file: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"file:{quote(str(file))}?{mode}",
        uri=True,
        timeout=LOCK_SECONDS,
        check_same_thread=False,  # the pool lends it to one thread at a time
    )


def _is_wal(file: Path) -> bool:
    try:
        with file.open("rb") as stream:
            return stream.read(_WAL_AT + len(_WAL))[_WAL_AT:] == _WAL
    except OSError:
        return False


def prepare(connection: sqlite3.Connection, _record: object) -> None:
    """Sets a new connection up as all of this program's are."""
    connection.isolation_level = None  # begin begins, not the driver
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA busy_timeout = {LOCK_SECONDS * 1000}")


def begin(connection: Connection) -> None:
    """Begins a transaction; a writer locks at once.

    A reader that turned into a writer midway could not be retried.
    """
    writes = connection.get_execution_options().get("writes", False)
    file = file_of(connection.engine.url)
    if writes and file is not None and is_read_only(file):
        raise refusal(file)
    if not writes:
        connection.exec_driver_sql("BEGIN")
        return
    options = connection.get_execution_options()
    patience = options.get("patience")
    with _waiting(connection, patience):
        take_turn(
            lambda: connection.exec_driver_sql("BEGIN IMMEDIATE"),
            lambda: None if file is None else writer_of(file),
            *_patience(options.get("attempts", ATTEMPTS), patience),
        )


def _patience(attempts: int, seconds: float | None) -> tuple[int, float]:
    """How often the lock is tried for, and how long each time."""
    return (attempts, LOCK_SECONDS) if seconds is None else (1, seconds)


@contextmanager
def _waiting(connection: Connection, seconds: float | None) -> Iterator[None]:
    """Waits no longer for the lock than so many seconds; None: as long as all do."""
    if seconds is None:
        yield
        return
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {LOCK_SECONDS * 1000}")
