"""A full or read-only disk is told, harms nothing, and is caught up with."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import make_url

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.maintenance.integrity import verify
from tests.databases import as_text, unused_port
from tests.faults.disks import (
    DiskFigures,
    NoMountError,
    begin_read_only,
    filled,
    read_only,
    small_disk,
    survive,
)
from tests.faults.outages import WHOLE, NoServerError, migrate, private_server
from tests.faults.recorders import recording, truth
from tests.worlds import engine_on, rows_in

pytestmark = pytest.mark.faults


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    try:
        with small_disk(tmp_path / "disk", 64) as folder:
            yield folder
    except NoMountError as error:
        pytest.skip(f"NO SMALL DISK: {error}")


@pytest.fixture
def url_on_disk(disk: Path, migrated_sqlite: Path) -> str:
    file = disk / "nof1.db"
    shutil.copy(migrated_sqlite, file)
    return f"sqlite:///{file}"


def _went_on(figures: DiskFigures) -> None:
    assert figures.missing == []
    assert figures.exit_code == 0


def test_a_full_disk_is_told_and_caught_up_with(url_on_disk: str, disk: Path) -> None:
    figures = survive(url_on_disk, disk)
    assert "full" in figures.told[0]
    _went_on(figures)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of others are Linux's own")
def test_a_limit_on_files_is_survived_too(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    file = tmp_path / "nof1.db"
    shutil.copy(migrated_sqlite, file)
    figures = survive(f"sqlite:///{file}", None)
    assert "disk" in figures.told[0]
    _went_on(figures)


def test_a_disk_that_is_read_only_at_first_is_survived(
    url_on_disk: str, disk: Path
) -> None:
    figures = begin_read_only(url_on_disk, disk)
    assert "The" in figures.told[0]
    _went_on(figures)


@pytest.mark.parametrize("hindered", [filled, read_only])
def test_a_monitor_that_could_not_record_at_its_start_records_later(
    migrated_sqlite: Path,
    tmp_path: Path,
    disk: Path,
    hindered: Callable[[Path], AbstractContextManager[None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copy(migrated_sqlite, tmp_path / "nof1.db")
    url, folder = f"sqlite:///{tmp_path}/nof1.db", disk / "archive"
    monkeypatch.setenv("NOF1_ARCHIVE_DIR", str(folder))
    monkeypatch.setenv("NOTIFY_URLS", f"json://127.0.0.1:{unused_port()}")
    with truth() as world, ExitStack() as stack:
        with hindered(disk):
            process = stack.enter_context(recording(url, world))
            for _ in range(2):  # at its first look it tells nobody
                process.until("cycle", kinds=WHOLE)
            assert "Nothing is recorded" in str(process.lines)
            assert not (folder / "archive.json").exists()
        process.until_told("recorded from now on")
        number = process.until("cycle", kinds=WHOLE)["cycle"]
        process.until("cycle", kinds=WHOLE)  # before it, the alerts have looked
        process.send(signal.SIGTERM)
        assert process.ended(30) == 0
    with engine_on(url) as engine:
        rows = rows_in(engine)
    told = [each["kind"] for each in rows["events"]]
    assert [each for each in told if each in ("unrecorded", "recovered")] == [
        "unrecorded",
        "recovered",
    ]
    unrecorded = [each["unrecorded"] > 0 for each in rows["scrape_runs"]]
    assert unrecorded[0]
    assert not unrecorded[number - 1]
    assert verify(ArchiveFolder.existing(folder)).records > 0


@pytest.mark.postgresql
def test_a_full_disk_of_postgresql_is_told_and_caught_up_with() -> None:
    try:
        with (
            private_server() as server,
            small_disk(server.folder / "disk", 64) as disk,
        ):
            shutil.chown(disk, server.owner or os.getuid())
            figures = survive(_database_on(disk, server.url), disk)
    except (NoServerError, NoMountError) as error:
        pytest.skip(f"NO POSTGRESQL ON A SMALL DISK: {error}")
    assert "No space left" in figures.told[0]
    _went_on(figures)


def _database_on(disk: Path, server: str) -> str:
    """A database of that server with the schema, whose files lie on the disk."""
    with closing(psycopg2.connect(server, connect_timeout=10)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("CREATE TABLESPACE small LOCATION %s", (str(disk),))
        cursor.execute("CREATE DATABASE cramped TABLESPACE small")
    url = as_text(make_url(server).set(database="cramped"))
    migrate(url)
    return url
