"""Help reads well at any width."""

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from nof1_tracker.main import app


def commands(command: Any) -> Iterator[Any]:
    yield command
    for below in getattr(command, "commands", {}).values():
        yield from commands(below)


def test_a_paragraph_of_help_has_no_line_breaks_of_its_own() -> None:
    helps = [each.help for each in commands(get_command(app))]

    assert len(helps) > 40
    for text in helps:
        assert text
        assert all("\n" not in paragraph for paragraph in text.split("\n\n"))
