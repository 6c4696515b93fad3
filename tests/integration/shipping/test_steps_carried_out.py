"""The written steps for a figure, a migration and a payload, carried out in a copy.

The changes are recorded; the commands are those that the pages name, so that a step
which is missing there is missing here. `make check` and `make test` look at the whole
and are left to the pipeline, which runs them.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import URL

from nof1_tracker.database.engine.schema import SCHEMA_HEAD
from tests.databases import server_url
from tests.integration.shipping.recorded_changes import (
    COLUMN,
    FIELD,
    FIGURE,
    Change,
    new_head,
    reviewed,
)

ROOT: Final = Path(__file__).resolve().parents[3]
COMMANDS: Final = ROOT / ".claude" / "commands"
PAGES: Final = ("add-metric", "add-migration", "new-payload")
HELD: Final = ("src", "tests", "scripts", "migrations", "docs", ".claude")
FILES: Final = ("pyproject.toml", "Makefile", "alembic.ini", "README.md")
WHOLE: Final = ("make check", "make test")
"""Commands of the pages that look at everything."""
IS_COMMAND: Final = re.compile(
    r"`((?:NOF1_\w+=\S+ )?(?:make|\./scripts/test|\.venv/bin/(?:alembic|black)) [^`]+)`"
)
NEXT_HEAD: Final = f"{int(SCHEMA_HEAD) + 1:04}"
WRITTEN: Final = {"NNNN": NEXT_HEAD, "TITLE": "Slippage of trades"}
GENERATORS: Final = ("make schema", "make reference")
STALE: Final = "published_schema or page_is_what"
"""The tests that tell whether what is generated is stale."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A copy of the project in which steps are carried out."""

    folder: Path

    def change(self, changes: Sequence[Change]) -> None:
        """Makes the changes, one after the other."""
        for change in changes:
            change.make(self.folder)

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Runs a command as it is written, on the code of the copy."""
        # The script may install; what it runs in the end is pytest.
        pytest_of_the_copy = ".venv/bin/python -m pytest -p no:cacheprovider -q -rs"
        return subprocess.run(
            ["sh", "-c", command.replace("./scripts/test", pytest_of_the_copy)],
            cwd=self.folder,
            env=_environment(self.folder),
            capture_output=True,
            text=True,
            check=False,
        )

    def carry_out(self, command: str) -> None:
        done = self.run(command)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        # Without PostgreSQL half of the tests are skipped, as everywhere.
        assert "SKIPPED" not in done.stdout or server_url() is None, done.stdout

    def keeps_the_rules(self, changes: Sequence[Change]) -> None:
        """What was changed is formatted, and nothing is wrong with it."""
        files = " ".join(sorted({each.path for each in changes}))
        self.carry_out(f".venv/bin/black --check --quiet migrations {files}")
        self.carry_out(f".venv/bin/ruff check --quiet --no-cache migrations {files}")


Step = Callable[[Checkout], None]


def _environment(folder: Path) -> Mapping[str, str]:
    known = {k: v for k, v in os.environ.items() if not k.startswith(("COV", "PYTEST"))}
    return {**known, "PYTHONPATH": f"{folder / 'src'}:{folder}"}


def commands_of(page: str) -> list[str]:
    """What the steps of a page tell to run, in their order."""
    text = (COMMANDS / f"{page}.md").read_text(encoding="utf-8")
    found = [each for each in IS_COMMAND.findall(text) if each not in WHOLE]
    for mark, value in WRITTEN.items():
        found = [each.replace(mark, value) for each in found]
    return found


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A fresh copy, with the environment of the tests."""
    folder = tmp_path / "checkout"
    ignored = shutil.ignore_patterns("__pycache__", "*.db", "fixtures", "images")
    for name in HELD:
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(sys.prefix)
    return Checkout(folder)


def carried_out(
    checkout: Checkout,
    page: str,
    changes: Sequence[Change],
    by_hand: Mapping[str, Step] | None = None,
) -> None:
    """Makes the changes and runs what the page names, in its order; all has to pass.

    Args:
        by_hand: What a person does after the command that holds these words.

    Before the generators run, the first tests that the page names miss each of them.
    """
    checkout.change(changes)
    commands = commands_of(page)
    tests = next(each for each in commands if each.startswith("./scripts/test"))
    first, *_ = generators = [each for each in commands if each in GENERATORS]
    for command in commands:
        if command == first:
            told = checkout.run(f"{tests} -k '{STALE}'").stdout
            assert all(f"run `{each}`" in told for each in generators), told
        checkout.carry_out(command)
        for words, step in (by_hand or {}).items():
            if words in command:
                step(checkout)
    checkout.keeps_the_rules(changes)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_ends_with_everything(page: str) -> None:
    text = (COMMANDS / f"{page}.md").read_text(encoding="utf-8")
    last = text.rstrip().splitlines()[-1]
    assert all(f"`{command}`" in last for command in WHOLE)
    assert "make reference" in commands_of(page)


def test_a_figure_is_added_by_its_steps(checkout: Checkout) -> None:
    carried_out(checkout, "add-metric", FIGURE)


@pytest.mark.postgresql
def test_a_column_is_added_by_its_steps(
    checkout: Checkout, postgresql_server: URL
) -> None:
    by_hand = {"--autogenerate": _review, "black": _raise_the_head}
    carried_out(checkout, "add-migration", COLUMN, by_hand)


def test_a_field_is_added_by_its_steps(checkout: Checkout) -> None:
    carried_out(checkout, "new-payload", FIELD)


def _review(checkout: Checkout) -> None:
    (revision,) = checkout.folder.glob(f"migrations/versions/{NEXT_HEAD}_*.py")
    reviewed(revision)


def _raise_the_head(checkout: Checkout) -> None:
    checkout.change([new_head(SCHEMA_HEAD, NEXT_HEAD)])
