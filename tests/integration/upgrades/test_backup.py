"""docs/how-to/backup.md: its commands, while somebody records, and what they save."""

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, insert, text

from nof1_tracker.clock import utc_now
from nof1_tracker.database.connection import reset_engine
from nof1_tracker.database.engine.schema import upgrade
from nof1_tracker.database.models import Price
from nof1_tracker.demo import Arena, DemoSite
from tests.databases import as_text, scratch_database
from tests.integration.upgrades.fixtures import Fixture
from tests.integration.upgrades.guide import Shell, commands_of
from tests.worlds import (
    Rows,
    World,
    arena_of,
    differences,
    engine_on,
    facts_in,
    facts_of,
    harm,
    rows_in,
)

RESTORED = "nof1_restored"
_SETTINGS = """
    SELECT setconfig FROM pg_db_role_setting JOIN pg_database ON setdatabase = oid
    WHERE datname = current_database()
"""
needs_sqlite3 = pytest.mark.skipif(
    shutil.which("sqlite3") is None, reason="no sqlite3 command here"
)


@contextmanager
def recording(arena: Arena, engine: Engine) -> Iterator[None]:
    """Scrapes without a pause meanwhile."""
    begun, ended = threading.Event(), threading.Event()
    with DemoSite(arena, speed=0, at=arena.start + timedelta(hours=1)) as site:

        def record() -> None:
            world = World(site, engine)
            while not ended.is_set():
                world.scrape()
                begun.set()
                site.advance(timedelta(minutes=5))

        recorder = threading.Thread(target=record)
        recorder.start()
        try:
            assert begun.wait(timeout=120)
            yield
        finally:
            ended.set()
            recorder.join()


def _price(symbol: str) -> dict[str, object]:
    return {"symbol": symbol, "observed_at": utc_now(), "price": Decimal(1)}


def _lost(backup: Rows, later: Rows) -> list[str]:
    """What of the backup was not recorded so."""
    return [line for line in harm(backup, later) if "trades." not in line]


# --- SQLite ---------------------------------------------------------------------


def _embedded(folder: Path) -> str:
    return f"sqlite:///{folder}/.local/share/nof1-tracker/nof1-tracker.db"


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Shell]:
    """Has recorded into the embedded database, by the first command of the page."""
    with DemoSite(arena_of(), speed=0) as site:
        shell = Shell(tmp_path, {"NOF1_BASE_URL": site.url, "SCRAPER_TIMEOUT": "9000"})
        shell.run(commands_of("SQLite")[0])
        yield shell


@needs_sqlite3
@pytest.mark.parametrize("way", [1, 2], ids=["sqlite3", "python"])
def test_a_sqlite_backup_is_whole_while_somebody_records(
    person: Shell, tmp_path: Path, way: int
) -> None:
    blocks = commands_of("SQLite")
    with engine_on(_embedded(tmp_path)) as engine:
        before = rows_in(engine)
        with recording(arena_of(days=3), engine):
            person.run(blocks[way])
        later = rows_in(engine)
    assert person.run(blocks[3]).startswith("ok\n")
    (file,) = tmp_path.glob("nof1-*.db")
    with engine_on(f"sqlite:///{file}") as engine:
        backup = rows_in(engine)
        with engine.connect() as connection:
            assert not connection.execute(text("PRAGMA foreign_key_check")).all()
    assert len(backup["model_chats"]) > len(before["model_chats"]) > 0
    assert not _lost(backup, later)


@needs_sqlite3
def test_a_sqlite_backup_is_restored_beside_what_a_crash_left(
    person: Shell, tmp_path: Path
) -> None:
    """The write-ahead log of the old file would be applied to the new one."""
    blocks = commands_of("SQLite")
    person.run(blocks[1])
    with engine_on(_embedded(tmp_path)) as engine:
        before = rows_in(engine)
    database = Path(_embedded(tmp_path).removeprefix("sqlite:///"))
    Path(f"{database}-wal").write_bytes(b"what a crash left")
    person.run(blocks[4])
    assert Path(f"{database}-wal.old").read_bytes() == b"what a crash left"
    with engine_on(_embedded(tmp_path)) as engine:
        assert rows_in(engine) == before


