"""Databases for tests: a SQLite file, and scratch databases on a real PostgreSQL.

`TEST_DATABASE_URL` names the PostgreSQL server; its user must be allowed to create
databases. The database in that URL is only connected to, never changed.
"""

import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import sql
from sqlalchemy import URL, make_url

DRIVER = "postgresql+psycopg2"
WITHOUT_POSTGRESQL = (
    "NO POSTGRESQL: TEST_DATABASE_URL is not set"
    " (./scripts/test starts a private server where one is installed)"
)


def server_url() -> URL | None:
    """The PostgreSQL server for tests; None if there is none."""
    text = os.environ.get("TEST_DATABASE_URL", "")
    return make_url(text).set(drivername=DRIVER) if text else None


@contextmanager
def scratch_database(server: URL, template: str = "template1") -> Iterator[URL]:
    """A new copy of the database `template`, dropped afterwards even if in use.

    Nobody may be connected to the template while it is copied.
    """
    name = f"nof1_test_{uuid.uuid4().hex[:16]}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    _execute(server, create.format(sql.Identifier(name), sql.Identifier(template)))
    try:
        yield server.set(database=name)
    finally:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        _execute(server, drop.format(sql.Identifier(name)))


def as_text(url: URL) -> str:
    """The URL with its password, as the program accepts it."""
    return url.render_as_string(hide_password=False)


def unused_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _execute(server: URL, statement: sql.Composed) -> None:
    """Runs a statement outside any transaction, as CREATE DATABASE requires."""
    address = as_text(server.set(drivername="postgresql"))
    with closing(psycopg2.connect(address, connect_timeout=10)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.fixture(scope="session")
def postgresql_server() -> URL:
    """The server; if it is configured but does not answer, tests fail, not skip."""
    server = server_url()
    if server is None:
        pytest.skip(WITHOUT_POSTGRESQL)
    return server


@pytest.fixture
def postgresql_url(postgresql_server: URL) -> Iterator[str]:
    """An empty PostgreSQL database for this test alone."""
    with scratch_database(postgresql_server) as url:
        yield as_text(url)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """URL of a SQLite file for this test alone, which does not exist yet."""
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database, once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
