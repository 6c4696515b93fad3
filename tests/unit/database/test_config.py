"""Settings: what they become, and how a wrong one is told."""

import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from pydantic_settings import BaseSettings
from sqlalchemy import make_url

import nof1_tracker.database
from nof1_tracker.database.config import DatabaseSettings
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.settings import (
    AppSettings,
    ArchiveSettings,
    ScraperSettings,
    load_settings,
)
from tests.unprivileged import bound
from tests.worlds import PROGRAM


def test_database_url_generation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOF1_DB_HOST", "db.example")
    monkeypatch.setenv("NOF1_DB_PORT", "5433")
    monkeypatch.setenv("NOF1_DB_NAME", "arena")
    monkeypatch.setenv("NOF1_DB_USER", "reader")
    monkeypatch.setenv("NOF1_DB_PASSWORD", "p@ss/w:rd")
    assert (
        DatabaseSettings().url
        == "postgresql+psycopg2://reader:p%40ss%2Fw%3Ard@db.example:5433/arena"
    )


def test_one_variable_is_enough_for_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOF1_DB_PASSWORD", "x")
    assert (
        DatabaseSettings().url
        == "postgresql+psycopg2://nof1_user:x@localhost:5432/nof1_tracker"
    )


def test_with_nothing_set_the_database_is_a_file_of_the_user(tmp_path: Path) -> None:
    expected = tmp_path / "data" / "nof1-tracker" / "nof1-tracker.db"
    assert DatabaseSettings().url == f"sqlite:///{expected}"
    assert not expected.parent.exists()


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", "")
    monkeypatch.setenv("NOF1_DB_HOST", "")
    assert DatabaseSettings().url.startswith("sqlite:///")


def test_settings_are_read_from_a_dotenv_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NOF1_DB_NAME=from_file\nUNKNOWN=1\n")
    assert DatabaseSettings().url.endswith("/from_file")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_a_postgresql_url_gets_the_driver_that_is_installed(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", f"{scheme}://u:p@h/n")
    assert DatabaseSettings().url == "postgresql+psycopg2://u:p@h/n"


@given(st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs", "Cc"])))
def test_any_password_survives_the_url(password: str) -> None:
    url = DatabaseSettings(NOF1_DB_PASSWORD=SecretStr(password), NOF1_DB_HOST="h").url
    assert make_url(url).password == password
    assert unquote(urlsplit(url).password or "") == password


@pytest.mark.parametrize(
    ("settings", "name", "value"),
    [
        (DatabaseSettings, "NOF1_DB_POOL_SIZE", "0"),
        (DatabaseSettings, "NOF1_DB_MAX_OVERFLOW", "-1"),
        (DatabaseSettings, "NOF1_DB_PORT", "abc"),
        (DatabaseSettings, "NOF1_DB_PORT", "70000"),
        (DatabaseSettings, "NOF1_DATABASE_URL", "mysql://h/n"),
        (DatabaseSettings, "NOF1_DATABASE_URL", "no url"),
        (ScraperSettings, "SCRAPER_TIMEOUT", "soon"),
        (ScraperSettings, "SCRAPER_RATE_LIMIT", "0"),
        (ScraperSettings, "SCRAPER_HEADLESS", "perhaps"),
        (ScraperSettings, "NOF1_BASE_URL", "nof1.ai"),
        (AppSettings, "LOG_LEVEL", "LOUD"),
        (AppSettings, "REFRESH_INTERVAL", "0"),
        (ArchiveSettings, "NOF1_ARCHIVE", "perhaps"),
        (ArchiveSettings, "NOF1_ARCHIVE_LIMIT", "0"),
        (ArchiveSettings, "NOF1_ARCHIVE_LIMIT", "-1GB"),
        (ArchiveSettings, "NOF1_ARCHIVE_LIMIT", "20 boxes"),
    ],
)
def test_a_wrong_value_is_told_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, settings: type[BaseSettings], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name) as caught:
        load_settings(settings)
    assert "\n" not in caught.value.message
    assert caught.value.remedy


def test_bytes_that_are_no_utf8_are_told_by_their_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NOF1_DATABASE_URL", "NOF1_DB_PASSWORD", "NOF1_DB_NAME"):
        monkeypatch.setenv(name, "sqlite:///hunter2\udcff")
        with pytest.raises(ConfigurationError, match=f"^{name}.* not UTF-8") as caught:
            load_settings(DatabaseSettings)
        assert ("hunter2" in caught.value.message) == (name == "NOF1_DB_NAME")
        monkeypatch.delenv(name)


def test_a_dotenv_that_is_no_text_is_told() -> None:
    Path(".env").write_bytes(b"NOF1_DB_HOST=caf\xe9")
    with pytest.raises(ConfigurationError, match=r"\.env cannot be read.*UTF-8"):
        load_settings(DatabaseSettings)


def test_a_dotenv_that_may_not_be_read_is_told() -> None:
    Path(".env").write_text("LOG_LEVEL=INFO")
    Path(".env").chmod(0)
    told = subprocess.run(
        (*bound(), *PROGRAM, "trades"), capture_output=True, text=True, check=False
    )
    assert "Error: The file .env cannot be read: Permission denied.\n" in told.stderr
    assert told.returncode == 2


def test_a_wrong_url_is_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", "mysql://u:hunter2@h/n")
    with pytest.raises(ConfigurationError) as caught:
        load_settings(DatabaseSettings)
    assert "hunter2" not in str(caught.value)


def test_a_password_does_not_show_in_the_settings() -> None:
    settings = DatabaseSettings(NOF1_DB_PASSWORD=SecretStr("hunter2"))
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in str(settings.model_dump())


def test_db_settings_is_read_when_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NOF1_DB_NAME", "late")
    assert nof1_tracker.database.db_settings.name == "late"


def test_log_level_is_taken_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "debug")
    assert load_settings(AppSettings).log_level == "DEBUG"


def test_a_site_with_a_password_in_its_address_is_refused_without_telling_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NOF1_BASE_URL", "https://me:hunter2@nof1.ai")
    with pytest.raises(ConfigurationError, match="NOF1_BASE_URL") as caught:
        load_settings(ScraperSettings)
    assert "hunter2" not in str(caught.value)


def test_the_folder_of_a_unix_socket_is_a_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOF1_DB_HOST", "/run/postgresql")
    url = make_url(DatabaseSettings().url)
    assert url.database == "nof1_tracker"
    assert dict(url.query) == {"host": "/run/postgresql", "port": "5432"}


@pytest.mark.parametrize(
    ("variables", "driver", "database"),
    [
        (
            {
                "NOF1_DB_HOST": "db",
                "NOF1_DB_NAME": "arena",
                "NOF1_DB_PASSWORD": "p@s/s",
            },
            "postgresql+asyncpg",
            "arena",
        ),
        (
            {"NOF1_DATABASE_URL": "postgres://user:p%40s%2Fs@db/arena"},
            "postgresql+asyncpg",
            "arena",
        ),
        (
            {"NOF1_DATABASE_URL": "sqlite:////var/lib/nof1.db"},
            "sqlite+aiosqlite",
            "/var/lib/nof1.db",
        ),
    ],
)
def test_the_same_database_has_a_url_for_asynchronous_drivers(
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    driver: str,
    database: str,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    url = make_url(load_settings(DatabaseSettings).async_url)
    assert (url.drivername, url.database) == (driver, database)
    assert url.password in (None, "p@s/s")
