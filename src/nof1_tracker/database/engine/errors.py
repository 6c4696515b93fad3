"""Errors of the driver, told to a person with what to do about them.

What to do is told by codes, which are the same in every language: SQLSTATE of
PostgreSQL, the result code of SQLite.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from nof1_tracker.errors import DatabaseAwayError, DatabaseError

CORRECT_URL = "Correct NOF1_DATABASE_URL."
READS_ONLY = "Connect to the primary, or take default_transaction_read_only back."

_CHECK_PASSWORD = "Check NOF1_DB_USER and NOF1_DB_PASSWORD."  # noqa: S105  words
_CHECK_ALL = "Check NOF1_DB_USER, NOF1_DB_PASSWORD and NOF1_DB_NAME."
_NO_ROLE = "Create the role, or correct NOF1_DB_USER."
_NO_DATABASE = "Create it (createdb), or correct NOF1_DB_NAME."
_NO_TABLE = "Run `nof1-tracker db upgrade`."
_NO_RIGHTS = "Grant this role the rights to the tables."
_NO_SPACE = "Free some space; nothing stored was harmed."
_TOO_MANY = "Raise max_connections or lower NOF1_DB_POOL_SIZE."
_ENDED = "The server ended it; run again."
_LOCKED = "`nof1-tracker status` names the process that holds the lock; run again."
_UNKNOWN = "See `nof1-tracker doctor`."

_DEPENDED_ON = "Drop the views that it names, run again, and create them again."

_BY_SQLSTATE = {
    "25006": READS_ONLY,  # read_only_sql_transaction
    "25P03": _ENDED,  # idle_in_transaction_session_timeout
    "28000": _NO_ROLE,  # invalid_authorization_specification
    "28P01": _CHECK_PASSWORD,  # invalid_password
    "2BP01": _DEPENDED_ON,  # dependent_objects_still_exist
    "3D000": _NO_DATABASE,  # invalid_catalog_name
    "3F000": _NO_TABLE,  # invalid_schema_name
    "42501": _NO_RIGHTS,  # insufficient_privilege
    "42703": _NO_TABLE,  # undefined_column
    "42704": _NO_TABLE,  # undefined_object
    "42883": _NO_TABLE,  # undefined_function
    "42P01": _NO_TABLE,  # undefined_table
    "53100": _NO_SPACE,  # disk_full
    "53300": _TOO_MANY,  # too_many_connections
    "57P01": _ENDED,  # admin_shutdown
    "57P02": _ENDED,  # crash_shutdown
    "55P03": _LOCKED,  # lock_not_available
    "57P05": _ENDED,  # idle_session_timeout
}

_BY_RESULT_CODE = {
    sqlite3.SQLITE_PERM: "Make the file and its folder writable.",
    sqlite3.SQLITE_BUSY: "Another process writes for long; run again.",
    sqlite3.SQLITE_LOCKED: "Another process writes for long; run again.",
    sqlite3.SQLITE_READONLY: "Make the file and its folder writable.",
    sqlite3.SQLITE_IOERR: "Check the disk: its space, its limits and its health.",
    sqlite3.SQLITE_CORRUPT: "Restore it from a backup (sqlite3 .recover may help).",
    sqlite3.SQLITE_FULL: _NO_SPACE,
    sqlite3.SQLITE_CANTOPEN: "Check the path and its rights.",
    sqlite3.SQLITE_NOTADB: "Move it away, or correct NOF1_DATABASE_URL.",
}
"""By the primary code; the extended one only says more of the circumstances."""

_BY_WORDS = (
    # Said on this side of the connection by libpq, which the driver brings with it
    # without any translation.
    (("invalid dsn",), CORRECT_URL),
    (
        ("does not support ssl",),
        "Correct sslmode in NOF1_DATABASE_URL, or let the server use SSL.",
    ),
    (("no password supplied",), "Set NOF1_DB_PASSWORD."),
    (
        ("connection refused",),
        "Start PostgreSQL, or correct NOF1_DB_HOST and _PORT.",
    ),
    (("could not translate host name",), "Correct NOF1_DB_HOST."),
    (("timeout expired",), "Check NOF1_DB_HOST, NOF1_DB_PORT and the network."),
    (("server closed the connection",), "See the server's log, then run again."),
    (("invalid socket",), _ENDED),
    # Said by a server as it refuses a connection, if it speaks English: its code for
    # it does not come through libpq. Of any other language see `_REFUSED`.
    (("password authentication failed",), _CHECK_PASSWORD),
    (('role "', "does not exist"), _NO_ROLE),
    (('database "', "does not exist"), _NO_DATABASE),
    (("too many clients",), _TOO_MANY),
    (("permission denied",), _NO_RIGHTS),
    (("terminating connection",), _ENDED),
    (("the database system is",), "Wait until the server is ready, then run again."),
    # SQLite has no code for it, and speaks English alone.
    (("no such table",), _NO_TABLE),
)
"""The last resort, where there is no code: words that all stand in the text."""

_AWAY_SQLSTATES = (
    *("08", "53", "57", "58"),  # connection, resources, operator, system
    *("40", "55"),  # rolled back for another transaction's sake, not free in time
    *("25006", "25P03", "28", "3D"),  # read-only, ended while idle, not let in
)
"""How codes begin that concern the server, whatever was to be stored."""

_AWAY_RESULT_CODES = (
    *(sqlite3.SQLITE_PERM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED),
    *(sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR),
    *(sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN),
    *(sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOTADB),
)

_REFUSED = "connection to server"
"""How libpq begins the report of a connection that failed."""


def is_locked_out(error: DBAPIError) -> bool:
    """Whether a lock that another process holds was not free in time."""
    if getattr(error.orig, "pgcode", None) == "55P03":
        return True
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


@contextmanager
def database_errors() -> Iterator[None]:
    """Turns the driver's errors into a DatabaseError that a person can act on."""
    try:
        yield
    except DBAPIError as error:
        raise explain(error) from error


def explain(error: Exception) -> DatabaseError:
    """The driver's error in one line with its remedy; statement and parameters left out."""
    original = error.orig if isinstance(error, DBAPIError) else error
    message = " ".join(str(original).split()) or type(original).__name__
    message = message.rstrip(".?!")
    kind = DatabaseAwayError if _is_away(original) else DatabaseError
    return kind(f"The database says: {message}.", _remedy(original, message))


def _is_away(error: BaseException | None) -> bool:
    """Whether connection, lock or disk failed, whatever was to be stored."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        return code & 0xFF in _AWAY_RESULT_CODES
    sqlstate: str | None = getattr(error, "pgcode", None)
    if sqlstate is None:  # said on this side of the connection
        # By name: the driver is not imported where SQLite is used.
        kinds = {each.__name__ for each in type(error).__mro__}
        return not kinds.isdisjoint(("OperationalError", "InterfaceError"))
    return sqlstate.startswith(_AWAY_SQLSTATES)


def _remedy(error: BaseException | None, message: str) -> str:
    sqlstate: str | None = getattr(error, "pgcode", None)
    if sqlstate is not None:
        return _BY_SQLSTATE.get(sqlstate, _UNKNOWN)
    result_code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if result_code != sqlite3.SQLITE_ERROR:
        return _BY_RESULT_CODE.get(result_code, _UNKNOWN)
    return _by_words(message.lower())


def _by_words(text: str) -> str:
    for words, remedy in _BY_WORDS:
        if all(word in text for word in words):
            return remedy
    return _CHECK_ALL if text.startswith(_REFUSED) else _UNKNOWN
