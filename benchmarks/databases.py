"""Databases for benchmarks: ours, and one of the same schema for the floor."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from shutil import copyfile
from typing import Any
from uuid import uuid4

import psycopg2
from psycopg2.extras import execute_values
from sqlalchemy import Engine, Table, make_url

from benchmarks.workshop import Workshop
from nof1_tracker.database import Base, create_db_engine
from nof1_tracker.database.config import normalise_url
from nof1_tracker.database.engine.column_types import JsonType
from nof1_tracker.database.engine.schema import upgrade

_UNASKED = (
    "SELECT set_config('session_replication_role', 'replica', true)"
    " FROM pg_user WHERE usename = current_user AND usesuper"
)
"""Turns off foreign key checks, which would take most of the time; only a superuser
may, for this transaction."""
Rows = Mapping[str, Sequence[Sequence[Any]]]
"""Rows by table, parents first, with all columns, as the driver accepts them."""


@dataclass(frozen=True)
class Store:
    """A database with the schema of this code."""

    engine: Engine

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @property
    def name(self) -> str:
        return "SQLite" if self.is_sqlite else "PostgreSQL"

    def empty(self) -> None:
        """Removes all rows except the seasons, so that every round starts equal."""
        if self.is_sqlite:
            self._renew()
            return
        names = ", ".join(table.name for table in _tables())
        with self._driver() as connection:
            cursor = connection.cursor()
            cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
            connection.commit()

    def _renew(self) -> None:
        """Puts the copy of the new file in its place, faster than deleting rows."""
        self.engine.dispose()
        file = _file_of(self.engine)
        for rest in ("-wal", "-shm"):
            file.with_name(file.name + rest).unlink(missing_ok=True)
        copyfile(_copy_of(file), file)
        # Opening it is not part of what is measured.
        with self._driver() as connection:
            connection.cursor().execute("SELECT 1 FROM seasons")

    def rows(self) -> Rows:
        """All stored rows except the seasons, with JSON as text."""
        with self._driver() as connection:
            cursor = connection.cursor()
            found = {}
            for table in _tables():
                columns = ", ".join(self._shown(column) for column in table.columns)
                cursor.execute(f"SELECT {columns} FROM {table.name}")  # noqa: S608
                found[table.name] = list(cursor.fetchall())
        return {name: rows for name, rows in found.items() if rows}

    def _shown(self, column: Any) -> str:
        is_json = isinstance(column.type, JsonType) and not self.is_sqlite
        return f'"{column.name}"' + ("::text" if is_json else "")

    def insert(self, rows: Rows) -> None:
        """Inserts the rows in one transaction, by the driver's own means."""
        with self._driver() as connection:
            cursor = connection.cursor()
            if self.is_sqlite:
                cursor.execute("BEGIN IMMEDIATE")
            for table, values in rows.items():
                into = f"INSERT INTO {_with_columns(table)} VALUES"
                if self.is_sqlite:
                    marks = ", ".join("?" * len(values[0]))
                    cursor.executemany(f"{into} ({marks})", values)
                else:
                    execute_values(cursor, f"{into} %s", values, page_size=1000)
            connection.commit()

    def copies(self) -> Mapping[str, str]:
        """All stored rows except the seasons, as COPY's text (PostgreSQL)."""
        texts = {}
        with self._driver() as connection:
            for table in _tables():
                text = io.StringIO()
                connection.cursor().copy_expert(_copy(table, "TO STDOUT"), text)
                if text.tell():
                    texts[_copy(table, "FROM STDIN")] = text.getvalue()
        return texts

    def copy(self, texts: Mapping[str, str]) -> None:
        """Inserts the rows in one transaction, by COPY (PostgreSQL)."""
        with self._driver() as connection:
            for statement, text in texts.items():
                connection.cursor().copy_expert(statement, io.StringIO(text))
            connection.commit()

    def load(self, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        """Inserts made-up rows by COPY or executemany; times are UTC text."""
        with self._driver() as connection:
            cursor = connection.cursor()
            if self.is_sqlite:
                marks = ", ".join("?" * (columns.count(",") + 1))
                statement = (
                    f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608
                )
                cursor.execute("BEGIN IMMEDIATE")
                cursor.executemany(statement, rows)
            else:
                cursor.execute("SET TIME ZONE 'UTC'")
                cursor.execute(_UNASKED)
                statement = f"COPY {table} ({columns}) FROM STDIN (NULL 'None')"
                cursor.copy_expert(statement, _Text(rows))
            connection.commit()

    def settle(self) -> None:
        """Collects statistics, as PostgreSQL does by itself after a while."""
        if self.is_sqlite:
            return
        with self.engine.connect() as connection:
            outside = connection.execution_options(isolation_level="AUTOCOMMIT")
            outside.exec_driver_sql("VACUUM ANALYZE")

    @contextmanager
    def _driver(self) -> Iterator[Any]:
        connection = self.engine.raw_connection()
        try:
            yield connection
        finally:
            connection.close()


class _Text:
    """Rows as readable COPY text; none of their texts needs escaping.

    NULL is written as Python writes None, because a season has 15 million cells to
    check.
    """

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self._lines = map(_line, rows)

    def read(self, _size: int) -> str:
        return "".join(islice(self._lines, 200))


def _line(row: Sequence[Any]) -> str:
    return "\t".join(map(str, row)) + "\n"


def _tables() -> list[Table]:
    """All tables, parents first, without the seasons, which come with the schema."""
    return [t for t in Base.metadata.sorted_tables if t.name != "seasons"]


def _copy(table: Table, direction: str) -> str:
    return f"COPY {_with_columns(table.name)} {direction}"


def _with_columns(table: str) -> str:
    """The table with its columns: a migration may have added them in another order."""
    columns = (f'"{column.name}"' for column in Base.metadata.tables[table].columns)
    return f"{table} ({', '.join(columns)})"


def _file_of(engine: Engine) -> Path:
    return Path(str(engine.url.database))


def _copy_of(file: Path) -> Path:
    """The path of the copy of a new file."""
    return file.with_suffix(".new")


@contextmanager
def stores(workshop: Workshop, kind: str) -> Iterator[tuple[Store, Store]]:
    """Two databases, for ours and for the floor, dropped with the context."""
    with new_store(workshop, kind) as ours, new_store(workshop, kind) as floor:
        yield ours, floor


@contextmanager
def new_store(workshop: Workshop, kind: str) -> Iterator[Store]:
    """A database of this kind ("sqlite", "postgresql"), at the newest schema."""
    name = f"nof1_benchmark_{uuid4().hex[:12]}"
    url = f"sqlite:///{workshop.folder / name}.db"
    if kind == "postgresql":
        assert workshop.server is not None, "kinds() names it only with a server"
        _administer(workshop.server, f"CREATE DATABASE {name}")
        url = _beside(workshop.server, name)
    engine = create_db_engine(url)
    try:
        upgrade(engine)
        if kind == "sqlite":
            engine.dispose()  # closing the last connection writes all into the file
            copyfile(_file_of(engine), _copy_of(_file_of(engine)))
        yield Store(engine)
    finally:
        engine.dispose()
        if kind == "postgresql" and workshop.server:
            _administer(workshop.server, f"DROP DATABASE {name} WITH (FORCE)")


def kinds(workshop: Workshop) -> list[str]:
    """Kinds of database that can be measured here."""
    if workshop.server is None:
        workshop.tell("NO POSTGRESQL: set TEST_DATABASE_URL or BENCH_DATABASE_URL")
        return ["sqlite"]
    return ["sqlite", "postgresql"]


def _beside(server: str, name: str) -> str:
    url = make_url(normalise_url(server)).set(database=name)
    return url.render_as_string(hide_password=False)


def _administer(server: str, statement: str) -> None:
    """Runs a statement outside any transaction, as CREATE DATABASE requires."""
    address = make_url(server).set(drivername="postgresql")
    text = address.render_as_string(hide_password=False)
    with closing(psycopg2.connect(text, connect_timeout=10)) as connection:
        connection.autocommit = True
        connection.cursor().execute(statement)
