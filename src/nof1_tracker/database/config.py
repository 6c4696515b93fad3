"""Settings from the environment and `.env`, checked before anything starts."""

from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import quote

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from nof1_tracker.errors import ConfigurationError

DEFAULT_BASE_URL = "https://nof1.ai"
_DRIVER = "postgresql+psycopg2"
_SCHEMES = {
    "postgresql": _DRIVER,
    "postgres": _DRIVER,
    "postgresql+psycopg2": _DRIVER,
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
}
_SECRET = (
    "NOF1_DATABASE_URL",
    "NOF1_DB_PASSWORD",
    "NOF1_BASE_URL",
    "NOTIFY_URLS",
    "NOTIFY_WEBHOOK_URL",
    "NOTIFY_WEBHOOK_SECRET",
)
"""Variables whose value is never told."""

FROM_ENVIRONMENT = SettingsConfigDict(
    env_file=".env",
    env_file_encoding="utf-8",
    env_ignore_empty=True,
    extra="ignore",
    populate_by_name=True,
)


class _Settings(BaseSettings):
    """Common to all settings."""

    model_config = FROM_ENVIRONMENT

    @field_validator("*", mode="before")
    @classmethod
    def _is_text(cls, value: object) -> object:
        """Bytes that are no UTF-8 reach us as half characters."""
        if isinstance(value, str) and any("\ud800" <= c <= "\udfff" for c in value):
            raise ValueError("it is not UTF-8")
        return value


class DatabaseSettings(_Settings):
    """Where the database is. With nothing set: SQLite in the user data directory."""

    host: str = Field("localhost", alias="NOF1_DB_HOST")
    """Of PostgreSQL; a path that begins with / is the folder of its Unix socket."""
    port: int = Field(5432, alias="NOF1_DB_PORT", ge=1, le=65535)
    """Of PostgreSQL."""
    name: str = Field("nof1_tracker", alias="NOF1_DB_NAME", min_length=1)
    """Of the database."""
    user: str = Field("nof1_user", alias="NOF1_DB_USER", min_length=1)
    """Role that owns the tables."""
    password: SecretStr = Field(SecretStr(""), alias="NOF1_DB_PASSWORD")
    """Of that role; there is none by default."""
    pool_size: int = Field(5, alias="NOF1_DB_POOL_SIZE", gt=0)
    """Connections kept open."""
    max_overflow: int = Field(10, alias="NOF1_DB_MAX_OVERFLOW", ge=0)
    """How many more at the busiest moment."""
    database_url: SecretStr | None = Field(None, alias="NOF1_DATABASE_URL")
    """Instead of all the above: postgresql://user:password@host:5432/name, or
    sqlite:///file."""

    @field_validator("database_url")
    @classmethod
    def _with_installed_driver(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else SecretStr(normalise_url(value))

    @property
    def url(self) -> str:
        """SQLAlchemy URL, password included and escaped. Never print it."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        if not self.model_fields_set:
            return embedded_url()
        password = self.password.get_secret_value()
        secret = f":{quote(password, safe='')}" if password else ""
        user = quote(self.user, safe="")
        name = quote(self.name, safe="")
        if self.host.startswith("/"):  # the folder of a Unix socket
            where = f"?host={quote(self.host, safe='')}&port={self.port}"
            return f"{_DRIVER}://{user}{secret}@/{name}{where}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{_DRIVER}://{user}{secret}@{host}:{self.port}/{name}"


class ScraperSettings(_Settings):
    """How the site is visited."""

    headless: bool = Field(True, alias="SCRAPER_HEADLESS")
    """False shows the browser's window."""
    timeout: int = Field(30_000, alias="SCRAPER_TIMEOUT", ge=100)
    """Milliseconds that one page or request may take."""
    rate_limit: int = Field(30, alias="SCRAPER_RATE_LIMIT", ge=1)
    """Requests per minute at most, in bursts of at most as many."""
    browser_path: Path | None = Field(None, alias="SCRAPER_BROWSER_PATH")
    """Browser to start; unset: Playwright's own, then chromium-headless-shell, chromium
    and google-chrome on PATH."""
    base_url: str = Field(DEFAULT_BASE_URL, alias="NOF1_BASE_URL")
    """Address of the site, without user name or password."""

    @field_validator("base_url")
    @classmethod
    def _is_http(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("it must start with http:// or https://")
        if "@" in value:
            raise ValueError("it must not hold a user name or a password")
        return value.rstrip("/")


class AppSettings(_Settings):
    """What concerns the program as a whole."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", alias="LOG_LEVEL"
    )
    """The least grave line that is logged."""
    log_format: Literal["text", "json"] = Field("text", alias="LOG_FORMAT")
    """text for people; json is one object per line."""
    refresh_interval: int = Field(15, alias="REFRESH_INTERVAL", ge=1)
    """Minutes between two rounds of the monitor."""

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_capitals(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("log_format", mode="before")
    @classmethod
    def _in_small_letters(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value


SettingsT = TypeVar("SettingsT", bound=BaseSettings)


def load_settings(settings: type[SettingsT], **overrides: Any) -> SettingsT:
    """Settings from the environment.

    Raises:
        ConfigurationError: A value is wrong, named by its variable and never a
            secret; or .env cannot be read.
    """
    try:
        return settings(**overrides)
    except ValidationError as error:
        problems = "; ".join(_problem(item) for item in error.errors())
        raise ConfigurationError(
            problems, "Correct it in the environment or in .env."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigurationError(
            f"The file .env cannot be read: {reason}.", "Correct it, or move it away."
        ) from None


def _problem(item: Any) -> str:
    """One wrong variable in a line; `input` is left out where it may be secret."""
    variable = ".".join(str(part) for part in item["loc"])
    reason = str(item["msg"]).removeprefix("Value error, ")
    if variable.partition(".")[0] in _SECRET:
        return f"{variable}: {reason}"
    return f"{variable}={item['input']!r}: {reason}"


def normalise_url(url: str | SecretStr) -> str:
    """The URL with the driver that is installed.

    Raises:
        ValueError: The scheme is none that this program can use.
    """
    text = url.get_secret_value() if isinstance(url, SecretStr) else url
    scheme, separator, rest = text.partition("://")
    if not separator or scheme.lower() not in _SCHEMES:
        raise ValueError(
            f"unknown scheme {scheme.split(':')[0]!r}"
            " (use postgresql://user:password@host:5432/name or sqlite:///file)"
            if separator
            else "it is not a URL (use postgresql://user:password@host:5432/name)"
        )
    return f"{_SCHEMES[scheme.lower()]}://{rest}"


def embedded_url(name: str = "nof1-tracker") -> str:
    """SQLite in the user data directory; nothing is created here."""
    folder = user_data_path("nof1-tracker", appauthor=False)
    return f"sqlite:///{folder / f'{name}.db'}"
