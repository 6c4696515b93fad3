"""The archive's limits, through the command: warned of first, and no row is lost."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from typer.testing import CliRunner

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.maintenance.integrity import verify
from nof1_tracker.archive.space import size_of
from nof1_tracker.demo import DemoSite
from nof1_tracker.main import app
from tests.faults.disks import NoMountError, filled, small_disk
from tests.worlds import arena_of, engine_on, rows_in

BODIES = 7
"""What a scrape of everything fetches."""
WAITS = 4
"""Exit code while the database cannot be used."""


class Scrape(Protocol):
    """Scrapes, and returns what the command says."""

    def __call__(self, exit_code: int = 0, *options: str) -> str: ...


@pytest.fixture
def scrape(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Scrape:
    """Scrapes into a file, unless a test names another database."""
    monkeypatch.setenv("NOF1_DATABASE_URL", f"sqlite:///{tmp_path}/nof1.db")

    def run(exit_code: int = 0, *options: str) -> str:
        with DemoSite(arena_of(), speed=0) as site:
            words = ["scrape", "--transport", "http", "--adopt", "--base-url", site.url]
            result = CliRunner().invoke(app, [*words, *options], catch_exceptions=False)
        assert result.exit_code == exit_code, result.output
        return result.stdout if "--json" in options else result.output

    return run


def _rows(folder: Path) -> int:
    with engine_on(f"sqlite:///{folder}/nof1.db") as engine:
        return len(rows_in(engine)["model_chats"])


def test_the_size_limit_is_warned_of_before_it_is_reached(
    scrape: Scrape, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "archive prune" not in scrape()
    archive = ArchiveFolder.existing(tmp_path / "nof1.db.archive")
    size, bodies = size_of(archive), verify(archive).records
    monkeypatch.setenv("NOF1_ARCHIVE_LIMIT", str(int(size / 0.95)))
    assert "make room with `nof1-tracker archive prune`" in scrape()
    assert verify(archive).records > bodies


def test_at_the_size_limit_bodies_still_reach_the_database(
    scrape: Scrape, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NOF1_ARCHIVE_LIMIT", "1kB")
    told = scrape()
    assert "has reached its limit of" in told
    assert "stored without being recorded" in told
    assert _rows(tmp_path) == 100


def test_what_could_not_be_recorded_is_told_to_people_and_programs(
    scrape: Scrape, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = json.loads(scrape(0, "--json"))
    assert (counted["unrecorded"], counted["why_unrecorded"]) == (0, None)
    assert counted["recorded"] == BODIES
    monkeypatch.setenv("NOF1_ARCHIVE_LIMIT", "1kB")
    counted = json.loads(scrape(0, "--json"))
    assert (counted["recorded"], counted["unrecorded"]) == (0, BODIES)
    assert "has reached its limit of" in counted["why_unrecorded"]
    assert f"Not recorded: {BODIES} (bodies" in scrape()


@pytest.mark.parametrize("command", ["scrape", "import"])
def test_an_archive_that_cannot_be_made_costs_no_row(
    command: str,
    scrape: Scrape,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    disk: Path,
) -> None:
    monkeypatch.setenv("NOF1_ARCHIVE_DIR", str(disk / "archive"))
    scrape(0, "--archive", str(tmp_path / "saved"))
    shutil.rmtree(disk / "archive")
    with filled(disk):
        if command == "scrape":
            told = json.loads(scrape(0, "--json"))
        else:
            words = ["import", str(tmp_path / "saved"), "--json"]
            told = json.loads(CliRunner().invoke(app, words).stdout)
    assert (told["recorded"], told["unrecorded"]) == (0, BODIES)
    assert "No space left on device" in told["why_unrecorded"]
    assert _rows(tmp_path) == 100


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    try:
        with small_disk(tmp_path / "disk", 16) as folder:
            yield folder
    except NoMountError as error:
        pytest.skip(f"NO SMALL DISK: {error}")


def test_a_full_disk_under_the_archive_costs_no_row(
    scrape: Scrape, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, disk: Path
) -> None:
    monkeypatch.setenv("NOF1_ARCHIVE_DIR", str(disk / "archive"))
    ArchiveFolder.open(disk / "archive", site="https://nof1.ai", simulated=False)
    with filled(disk):
        told = scrape()
    assert verify(ArchiveFolder.existing(disk / "archive")).is_whole
    assert "No space left on device" in told
    assert _rows(tmp_path) == 100


def test_a_full_disk_under_the_database_makes_bodies_wait_in_the_archive(
    scrape: Scrape, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, disk: Path
) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", f"sqlite:///{disk}/nof1.db")
    monkeypatch.setenv("NOF1_ARCHIVE_DIR", str(tmp_path / "archive"))
    CliRunner().invoke(app, ["db", "upgrade"], catch_exceptions=False)
    with filled(disk):
        told = scrape(WAITS)
    assert "Recorded, but not stored yet" in told
    assert _rows(disk) == 0
    archive = ArchiveFolder.existing(tmp_path / "archive")
    recorded = verify(archive).records
    assert recorded > 0
    assert "without being recorded" not in scrape()
    assert _rows(disk) >= 100
    assert verify(archive).records > recorded


def test_a_full_disk_under_both_harms_neither(
    scrape: Scrape, monkeypatch: pytest.MonkeyPatch, disk: Path
) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", f"sqlite:///{disk}/nof1.db")
    monkeypatch.setattr("nof1_tracker.services.archive_location.LEFT_TO_DATABASE", 0)
    scrape()
    archive = ArchiveFolder.existing(disk / "nof1.db.archive")
    before, rows = verify(archive), _rows(disk)
    with filled(disk):
        assert "full" in scrape(WAITS)
    after = verify(archive)
    assert (after.is_whole, after.records) == (True, before.records)
    assert _rows(disk) == rows
    scrape()
    assert verify(archive).records > before.records
