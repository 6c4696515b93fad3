"""What the documents say is what the program has."""

import re
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings
from typer.main import get_command
from typer.testing import CliRunner

from nof1_tracker.database.config import DatabaseSettings, QuerySettings
from nof1_tracker.main import app
from nof1_tracker.settings import (
    AlertSettings,
    AppSettings,
    ArchiveSettings,
    HistorySettings,
    MailSettings,
    ScraperSettings,
    SignInSettings,
    WebSettings,
)

ROOT = Path(__file__).resolve().parents[2]
SETTINGS: tuple[type[BaseSettings], ...] = (
    DatabaseSettings,
    QuerySettings,
    ScraperSettings,
    HistorySettings,
    AppSettings,
    ArchiveSettings,
    WebSettings,
    SignInSettings,
    MailSettings,
    AlertSettings,
)


def _commands() -> list[tuple[str, ...]]:
    """Every command that does something, as the words that call it."""
    found: list[tuple[str, ...]] = []

    def walk(command: object, words: tuple[str, ...]) -> None:
        below = getattr(command, "commands", None)
        if below is None:
            found.append(words)
            return
        for name, each in below.items():
            walk(each, (*words, name))

    walk(get_command(app), ())
    return found


def _assigned(text: str) -> set[str]:
    return set(re.findall(r"^([A-Z0-9_]+)=", text, re.MULTILINE))


def test_the_example_of_the_environment_names_every_setting() -> None:
    text, mark, of_compose = (
        (ROOT / ".env.example").read_text().partition("# --- docker compose only")
    )
    known = {
        field.alias for settings in SETTINGS for field in settings.model_fields.values()
    }
    assert _assigned(text) == known
    compose = (ROOT / "docker-compose.yml").read_text()
    asked = set(re.findall(r"\$\{(\w+)", compose))
    assert mark
    assert _assigned(of_compose) == asked - known


def test_the_example_of_the_environment_is_valid(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text())
    defaults = {settings: settings(_env_file=None) for settings in SETTINGS}
    assert ScraperSettings() == defaults[ScraperSettings]
    assert HistorySettings() == defaults[HistorySettings]
    assert AppSettings() == defaults[AppSettings]
    assert ArchiveSettings() == defaults[ArchiveSettings]
    assert SignInSettings() == defaults[SignInSettings]
    assert MailSettings() == defaults[MailSettings]
    assert AlertSettings() == defaults[AlertSettings]
    assert DatabaseSettings().url.startswith("postgresql+psycopg2://nof1_user@")


@pytest.mark.parametrize("words", _commands(), ids=" ".join)
def test_every_command_has_help_and_an_example(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*words, "--help"])
    assert result.exit_code == 0
    assert f"nof1-tracker {' '.join(words)}" in " ".join(result.output.split())


@pytest.mark.parametrize("words", _commands(), ids=" ".join)
def test_a_guide_shows_every_command(words: tuple[str, ...]) -> None:
    pages = (ROOT / "README.md", *(ROOT / "docs" / "how-to").glob("*.md"))
    text = "\n".join(page.read_text() for page in pages)
    assert re.search(rf"nof1-tracker {re.escape(words[0])}\b", text)


def test_the_guide_to_recording_states_every_exit_code() -> None:
    guide = (ROOT / "docs" / "how-to" / "record.md").read_text()
    for code in (*range(7), 74):
        assert f"| {code} |" in guide


def test_help_states_the_exit_codes() -> None:
    result = CliRunner().invoke(app, ["--help"])
    assert "5 site unreachable" in " ".join(result.output.split())
