"""The Dockerfile, as far as it can be judged without a container engine.

scripts/replay-image carries its steps out; scripts/try-image does so with Docker.
"""

import json
import re
from pathlib import Path

import pytest
import yaml
from scripts.lib.replay_image import context, instructions, is_ignored

ROOT = Path(__file__).resolve().parents[3]
STEPS = list(instructions((ROOT / "Dockerfile").read_text()))
NAMES = [name for name, _ in STEPS]
_FIRST = NAMES.index("FROM")
_SECOND = NAMES.index("FROM", _FIRST + 1)
BUILDER, IMAGE = STEPS[_FIRST:_SECOND], STEPS[_SECOND:]


def told(name: str) -> str:
    """What the image's only instruction of that name says."""
    (rest,) = [rest for each, rest in IMAGE if each == name]
    return rest


def test_both_stages_are_of_one_python() -> None:
    assert BUILDER[0] == ("FROM", f"{told('FROM')} AS builder")
    assert told("FROM") == "${PYTHON_IMAGE}"
    ((_, base),) = STEPS[:_FIRST]
    assert re.fullmatch(
        r"PYTHON_IMAGE=python:3\.12-slim-\w+(@sha256:[0-9a-f]{64})?", base
    )


def test_the_image_installs_nothing_that_compiles() -> None:
    assert "pip" not in told("RUN")
    assert not re.search(r"gcc|build-essential|-dev\b|make\b", told("RUN"))


def test_signals_reach_the_program_through_no_shell() -> None:
    assert json.loads(told("ENTRYPOINT")) == ["tini", "-s", "--"]
    assert json.loads(told("CMD")) == ["python", "-m", "nof1_tracker.main", "--help"]
    assert " tini" in told("RUN")


def test_the_image_runs_as_the_user_that_it_makes() -> None:
    assert told("USER") != "0"
    assert f"useradd --create-home --uid {told('USER')} " in told("RUN")


def test_health_is_what_the_database_says_of_recording() -> None:
    _, _, command = told("HEALTHCHECK").partition("CMD ")
    assert json.loads(command) == [
        *("python", "-m", "nof1_tracker.main", "status", "--check")
    ]


def test_the_locked_versions_are_installed() -> None:
    runs = [rest for name, rest in BUILDER if name == "RUN"]
    assert any("uv sync --frozen" in rest and "--extra mcp" in rest for rest in runs)
    (install,) = [rest for rest in runs if "uv pip install" in rest]
    assert "--no-deps" in install


def test_image_and_workflows_use_one_version_of_uv() -> None:
    action = yaml.safe_load(
        (ROOT / ".github" / "actions" / "prepare" / "action.yml").read_text()
    )
    (version,) = [
        step["with"]["version"]
        for step in action["runs"]["steps"]
        if step.get("uses", "").startswith("astral-sh/setup-uv@")
    ]
    assert ("RUN", f"pip install --no-cache-dir uv=={version}") in BUILDER


def test_everything_that_is_copied_is_sent_and_everything_sent_is_copied() -> None:
    copied = {
        source.rstrip("/")
        for name, rest in STEPS
        if name == "COPY" and not rest.startswith("--from=")
        for source in rest.split()[:-1]
    }
    sent = {
        path if path in copied else path.partition("/")[0] for path in context(ROOT)
    }
    assert sent == copied


@pytest.mark.parametrize(
    "path",
    [
        *(".env", ".git/config", "tests/conftest.py", "src/a/__pycache__/b.pyc"),
        *("migrations/init/001_init.sql", "nof1.db", ".venv/bin/python"),
    ],
)
def test_what_is_no_part_of_the_image_is_not_sent(path: str) -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert is_ignored(path, [line for line in lines if not line.startswith("#")])
