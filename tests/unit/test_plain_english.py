"""Documents, help, messages and docstrings are free of known slips of English."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from nof1_tracker.main import app
from tests.plain_english import SLIPS, Slip, Text, slips_in

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "nof1_tracker"


# --- documents ------------------------------------------------------------------------


def _documents() -> Iterator[Path]:
    """What people read, but for the reference, which is made from the code."""
    for name in ("README", "CHANGELOG", "CONTRIBUTING", "SECURITY", "deploy/README"):
        yield ROOT / f"{name}.md"
    reference = ROOT / "docs" / "reference"
    for page in sorted((ROOT / "docs").rglob("*.md")):
        if reference not in page.parents:
            yield page


def _prose_of(page: Path) -> Iterator[Text]:
    """The passages of a page between its blocks of code."""
    name = page.relative_to(ROOT).as_posix()
    line = 1
    for part in re.split(
        r"(^ *```.*?^ *```)", page.read_text(), flags=re.MULTILINE | re.DOTALL
    ):
        if not part.lstrip().startswith("```"):
            yield Text(f"{name}:{line}", part)
        line += part.count("\n")


def _documents_to_read() -> list[Path]:
    return list(_documents())


@pytest.mark.parametrize(
    "page", _documents_to_read(), ids=lambda page: page.relative_to(ROOT).as_posix()
)
def test_a_document_is_in_plain_english(page: Path) -> None:
    assert [slip for text in _prose_of(page) for slip in slips_in(text)] == []


def test_the_comments_on_settings_are_in_plain_english() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    comments = " ".join(
        line.removeprefix("#") if line.startswith("#") else "\n\n" for line in lines
    )
    assert slips_in(Text(".env.example", comments)) == []


# --- help -----------------------------------------------------------------------------


def _commands() -> Iterator[tuple[str, Any]]:
    """Every command and group by the words that call it."""

    def walk(command: Any, words: str) -> Iterator[tuple[str, Any]]:
        yield words, command
        for name, below in getattr(command, "commands", {}).items():
            yield from walk(below, f"{words} {name}")

    yield from walk(get_command(app), "nof1-tracker")


@pytest.mark.parametrize(
    ("words", "command"),
    [pytest.param(words, each, id=words) for words, each in _commands()],
)
def test_help_is_in_plain_english(words: str, command: Any) -> None:
    helps = [command.help, *(getattr(each, "help", "") for each in command.params)]
    texts = [Text(f"{words} --help", each or "") for each in helps]
    assert [slip for text in texts for slip in slips_in(text)] == []


# --- messages and docstrings ----------------------------------------------------------


def _modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def _strings(file: Path) -> Iterator[Text]:
    """Docstrings, and literals of more than one word: among them all messages."""
    tree = ast.parse(file.read_text())
    pieces = {
        id(piece)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for piece in node.values
    }
    for node in ast.walk(tree):
        words = _words(node)
        if id(node) not in pieces and " " in words.strip():
            line = getattr(node, "lineno", 0)
            yield Text(f"{file.relative_to(ROOT).as_posix()}:{line}", words)


def _words(node: ast.AST) -> str:
    """The text of a literal, with … for what is filled in; empty for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_words(piece) or "…" for piece in node.values)
    return ""


@pytest.mark.parametrize(
    "file", _modules(), ids=lambda file: file.relative_to(PACKAGE).as_posix()
)
def test_messages_and_docstrings_are_in_plain_english(file: Path) -> None:
    assert [slip for text in _strings(file) for slip in slips_in(text)] == []


# --- the list -------------------------------------------------------------------------


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.pattern)
def test_a_slip_is_noticed_and_plain_english_is_not(slip: Slip) -> None:
    assert any(slip.instead in line for line in slips_in(Text("here", slip.wrong)))
    assert slips_in(Text("here", slip.right)) == []


def test_code_is_not_prose() -> None:
    assert slips_in(Text("here", "Set `anew` or `is no time`.")) == []
