"""The steps written for whoever works on the project name what there is."""

import re
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from nof1_tracker.main import app

ROOT = Path(__file__).resolve().parents[3]
COMMANDS = sorted((ROOT / ".claude" / "commands").glob("*.md"))
PAGES = [
    *COMMANDS,
    *(ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md")),
    ROOT / ".github" / "pull_request_template.md",
]
FOLDERS = ("src", "tests", "scripts", "migrations", "deploy", "docs", ".claude", ".ci")
# What a machine has only after the steps, or what a person chooses.
MADE = {".venv/bin/pip", ".venv/bin/pre-commit"}

by_name = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)


def quoted(page: Path) -> list[str]:
    """What stands in backticks, and the lines of fenced blocks."""
    text = page.read_text()
    fenced = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return inline + [line for block in fenced for line in block.splitlines()]


def test_the_commands_that_are_asked_for_are_there() -> None:
    wanted = {"scrape", "report", "add-migration", "add-metric", "check", "new-payload"}
    assert {path.stem for path in COMMANDS} == wanted


@pytest.mark.parametrize("command", COMMANDS, ids=lambda path: path.stem)
def test_a_command_says_what_it_is_for_and_is_short(command: Path) -> None:
    lines = command.read_text().splitlines()
    assert lines[0] == "---"
    assert lines[1].startswith("description: ")
    assert len(lines) < 30


@by_name
def test_every_path_that_is_named_exists(page: Path) -> None:
    for words in quoted(page):
        for word in words.split():
            path = word.removeprefix("./").rstrip(",;:")
            if path.split("/")[0] in FOLDERS and "/" in path:
                assert (ROOT / path).exists(), path


@by_name
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
        if not target.startswith(("http", "../../security/")):
            assert (page.parent / target).exists(), target


@by_name
def test_every_target_of_make_exists(page: Path) -> None:
    for words in quoted(page):
        for target in re.findall(r"\bmake ([a-z-]+)", words):
            done = subprocess.run(
                ["make", "--dry-run", target],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr


@by_name
def test_every_command_of_the_program_exists(page: Path) -> None:
    known = CliRunner().invoke(app, ["--help"]).output
    for words in quoted(page):
        for command in re.findall(r"nof1-tracker ([a-z]+)\b", words):
            assert re.search(rf"│ {command}\s", known), command


def options_below(command: object) -> set[str]:
    """The options of a command of the program and of all that it holds."""
    held = getattr(command, "commands", {}).values()
    own = {name for each in getattr(command, "params", ()) for name in each.opts}
    return own.union(*(options_below(each) for each in held))


@by_name
def test_every_option_of_the_program_exists(page: Path) -> None:
    program = get_command(app)
    for words in quoted(page):
        called = re.match(r"(?:\.venv/bin/)?nof1-tracker ([a-z]+)\b", words)
        if called or words.startswith("--"):
            commands = getattr(program, "commands", {})
            known = options_below(commands[called[1]] if called else program)
            for option in re.findall(r"--[a-z-]+", words):
                assert option in known | {"--version", "--help"}, option


def test_tools_of_the_environment_are_installed_by_it() -> None:
    text = " ".join(" ".join(quoted(page)) for page in PAGES)
    for tool in set(re.findall(r"\.venv/bin/[\w-]+", text)) - MADE:
        assert (ROOT / tool).exists() or not (ROOT / ".venv").exists(), tool
