"""A command imports what it uses, and nothing that takes long beside it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nof1_tracker.demo import Arena, DemoSite

HEAVY = {
    "fastapi",
    "playwright",
    "sqlalchemy",
    "uvicorn",
    "alembic",
    "httpx",
    "psycopg2",
    "nof1_tracker.demo",
    "numpy",
}
UNSEEN = {"markdown_it", "pygments", "attr"}
"""What Rich draws with, and neither help nor a scrape shows."""


def imported(folder: Path, *arguments: str) -> set[str]:
    """Which of the heavy modules a command imported that ended well.

    Alembic imports some of what is not seen, for itself.
    """
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "nof1_tracker.main", *arguments],
        env={**os.environ, "NOF1_DATABASE_URL": f"sqlite:///{folder / 'nof1.db'}"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-500:]
    lines = (line.rpartition("|")[2].strip() for line in done.stderr.splitlines())
    unused = HEAVY if "upgrade" in arguments else HEAVY | UNSEEN
    return unused & set(lines)


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("scrape", "-h")])
def test_help_imports_none_of_what_commands_use(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    assert imported(tmp_path, *arguments) == set()


def test_an_old_schema_needs_alembic_and_the_newest_does_not(tmp_path: Path) -> None:
    assert imported(tmp_path, "db", "upgrade") == {"sqlalchemy", "alembic"}
    assert imported(tmp_path, "db", "upgrade") == {"sqlalchemy"}
    assert imported(tmp_path, "status") == {"sqlalchemy"}
    assert imported(tmp_path, "leaderboard") == {"sqlalchemy"}
    assert imported(tmp_path, "report") == {"sqlalchemy", "numpy"}


def test_a_scrape_over_http_does_without_playwright(tmp_path: Path) -> None:
    assert imported(tmp_path, "db", "upgrade") >= {"alembic"}
    with DemoSite(Arena(days=1), speed=0) as site:
        place = ("--base-url", site.url, "--transport", "http")
        assert imported(tmp_path, "scrape", *place) == {"sqlalchemy", "httpx"}


def test_the_door_for_notebooks_imports_nothing_until_it_is_opened() -> None:
    code = "import sys, nof1_tracker.analyzer; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert HEAVY & set(done.stdout.split()) == set()
