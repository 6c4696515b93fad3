"""Databases as earlier code left them: where they lie, what is in them.

A fixture is a folder below `fixtures`: the database of each kind, compressed, and
`manifest.json`, which says what made it and what it holds.
"""

import lzma
import shutil
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg2
from pydantic import BaseModel
from sqlalchemy import URL, Connection, Engine, inspect, text

FOLDER = Path(__file__).parent / "fixtures"
MANIFEST = "manifest.json"
_INDEX = "chat_search"
"""The text index: SQLite keeps it in tables, which follow from the conversations."""
FILES = {"sqlite": "sqlite.db.xz", "postgresql": "postgresql.sql.xz"}


class TableContents(BaseModel):
    """What a table holds.

    Attributes:
        columns: Of the time; later ones are no part of the checksum.
        checksum: SHA-256 of all rows in the order of the primary key.
    """

    rows: int
    columns: list[str]
    checksum: str


class Manifest(BaseModel):
    """Where a fixture comes from.

    Attributes:
        revision: The schema that it has.
        commit: The code that filled it.
        contents: What its tables hold, by kind of database.
    """

    revision: str
    commit: str
    contents: dict[str, dict[str, TableContents]]


@dataclass(frozen=True)
class Fixture:
    """A database of the past."""

    name: str

    @property
    def folder(self) -> Path:
        return FOLDER / self.name

    @property
    def manifest(self) -> Manifest:
        return Manifest.model_validate_json((self.folder / MANIFEST).read_text())

    def restore_sqlite(self, file: Path) -> None:
        """Makes the file."""
        with (
            lzma.open(self.folder / FILES["sqlite"]) as packed,
            file.open("wb") as made,
        ):
            shutil.copyfileobj(packed, made)

    def restore_postgresql(self, url: URL) -> None:
        """Fills an empty database: the dump is plain SQL, which any client can run."""
        with lzma.open(
            self.folder / FILES["postgresql"], "rt", encoding="utf-8"
        ) as sql:
            statements = sql.read()
        address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with closing(psycopg2.connect(address)) as connection:
            with connection.cursor() as cursor:
                cursor.execute(statements)
            connection.commit()


def stored_fixtures() -> list[Fixture]:
    """All there are, by name."""
    return [Fixture(file.parent.name) for file in sorted(FOLDER.glob(f"*/{MANIFEST}"))]


def contents_of(
    engine: Engine, columns: Mapping[str, list[str]] | None = None
) -> dict[str, TableContents]:
    """What the tables hold in those columns, by default in all they have."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET TIME ZONE 'UTC'"))
        columns = columns or _columns_of(connection)
        return {
            table: _contents(connection, table, names)
            for table, names in sorted(columns.items())
        }


def _columns_of(connection: Connection) -> dict[str, list[str]]:
    schema = inspect(connection)
    tables = [
        name
        for name in schema.get_table_names()
        if name != "alembic_version" and not name.startswith(_INDEX)
    ]
    return {
        table: [column["name"] for column in schema.get_columns(table)]
        for table in tables
    }


def _contents(connection: Connection, table: str, names: list[str]) -> TableContents:
    """Each value as the database itself writes it, so that no driver changes it."""
    key = inspect(connection).get_pk_constraint(table)["constrained_columns"]
    cells = ", ".join(f'CAST("{name}" AS TEXT)' for name in names)
    order = ", ".join(f'"{name}"' for name in key)
    query = f'SELECT {cells} FROM "{table}" ORDER BY {order}'  # noqa: S608  our names
    rows: list[Any] = [tuple(row) for row in connection.execute(text(query))]
    digest = sha256("\n".join(map(repr, rows)).encode()).hexdigest()
    return TableContents(rows=len(rows), columns=names, checksum=digest)
