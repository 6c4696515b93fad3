"""An engine that only reads the record, and cannot see people's tables.

On SQLite it opens the file read-only, under an authorizer that denies those tables. On
PostgreSQL its transactions are read-only; what its role may read is for the server's
owner to say, and the schema `people` grants nothing to anybody else.
"""

import sqlite3
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, event, make_url

from nof1_tracker.database.engine.create_engine import create_db_engine
from nof1_tracker.database.engine.sqlite import (
    begin,
    created,
    file_of,
    open_to_read,
    prepare,
)
from nof1_tracker.database.people.people_metadata import PeopleBase

_DENIED: Final = frozenset(table.name for table in PeopleBase.metadata.tables.values())


def reading_engine(engine: Engine) -> Engine:
    """Another engine for the same database, which only reads.

    Raises:
        ConfigurationError: A setting is wrong.
    """
    if engine.dialect.name != "sqlite":
        reader = create_db_engine(engine.url.render_as_string(hide_password=False))
        event.listen(reader, "connect", _only_read)
        return reader
    file = file_of(engine.url)
    return engine if file is None else _sqlite_reader(engine, file)


def _sqlite_reader(engine: Engine, file: Path) -> Engine:
    reader = created(make_url(str(engine.url)))

    def connect(_dialect: Any, _record: Any, _args: Any, _named: Any) -> Any:
        return open_to_read(file)

    event.listen(reader, "do_connect", connect)
    event.listen(reader, "connect", prepare)
    event.listen(reader, "connect", _deny_people)
    event.listen(reader, "begin", begin)
    return reader


def _deny_people(connection: sqlite3.Connection, _record: object) -> None:
    connection.set_authorizer(_authorize)


def _authorize(
    action: int, first: str | None, _second: Any, _database: Any, _cause: Any
) -> int:
    if action == sqlite3.SQLITE_ATTACH:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_READ and (first or "").lower() in _DENIED:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _only_read(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    connection.commit()
