"""A process builds only the command that it is to run, and nobody sees the difference."""

import sys
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from nof1_tracker.cli.output.quick_start import built_for, load_less
from nof1_tracker.main import app

WHOLE: Any = get_command(app)


def summaries(program: Any) -> dict[str, str]:
    return {k: v.get_short_help_str() for k, v in program.commands.items()}


@pytest.mark.parametrize("word", ["leaderboard", "trades", "db", "whatif"])
def test_the_command_that_is_named_is_the_whole_one(word: str) -> None:
    words = [word, "--help"]
    built = built_for(app, words)
    runner = CliRunner()

    assert summaries(get_command(built)) == summaries(WHOLE)
    assert runner.invoke(built, words).output == runner.invoke(app, words).output


def test_no_other_command_has_its_parameters() -> None:
    built: Any = get_command(built_for(app, ["--version"]))

    assert not any(each.params for each in built.commands.values())


def test_a_shell_is_offered_every_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_NOF1_TRACKER_COMPLETE", "complete_bash")

    assert built_for(app, ["--help"]) is app


def test_what_help_does_not_load_is_there_once_it_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("rich.markdown", "rich.traceback"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    load_less()
    # The names are bound before the modules are loaded, as Typer's are.
    from rich.markdown import Heading, Markdown  # noqa: PLC0415
    from rich.traceback import Traceback  # noqa: PLC0415

    assert Markdown("# text").parsed
    assert Heading.__module__ == "rich.markdown"
    assert Traceback.from_exception(ValueError, ValueError(), None).trace.stacks
