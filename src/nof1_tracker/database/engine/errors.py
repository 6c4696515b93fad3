"""Explains the driver's errors to people, with what to do about them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from nof1_tracker.errors import DatabaseError

CORRECT_URL = "Correct NOF1_DATABASE_URL."


@contextmanager
def database_errors() -> Iterator[None]:
    """Turns the driver's errors into a DatabaseError that a person can act on."""
    try:
        yield
    except DBAPIError as error:
        raise explain(error) from error


READS_ONLY = "Connect to the primary, or take default_transaction_read_only back."


_REMEDIES = (
    ("in a read-only transaction", READS_ONLY),
    ("invalid dsn", CORRECT_URL),
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
