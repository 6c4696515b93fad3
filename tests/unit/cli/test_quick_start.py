"""A process builds only the command that it is to run, and nobody sees the difference."""

import sys
from subprocess import run
from typing import Any

import pytest
from typer import Typer
from typer.main import get_command
from typer.testing import CliRunner

from nof1_tracker.cli.output.quick_start import built_for, load_less, name_of
from nof1_tracker.main import PARTS, app

WHOLE: Any = get_command(app)


def summaries(program: Any) -> dict[str, str]:
    return {k: v.get_short_help_str() for k, v in program.commands.items()}


@pytest.mark.parametrize("word", ["leaderboard", "trades", "db", "whatif"])
def test_the_command_that_is_named_is_the_whole_one(word: str) -> None:
    words = [word, "--help"]
    built = built_for(app, words)
    runner = CliRunner()

    assert summaries(get_command(built)).items() <= summaries(WHOLE).items()
    assert runner.invoke(built, words).output == runner.invoke(app, words).output


def test_no_other_command_has_its_parameters() -> None:
    built: Any = get_command(built_for(app, ["--version"]))

    assert not any(each.params for each in built.commands.values())


def test_every_part_says_which_words_it_adds() -> None:
    said = [word for part in PARTS for word in part.words]

    assert sorted(said) == sorted(WHOLE.commands)
    for part in PARTS:
        alone = Typer()
        part.register(alone)
        named = [each.name for each in alone.registered_groups]
        named += [name_of(each) for each in alone.registered_commands]
        assert sorted(part.words) == sorted(map(str, named))


def test_a_process_imports_no_command_but_the_one_that_it_runs() -> None:
    asked = (
        "import sys; from nof1_tracker.main import app, built_for;"
        " built_for(app, ['trades', '-n', '1']).registered_commands;"
        " print(*(m for m in sys.modules if m.startswith('nof1_tracker.cli')))"
    )
    printed = run([sys.executable, "-c", asked], capture_output=True, check=True).stdout

    assert b"cli.reading.trades" in printed
    assert b"cli.scrape" not in printed


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
