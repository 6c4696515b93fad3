"""A database that may only be read is read; whoever wants to write is told why not."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests.databases import as_text
from tests.unprivileged import bound
from tests.worlds import PROGRAM, environment

READING = (
    ("leaderboard",),
    ("trades",),
    ("chat",),
    ("status",),
    ("seasons", "list"),
    ("models", "list"),
    ("db", "current"),
)
WRITING = (
    ("import", "."),
    ("scrape", "--transport", "http"),
    ("seasons", "set", "2", "--start", "2026-01-12"),
    ("models", "set", "grok-4", "--name", "Grok"),
    ("db", "upgrade"),
)
JOURNALS = ("wal", "delete")


@pytest.fixture(params=JOURNALS)
def archive(
    request: pytest.FixtureRequest, migrated_sqlite: Path, tmp_path: Path
) -> Iterator[Path]:
    """A database in a folder of its own, neither of them writable."""
    folder = tmp_path / "archive"
    folder.mkdir()
    file = folder / "nof1 100%.db"
    shutil.copy(migrated_sqlite, file)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA journal_mode = {request.param}")
    file.chmod(0o444)
    folder.chmod(0o555)
    yield file
    folder.chmod(0o755)


def ran(file: Path, *args: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    others = {"NOF1_BASE_URL": "http://127.0.0.1:9", **variables}
    return subprocess.run(
        (*bound(), *PROGRAM, *args),
        env=environment(f"sqlite:///{file}", **others),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("args", READING, ids=" ".join)
def test_a_read_only_file_is_read(args: tuple[str, ...], archive: Path) -> None:
    read = ran(archive, *args)
    assert (read.returncode, read.stderr) == (0, "")
    assert os.listdir(archive.parent) == [archive.name]  # noqa: PTH208  str names


@pytest.mark.parametrize("args", WRITING, ids=" ".join)
def test_what_would_write_says_that_the_file_can_only_be_read(
    args: tuple[str, ...], archive: Path
) -> None:
    Path("prices.json").write_text('{"prices": {}}')
    refused = ran(archive, *args)
    message, remedy = refused.stderr.splitlines()
    assert str(archive) in message
    assert "is read-only" in message
    assert "Make both writable" in remedy
    assert refused.returncode == 4


def test_the_doctor_says_that_nothing_can_be_stored(archive: Path) -> None:
    told = ran(archive, "doctor").stdout
    assert f"!!  database  The database {archive} is read-only" in told
    assert "ok  schema" in told


READS_TWICE = """\
import sys
from sqlalchemy import text
from nof1_tracker.database.connection import create_db_engine

engine = create_db_engine(sys.argv[1])
for _ in range(2):
    with engine.connect() as connection:
        print(connection.execute(text("SELECT name FROM seasons")).scalar(), flush=True)
    sys.stdin.readline()
"""


def test_a_reader_that_was_there_first_sees_what_is_written_later(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    file = tmp_path / "live.db"
    shutil.copy(migrated_sqlite, file)
    file.chmod(0o444)
    tmp_path.chmod(0o555)
    reader = subprocess.Popen(
        (*bound(), sys.executable, "-c", READS_TWICE, f"sqlite:///{file}"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    first = reader.stdout.readline()
    tmp_path.chmod(0o755)
    file.chmod(0o644)
    with closing(sqlite3.connect(file)) as writer:
        writer.execute("UPDATE seasons SET name = 'Fresh'")
        writer.commit()
        file.chmod(0o444)
        tmp_path.chmod(0o555)
        rest, _ = reader.communicate("\n\n", timeout=60)
        tmp_path.chmod(0o755)

    assert first != "Fresh\n"
    assert rest == "Fresh\n"


def test_a_reader_sees_what_a_writer_at_work_has_stored(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    file = tmp_path / "live.db"
    shutil.copy(migrated_sqlite, file)
    with closing(sqlite3.connect(file)) as writer:
        writer.execute("UPDATE seasons SET name = 'Fresh' WHERE season_number = 1")
        writer.commit()
        assert file.with_name("live.db-wal").stat().st_size > 0
        file.chmod(0o444)
        tmp_path.chmod(0o555)
        try:
            read = ran(file, "seasons", "list")
        finally:
            tmp_path.chmod(0o755)
    assert read.returncode == 0, read.stderr
    assert "Fresh" in read.stdout


def test_an_unreadable_file_is_told_with_its_remedy(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    file = tmp_path / "secret.db"
    shutil.copy(migrated_sqlite, file)
    file.chmod(0o000)
    refused = ran(file, "trades")
    message, remedy = refused.stderr.splitlines()
    assert message == "Error: The database says: unable to open database file."
    assert remedy == "  -> Check the path and its rights."
    assert refused.returncode == 4


def test_sqlites_own_uris_are_opened_as_they_say(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    file = tmp_path / "nof1.db"
    shutil.copy(migrated_sqlite, file)
    read = ran(Path(f"file:{file}?mode=ro&uri=true"), "trades", "--format", "json")
    assert (read.returncode, read.stderr) == (0, "")
    assert json.loads(read.stdout) == []
    refused = ran(Path(f"file:{file}?mode=ro&uri=true"), *WRITING[2])
    assert "readonly database" in refused.stderr
    assert refused.returncode == 4
    assert {path.stem for path in tmp_path.iterdir()} == {"nof1"}  # no folder "file:"


def test_a_file_in_the_home_folder_is_found(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    shutil.copy(migrated_sqlite, tmp_path / "nof1.db")
    read = ran(Path("~/nof1.db"), "db", "current", HOME=str(tmp_path))
    assert read.returncode == 0, read.stderr
    assert "fits" in read.stdout


@pytest.mark.postgresql
def test_a_server_that_only_lets_read_is_read(
    postgresql_server: URL, migrated_postgresql: str
) -> None:
    url = as_text(postgresql_server.set(database=migrated_postgresql))

    def ask(*args: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            (*PROGRAM, *args),
            env=environment(
                url,
                NOF1_BASE_URL="http://127.0.0.1:9",
                PGOPTIONS="-c default_transaction_read_only=on",
            ),
            capture_output=True,
            text=True,
            check=False,
        )

    for args in READING:
        read = ask(*args)
        assert read.returncode == 0, read.stderr
    assert "!!  database  The database is read-only." in ask("doctor").stdout
    refused = ask("import", __file__)
    assert "Connect to the primary" in refused.stderr
    assert refused.returncode == 4
