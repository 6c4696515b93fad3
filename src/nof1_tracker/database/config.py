"""The database settings, read from the environment and `.env`."""

from pathlib import Path
from urllib.parse import quote

from platformdirs import user_data_path
from pydantic import Field, SecretStr, field_validator

from nof1_tracker.settings import AppSettings as AppSettings
from nof1_tracker.settings import ScraperSettings as ScraperSettings
from nof1_tracker.settings import Settings
from nof1_tracker.settings import load_settings as load_settings

_DRIVER = "postgresql+psycopg2"
_SCHEMES = {
    "postgresql": _DRIVER,
    "postgres": _DRIVER,
    "postgresql+psycopg2": _DRIVER,
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
}
_ASYNC_SCHEMES = {_DRIVER: "postgresql+asyncpg", "sqlite": "sqlite+aiosqlite"}


class DatabaseSettings(Settings):
    """Where the database is. By default, SQLite in the user data directory."""

    host: str = Field("localhost", alias="NOF1_DB_HOST")
    """Host of PostgreSQL; a path that begins with / names its Unix socket's folder."""
    port: int = Field(5432, alias="NOF1_DB_PORT", ge=1, le=65535)
    """Port of PostgreSQL."""
    name: str = Field("nof1_tracker", alias="NOF1_DB_NAME", min_length=1)
    """Name of the database."""
    user: str = Field("nof1_user", alias="NOF1_DB_USER", min_length=1)
    """Role that owns the tables."""
    password: SecretStr = Field(SecretStr(""), alias="NOF1_DB_PASSWORD")
    """Password of that role; empty by default."""
    pool_size: int = Field(5, alias="NOF1_DB_POOL_SIZE", gt=0)
    """Connections that are kept open."""
    max_overflow: int = Field(10, alias="NOF1_DB_MAX_OVERFLOW", ge=0)
    """Further connections that may be opened at peak load."""
    database_url: SecretStr | None = Field(None, alias="NOF1_DATABASE_URL")
    """Replaces all of the above: postgresql://user:password@host:5432/name, or
    sqlite:///file."""

    @field_validator("database_url")
    @classmethod
    def _with_installed_driver(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else SecretStr(normalise_url(value))

    @property
    def url(self) -> str:
        """SQLAlchemy URL, including the escaped password. Never print it."""
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

    @property
    def async_url(self) -> str:
        """`url` for asyncpg or aiosqlite, drivers that this package does not install.

        The tracker itself does not use it. Never print it.
        """
        scheme, _, rest = self.url.partition("://")
        return f"{_ASYNC_SCHEMES[scheme]}://{rest}"


class QuerySettings(Settings):
    """How queries that somebody else wrote reach PostgreSQL."""

    url: SecretStr | None = Field(None, alias="NOF1_QUERY_URL")
    """The same PostgreSQL database, by a role of its own that can only read the record:
    postgresql://nof1_query:password@host:5432/name. `nof1-tracker db query-role` makes
    the role. If unset, language models cannot ask in SQL. SQLite does not need it."""

    @field_validator("url")
    @classmethod
    def _is_postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        url = normalise_url(value)
        if not url.startswith(f"{_DRIVER}://"):
            raise ValueError("it is not postgresql://role:password@host:5432/name")
        return SecretStr(url)


def normalise_url(url: str | SecretStr) -> str:
    """The URL with the driver that is installed.

    Raises:
        ValueError: This program cannot use the scheme.
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
    """URL of a SQLite file in the user data directory; creates nothing."""
    return f"sqlite:///{data_folder() / f'{name}.db'}"


def data_folder() -> Path:
    """The folder of this program in the user data directory; creates nothing."""
    return user_data_path("nof1-tracker", appauthor=False)
