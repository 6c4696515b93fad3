"""PostgreSQL databases that tests have one after the other.

To copy the template and to drop the copy takes the server longer than most tests take.
A database that a test is done with is emptied for the next one instead; where the test
has changed the schema, the database is not used again.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from io import StringIO
from typing import Any

import psycopg2
from psycopg2 import extensions, sql
from sqlalchemy import URL

from tests.databases import as_text, scratch_database

_TABLES = """
    SELECT relnamespace::regnamespace::text, relname FROM pg_class
    WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('public', 'people')
    ORDER BY relname
"""
_SEQUENCES = """
    SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences
"""
_CATALOG = """
    SELECT md5(string_agg(entry, ' ' ORDER BY entry)) FROM (
        SELECT concat('class ', oid, ' ', xmin) AS entry
        FROM pg_class
        WHERE relnamespace::regnamespace::text IN ('public', 'people')
        UNION ALL SELECT concat('column ', attrelid, ' ', attnum, ' ', xmin)
        FROM pg_attribute WHERE attrelid >= 16384
        UNION ALL SELECT concat('constraint ', oid, ' ', xmin) FROM pg_constraint
        UNION ALL SELECT concat('trigger ', oid, ' ', xmin) FROM pg_trigger
        UNION ALL SELECT concat('extension ', oid, ' ', xmin) FROM pg_extension
        UNION ALL SELECT concat('schema ', oid, ' ', xmin) FROM pg_namespace
    ) AS entries
"""
"""Which entries the catalog has, and which transaction wrote each."""
_LARGE = 4_000_000
"""Bytes from which on a table is truncated: its pages would stay, and be read again."""
_END_SESSIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class PooledDatabase:
    """A database with the schema, which can be made again what it was.

    Attributes:
        url: Where it is.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        with self._connected() as cursor:
            self._tables = [sql.Identifier(*names) for names in _rows(cursor, _TABLES)]
            self._seeds = [
                (table, _copied(cursor, table)) for table in self._filled(cursor)
            ]
            self._sequences = dict(_rows(cursor, _SEQUENCES))
            self._catalog = _rows(cursor, _CATALOG)

    def restore(self) -> bool:
        """Ends every session and makes the rows again those of the beginning.

        Returns:
            False where that cannot be done, since the schema is another one.
        """
        try:
            with self._connected() as cursor:
                _end_sessions(cursor)
                if _rows(cursor, _CATALOG) != self._catalog:
                    return False
                self._empty(cursor)
                self._catalog = _rows(cursor, _CATALOG)
        except psycopg2.OperationalError:
            return False
        return True

    def _empty(self, cursor: extensions.cursor) -> None:
        self._remove_rows(cursor)
        for table, text in self._seeds:
            if _copied(cursor, table) != text:
                cursor.execute(sql.SQL("DELETE FROM {}").format(table))
                copy = sql.SQL("COPY {} FROM STDIN").format(table)
                cursor.copy_expert(copy, StringIO(text))
        for name, value in _rows(cursor, _SEQUENCES):
            first = self._sequences[name]
            if value != first:
                cursor.execute(
                    "SELECT setval(%s, %s, %s)", (name, first or 1, first is not None)
                )

    def _remove_rows(self, cursor: extensions.cursor) -> None:
        """Removes the rows of all tables but those that had some at the beginning.

        To truncate a table takes as long as to delete thousands of rows, and it takes
        all tables with it that refer to it: the season's is referred to by most.
        """
        kept = [table for table, _ in self._seeds]
        filled = [table for table in self._filled(cursor) if table not in kept]
        if _rows(cursor, "SHOW is_superuser") == [("on",)]:
            # Neither triggers nor references keep a row.
            cursor.execute("SET session_replication_role = replica")
            few = [table for table in filled if not _is_large(cursor, table)]
            for table in few:
                cursor.execute(sql.SQL("DELETE FROM {}").format(table))
            filled = [table for table in filled if table not in few]
        if filled:
            names = sql.SQL(", ").join(filled)
            cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))

    def _filled(self, cursor: extensions.cursor) -> list[sql.Identifier]:
        """The tables that have rows."""
        each = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
        asked = sql.SQL(" UNION ALL ").join(
            each.format(sql.Literal(number), table)
            for number, table in enumerate(self._tables)
        )
        return [self._tables[number] for (number,) in _rows(cursor, asked)]

    @contextmanager
    def _connected(self) -> Iterator[extensions.cursor]:
        address = as_text(self.url.set(drivername="postgresql"))
        with closing(psycopg2.connect(address, connect_timeout=10)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor


class DatabasePool:
    """As many databases as are in use at the same time.

    Args:
        template: Name of the database that each of them is a copy of.
    """

    def __init__(self, server: URL, template: str) -> None:
        self._server, self._template = server, template
        self._idle: list[PooledDatabase] = []
        self._made = ExitStack()

    @contextmanager
    def borrowed(self) -> Iterator[str]:
        """The URL of a database as the template is, for one test."""
        database = self._idle.pop() if self._idle else self._make()
        yield as_text(database.url)
        if database.restore():
            self._idle.append(database)

    def _make(self) -> PooledDatabase:
        scratch = scratch_database(self._server, self._template)
        return PooledDatabase(self._made.enter_context(scratch))

    def close(self) -> None:
        """Drops them all."""
        self._made.close()


def _rows(
    cursor: extensions.cursor, query: str | sql.Composable
) -> list[tuple[Any, ...]]:
    cursor.execute(query)
    return cursor.fetchall()


def _copied(cursor: extensions.cursor, table: sql.Identifier) -> str:
    """The rows of a table, as COPY takes them."""
    text = StringIO()
    copy = sql.SQL("COPY {} TO STDOUT").format(table)
    cursor.copy_expert(copy, text)
    return text.getvalue()


def _is_large(cursor: extensions.cursor, table: sql.Identifier) -> bool:
    size = sql.SQL("SELECT pg_table_size({}::regclass) > %s").format(
        sql.Literal(table.as_string(cursor))
    )
    cursor.execute(size, (_LARGE,))
    return bool(cursor.fetchall()[0][0])


def _end_sessions(cursor: extensions.cursor) -> None:
    """Ends the other sessions, and waits until they are gone."""
    deadline = time.monotonic() + 30
    while _rows(cursor, _END_SESSIONS):
        assert time.monotonic() < deadline, "a session of the database does not end"
        time.sleep(0.005)
