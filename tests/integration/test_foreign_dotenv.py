"""A `.env` that came with somebody else's folder decides nothing unseen."""

import os
import subprocess
from pathlib import Path

import pytest

from nof1_tracker.database.config import DatabaseSettings
from nof1_tracker.settings import distrust_files_within, why_not_read
from tests.worlds import PROGRAM, arena_of, write_captures


def ran(folder: Path, *arguments: str, **variables: str) -> tuple[int, str]:
    """Exit code and stderr of the program, started in that folder."""
    done = subprocess.run(
        [*PROGRAM, *arguments],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """A capture folder with a `.env` that names a database."""
    folder = tmp_path / "unpacked"
    arena = arena_of()
    write_captures(arena, folder, arena.end)
    (folder / ".env").write_text("NOF1_DATABASE_URL=sqlite:///theirs.db\n")
    return folder


def test_the_env_of_an_imported_folder_chooses_no_database(
    unpacked: Path, tmp_path: Path
) -> None:
    code, told = ran(unpacked, "import", ".")

    assert code == 0, told
    assert f"Warning: {unpacked}/.env is within what is imported" in told
    assert not (unpacked / "theirs.db").exists()
    assert (tmp_path / "data" / "nof1-tracker" / "nof1-tracker.db").exists()


def test_a_folder_that_is_imported_from_elsewhere_changes_nothing(
    unpacked: Path, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("NOF1_DATABASE_URL=sqlite:///ours.db\n")

    code, told = ran(tmp_path, "import", "unpacked")

    assert (code, "Warning" in told) == (0, False), told
    assert (tmp_path / "ours.db").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_env_of_another_user_is_not_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NOF1_DB_NAME=theirs\n")
    os.chown(tmp_path / ".env", 12345, -1)

    assert "theirs" not in DatabaseSettings().url
    assert why_not_read() == (
        f"{tmp_path}/.env belongs to another user and is not read."
    )


def test_a_link_into_the_imported_folder_is_not_read(
    unpacked: Path, tmp_path: Path
) -> None:
    (tmp_path / ".env").symlink_to(unpacked / ".env")
    distrust_files_within([unpacked])

    assert "theirs" not in DatabaseSettings().url


def test_a_browser_that_env_names_is_named_before_it_is_started(
    tmp_path: Path,
) -> None:
    browser = tmp_path / "browser"
    browser.write_text("#!/bin/sh\nexit 1\n")
    browser.chmod(0o755)
    (tmp_path / ".env").write_text(f"SCRAPER_BROWSER_PATH={browser}\n")
    scrape = ("scrape", "--transport", "browser", "--base-url", "http://127.0.0.1:9")
    named = f"{tmp_path}/.env names the browser to start: {browser}"

    _, from_file = ran(tmp_path, *scrape)
    _, from_environment = ran(tmp_path, *scrape, SCRAPER_BROWSER_PATH=str(browser))

    assert 0 <= from_file.find(named) < from_file.find("does not start"), from_file
    assert named not in from_environment