def test_a_copy_of_the_file_alone_lacks_the_newest_rows(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    shutil.copy(migrated_sqlite, tmp_path / "nof1.db")
    with engine_on(f"sqlite:///{tmp_path}/nof1.db") as engine:
        with engine.begin() as connection:
            connection.execute(insert(Price), [_price("BTC")])
        shutil.copy(tmp_path / "nof1.db", tmp_path / "copy.db")
        assert len(rows_in(engine)["prices"]) == 1
    with engine_on(f"sqlite:///{tmp_path}/copy.db") as engine:
        assert rows_in(engine)["prices"] == []


@needs_sqlite3
def test_an_older_database_and_a_newer_archive_give_todays_rows(
    person: Shell, tmp_path: Path
) -> None:
    blocks, archive = commands_of("SQLite"), commands_of("The archive")
    person.run(blocks[1])
    person.run("nof1-tracker scrape --leaderboard --transport http")
    assert "is whole" in person.run(archive[0])
    with engine_on(_embedded(tmp_path)) as engine:
        today = rows_in(engine)
    person.run(blocks[4])
    assert "is whole" in person.run(archive[1])
    person.run("nof1-tracker scrape --leaderboard --transport http")
    with engine_on(_embedded(tmp_path)) as engine:
        restored = rows_in(engine)
    assert _stamps(restored) > _stamps(today) > set()
    person.run(archive[2])
    with engine_on(f"sqlite:///{tmp_path}/rebuilt.db") as engine:
        assert not differences(facts_of(restored), facts_in(engine))


def _stamps(rows: Rows) -> set[object]:
    """When the site's own leaderboard was fetched: each time is a row of its own."""
    table = rows["leaderboard_snapshots"]
    return {row["timestamp"] for row in table if row["source"] == "leaderboard"}


# --- PostgreSQL -----------------------------------------------------------------


def _version(program: str) -> int:
    """Its major version; 0 where it is not here."""
    if shutil.which(program) is None:
        return 0
    told = subprocess.run(
        [program, "--version"], check=True, capture_output=True, text=True
    ).stdout
    found = re.search(r" (\d+)", told)
    return int(found[1]) if found else 0


@pytest.fixture
def server(postgresql_server: URL) -> URL:
    """The server, where the programs at hand are new enough for it."""
    with engine_on(as_text(postgresql_server)) as engine, engine.connect() as here:
        version = int(here.execute(text("SHOW server_version_num")).scalar_one())
    if min(map(_version, ("pg_dump", "pg_restore", "psql"))) < version // 10000:
        pytest.skip(f"no pg_dump of PostgreSQL {version // 10000} or newer here")
    return postgresql_server


@pytest.fixture
def recorded(server: URL) -> Iterator[Engine]:
    """A PostgreSQL database with rows in each table."""
    with scratch_database(server) as url:
        Fixture("0004").restore_postgresql(url)
        with engine_on(as_text(url)) as engine:
            upgrade(engine)
            yield engine


@pytest.fixture
def restored(server: URL) -> Iterator[URL]:
    """Where the backup is to go: a name that is free, given up afterwards."""
    with scratch_database(server) as url:
        with engine_on(as_text(server)) as engine, engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text(f'DROP DATABASE "{url.database}"'))
        yield url


def _shell_at(url: URL, folder: Path) -> Shell:
    """One that has exported where the server is, and has a password file."""
    password = f"*:*:*:*:{url.password}\n"
    (folder / ".pgpass").write_text(password)
    (folder / ".pgpass").chmod(0o600)
    where = {
        "HOST": str(url.host),
        "PORT": str(url.port),
        "USER": str(url.username),
        "PASSWORD": str(url.password),
    }
    names = {"NAME": str(url.database)}
    ours = {f"NOF1_DB_{key}": value for key, value in (where | names).items()}
    del where["PASSWORD"]
    theirs = {f"PG{key}": value for key, value in where.items()}
    inside = {"POSTGRES_USER": where["USER"], "POSTGRES_DB": names["NAME"]}
    return Shell(folder, ours | theirs | inside | {"PGDATABASE": names["NAME"]})


def _named(block: str, restored: URL) -> str:
    """The block with the names of this server in place of those of the page."""
    named = block.replace(RESTORED, str(restored.database))
    return named.replace("nof1_user", str(restored.username))


@pytest.mark.postgresql
def test_a_postgresql_backup_is_whole_while_somebody_records(
    recorded: Engine, restored: URL, tmp_path: Path
) -> None:
    shell = _shell_at(recorded.url, tmp_path)
    _, dump, restore, check = commands_of("PostgreSQL")
    before = rows_in(recorded)
    with recorded.connect() as connection, connection.begin() as unfinished:
        connection.execute(insert(Price), [_price("UNFINISHED")])
        with recording(arena_of(days=3), recorded):
            shell.run(dump)
        unfinished.rollback()
    later = rows_in(recorded)
    shell.run(_named(restore, restored))
    assert "ModelChat" in shell.run(_named(check, restored))
    with engine_on(as_text(restored)) as engine:
        backup = rows_in(engine)
        with engine.connect() as connection:
            settings = connection.execute(text(_SETTINGS)).scalar_one()
    assert settings == ["TimeZone=UTC"]
    assert len(backup["model_chats"]) > len(before["model_chats"]) > 0
    assert not [row for row in backup["prices"] if row["symbol"] == "UNFINISHED"]
    assert not _lost(backup, later)


@pytest.mark.postgresql
def test_rows_are_numbered_on_in_what_was_restored(
    recorded: Engine, restored: URL, tmp_path: Path
) -> None:
    shell = _shell_at(recorded.url, tmp_path)
    for block in commands_of("PostgreSQL")[1:3]:
        shell.run(_named(block, restored))
    with engine_on(as_text(restored)) as engine:
        rows = rows_in(engine)
        assert rows == rows_in(recorded)
        with engine.begin() as connection:
            connection.execute(insert(Price), [_price("BTC")])
        assert rows_in(engine)["prices"][:-1] == rows["prices"]


@pytest.mark.postgresql
def test_the_commands_for_compose_save_every_row(
    recorded: Engine, restored: URL, tmp_path: Path
) -> None:
    shell = _shell_at(recorded.url, tmp_path)
    for block in commands_of("In Docker Compose"):
        shell.run(_named(block, restored))
    with engine_on(as_text(restored)) as engine:
        assert rows_in(engine) == rows_in(recorded)


# --- from the one to the other ----------------------------------------------------


@pytest.mark.postgresql
def test_what_was_recorded_in_sqlite_goes_on_in_postgresql(
    person: Shell, postgresql_url: str, tmp_path: Path
) -> None:
    into, back = commands_of("From SQLite to PostgreSQL, and back")
    person.run(f"export NOF1_DATABASE_URL={postgresql_url}")
    person.run(into)
    person.run(back)
    reset_engine()
    with engine_on(_embedded(tmp_path)) as engine:
        rows = rows_in(engine)
    for url in (postgresql_url, f"sqlite:///{tmp_path}/nof1.db"):
        with engine_on(url) as engine:
            assert rows_in(engine) == rows
