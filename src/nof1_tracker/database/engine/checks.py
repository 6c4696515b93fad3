"""Checks which server this is, and whether rows can be stored in the database."""

import sqlite3

from sqlalchemy import Engine, text

from nof1_tracker.database.engine.errors import READS_ONLY, database_errors
from nof1_tracker.database.engine.sqlite import file_of, is_read_only, refusal
from nof1_tracker.errors import DatabaseError


def server_version(engine: Engine) -> str:
    """Product and version, as the database states them.

    Raises:
        DatabaseError: The database cannot be reached.
    """
    with database_errors(), engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            return f"SQLite {sqlite3.sqlite_version}"
        version = connection.execute(text("SHOW server_version")).scalar_one()
        return f"PostgreSQL {version}"


def ensure_writable(engine: Engine) -> None:
    """Checks that rows can be stored, and not only read.

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
            raise DatabaseError("The database is read-only.", READS_ONLY)
