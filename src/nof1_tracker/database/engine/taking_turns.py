"""Waits for a lock that another process holds: for a limited time, and never in silence.

PostgreSQL says who holds a lock. SQLite does not, but Linux lists the locks on its files.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from nof1_tracker.database.engine.errors import is_locked_out
from nof1_tracker.errors import DatabaseAwayError
from nof1_tracker.records.status import LockHolder

WRITERS_LOCK: Final = 6_041_001
"""Key of the PostgreSQL advisory lock that makes writers take turns."""
SCHEMA_LOCK: Final = 6_041_002
"""Key of the one that makes upgrades of the schema take turns."""
LOCK_SECONDS: Final = 10
"""Longest wait for a lock at a time."""
ATTEMPTS: Final = 6
LONG_ATTEMPTS: Final = 60
"""For an upgrade of the schema, which may take minutes on a large database."""

_HOLDERS = (
    "SELECT pid FROM pg_locks WHERE granted AND locktype = 'advisory' AND classid = 0"
    " AND objid = :key AND objsubid = 1 AND database"
    " = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_BLOCKERS = (
    "SELECT unnest(pg_blocking_pids(pid)) AS pid FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
_DESCRIBED = (
    "SELECT pid, coalesce(application_name, ''), coalesce(host(client_addr), ''),"
    " extract(epoch FROM clock_timestamp() - xact_start)::float FROM pg_stat_activity"
    " WHERE pid IN ({}) AND pid <> pg_backend_pid() ORDER BY xact_start LIMIT 1"
)
_OF_LOCK = text(_DESCRIBED.format(_HOLDERS))
_OF_WAITERS = text(_DESCRIBED.format(_BLOCKERS))

_WAL_WRITE_BYTE: Final = 120
"""Of the -shm file, by SQLite's file format: locked by the one that writes."""
_RESERVED_BYTE: Final = 0x40000001
"""The same, of the file itself, where there is no write-ahead log."""

log = logging.getLogger(__name__)


def take_turn(
    attempt: Callable[[], object],
    holder: Callable[[], LockHolder | None],
    attempts: int = ATTEMPTS,
    seconds: float = LOCK_SECONDS,
) -> None:
    """Tries again each time that the lock is still held, and logs by whom.

    Args:
        attempt: Waits `seconds` at most, and leaves no transaction if it fails.

    Raises:
        DatabaseAwayError: The lock was still held after the last attempt.
    """
    for number in range(1, attempts + 1):
        try:
            attempt()
        except DBAPIError as error:
            if not is_locked_out(error):
                raise
            name = holder() or "a process that the database does not name"
            if number == attempts:
                raise _given_up(name, number * seconds) from error
            _log_wait(name, number * seconds)
        else:
            return


def _log_wait(name: LockHolder | str, waited: float) -> None:
    fields = {"event": "locked", "holder": str(name), "seconds": waited}
    text_ = "Waiting to write for %d s: the lock is held by %s."
    log.warning(text_, waited, name, extra={"fields": fields})


def _given_up(name: LockHolder | str, waited: float) -> DatabaseAwayError:
    return DatabaseAwayError(
        f"The right to write was not free for {waited:g} s: {name} holds it.",
        "End that process if it hangs, then run again; nothing stored was harmed.",
    )


def lock_holder(connection: Connection, key: int = WRITERS_LOCK) -> LockHolder | None:
    """Who holds that lock, or another one for which somebody waits; None if nobody."""
    if connection.dialect.name != "postgresql":
        file = connection.engine.url.database
        return writer_of(Path(file)) if file else None
    found = connection.execute(_OF_LOCK, {"key": key}).first()
    found = found or connection.execute(_OF_WAITERS).first()
    return None if found is None else LockHolder(*found)


def writer_of(file: Path) -> LockHolder | None:
    """The process that writes to a SQLite file; None if none does, or it is not known.

    The list of locks is read because opening a file of SQLite's and closing it again
    would release the locks that this process itself has on it.
    """
    places = {}
    for path, byte in ((Path(f"{file}-shm"), _WAL_WRITE_BYTE), (file, _RESERVED_BYTE)):
        try:
            places[path.stat().st_ino] = byte
        except OSError:
            continue
    try:
        listed = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    found = (_process_in(line.split(), places) for line in listed)
    process = next((each for each in found if each), None)
    return None if process is None else LockHolder(process, _name_of(process))


def _process_in(words: list[str], places: dict[int, int]) -> int | None:
    """The process in a line such as `1: POSIX ADVISORY WRITE 42 08:01:99 120 120`."""
    if len(words) != 8 or words[1] != "POSIX" or words[3] != "WRITE":
        return None
    byte = places.get(int(words[5].rpartition(":")[2]))
    last = float("inf") if words[7] == "EOF" else int(words[7])
    return int(words[4]) if byte and int(words[6]) <= byte <= last else None


def _name_of(process: int) -> str:
    """Its program, without arguments: they may hold secrets."""
    try:
        return Path(f"/proc/{process}/comm").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
