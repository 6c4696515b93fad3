"""Settings from the environment and `.env`, checked before anything starts.

The database settings are in `database.config`.
"""

import os
import re
from collections.abc import Iterable
from datetime import time
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ByteSize, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from typing_extensions import override

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.events import EventKind

DEFAULT_BASE_URL = "https://nof1.ai"
_SECRET = (
    "NOF1_DATABASE_URL",
    "NOF1_QUERY_URL",
    "NOF1_DB_PASSWORD",
    "NOF1_BASE_URL",
    "NOTIFY_URLS",
    "NOTIFY_WEBHOOK_URL",
    "NOTIFY_WEBHOOK_SECRET",
    "NOF1_SECRET_KEY",
    "NOF1_SMTP_PASSWORD",
)
"""Variables whose value is never shown."""

FROM_ENVIRONMENT = SettingsConfigDict(
    env_file=".env",
    env_file_encoding="utf-8",
    env_ignore_empty=True,
    extra="ignore",
    populate_by_name=True,
    defer_build=True,  # a short command reads one group
)


_URL_BEGINS = re.compile(r"[\s,]+(?=[A-Za-z][A-Za-z0-9+.-]*://)")
_SPAN = re.compile(r"(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})")
_ORIGIN = re.compile(
    r"https?://(?:[\w.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?/?", re.ASCII
)
"""A scheme, a host and perhaps a port, without a path or a user name."""
_SHORTEST_KEY = 32
"""Characters of a key."""
_EVERYTHING, _NOTHING = "all", "none"

Kinds = Annotated[frozenset[EventKind], NoDecode]
Limit = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]


class Settings(BaseSettings):
    """The base of all groups of settings."""

    model_config = FROM_ENVIRONMENT

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given, then the environment, then `.env` where it can be trusted."""
        sources = (init_settings, env_settings, file_secret_settings)
        if isinstance(dotenv_settings, DotEnvSettingsSource) and why_not_read():
            return sources
        return (*sources[:2], dotenv_settings, *sources[2:])

    @field_validator("*", mode="before")
    @classmethod
    def _is_text(cls, value: object) -> object:
        """Refuses surrogates, which Python makes of bytes that are not UTF-8."""
        if isinstance(value, str) and any("\ud800" <= c <= "\udfff" for c in value):
            raise ValueError("it is not UTF-8")
        return value


def _http_address(value: str) -> str:
    """The address without a slash at its end."""
    if not value.startswith(("http://", "https://")):
        raise ValueError("it must start with http:// or https://")
    if "@" in value:
        raise ValueError("it must not contain a user name or a password")
    return value.rstrip("/")


class ScraperSettings(Settings):
    """How to fetch from the site."""

    headless: bool = Field(True, alias="SCRAPER_HEADLESS")
    """False shows the browser's window."""
    timeout: int = Field(30_000, alias="SCRAPER_TIMEOUT", ge=100)
    """Longest time for one page or request, in milliseconds."""
    rate_limit: int = Field(30, alias="SCRAPER_RATE_LIMIT", ge=1)
    """Maximum number of requests per minute, and in one burst."""
    browser_path: Path | None = Field(None, alias="SCRAPER_BROWSER_PATH")
    """Browser to start. If unset, Playwright's own is used, then the first of
    chromium-headless-shell, chromium and google-chrome on PATH."""
    checkpoint_timeout: int = Field(30_000, alias="SCRAPER_CHECKPOINT_TIMEOUT", ge=100)
    """Longest time that the page of a bot checkpoint may take to let the browser in,
    in milliseconds."""
    profile_dir: Path | None = Field(None, alias="SCRAPER_PROFILE_DIR")
    """Folder, of mode 0700, in which the browser keeps the session that a checkpoint
    let in. If unset, it keeps nothing when it ends."""
    base_url: str = Field(DEFAULT_BASE_URL, alias="NOF1_BASE_URL")
    """Address of the site, without a user name or a password."""

    @field_validator("base_url")
    @classmethod
    def _is_http(cls, value: str) -> str:
        return _http_address(value)


class HistorySettings(Settings):
    """Where else than at the site its past is found."""

    hyperliquid_url: str = Field(
        "https://api.hyperliquid.xyz", alias="NOF1_HYPERLIQUID_URL"
    )
    """Address of the exchange, without a user name or a password."""
    wayback_url: str = Field("https://web.archive.org", alias="NOF1_WAYBACK_URL")
    """Address of the Wayback Machine, or of another archive that is searched alike."""

    @field_validator("hyperliquid_url", "wayback_url")
    @classmethod
    def _is_http(cls, value: str) -> str:
        return _http_address(value)


class AppSettings(Settings):
    """Settings of the program as a whole."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", alias="LOG_LEVEL"
    )
    """The lowest level that is logged."""
    log_format: Literal["text", "json"] = Field("text", alias="LOG_FORMAT")
    """text for people, or json for one object per line."""
    refresh_interval: int = Field(15, alias="REFRESH_INTERVAL", ge=1)
    """Minutes from the start of one cycle of the monitor to the start of the next."""

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_capitals(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("log_format", mode="before")
    @classmethod
    def _in_small_letters(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value


class ArchiveSettings(Settings):
    """The recording beneath the tables: whether it is kept, where, and how much of it."""

    is_on: bool = Field(True, alias="NOF1_ARCHIVE")
    """on or off; off records nothing: bodies then go to the database alone."""
    folder: Path | None = Field(None, alias="NOF1_ARCHIVE_DIR")
    """Folder of the archive, of mode 0700. If unset, it lies beside a SQLite database as
    `<database file>.archive`, and for PostgreSQL in the user data directory."""
    limit: ByteSize | None = Field(None, alias="NOF1_ARCHIVE_LIMIT", gt=0)
    """The most that the archive may take, such as 20GB or 500MB; a warning is logged from
    90 % on. If unset, there is no limit but the disk."""


class WebSettings(Settings):
    """How the record is served to browsers and to other programs."""

    public_url: str | None = Field(None, alias="NOF1_PUBLIC_URL")
    """Address under which others reach the server, such as https://arena.example.com.
    Needed to listen beyond this machine; requests that name another host are refused."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), alias="NOF1_CORS_ORIGINS"
    )
    """Origins whose pages may read the API in a browser, separated by spaces or commas;
    * allows every page."""
    rate_limit: int = Field(600, alias="NOF1_RATE_LIMIT", ge=0)
    """Requests a minute that a client may make to the API; 0 limits nobody. This machine
    is never limited."""
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), alias="NOF1_TRUSTED_PROXIES"
    )
    """Addresses or networks of proxies, separated by spaces or commas, whose
    X-Forwarded-For and X-Forwarded-Proto are believed; nobody else's are."""

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_proxies(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(
            str(ip_network(word)) for word in re.split(r"[\s,]+", value) if word
        )

    @field_validator("public_url")
    @classmethod
    def _is_public(cls, value: str | None) -> str | None:
        if value is not None and _ORIGIN.fullmatch(value) is None:
            raise ValueError("it must look like https://arena.example.com")
        return value

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split_origins(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        origins = tuple(word for word in re.split(r"[\s,]+", value) if word)
        for origin in origins:
            if origin != "*" and _ORIGIN.fullmatch(origin) is None:
                raise ValueError("it must be *, or look like https://app.example.com")
        return tuple(origin.rstrip("/") for origin in origins)


class SignInSettings(Settings):
    """Who may have an account, and the key that tokens are signed with."""

    secret_key: SecretStr | None = Field(None, alias="NOF1_SECRET_KEY")
    """At least 32 characters that nobody can guess; every server of one database needs
    the same. If unset, each machine makes one of its own in the user data directory."""
    registration: bool = Field(True, alias="NOF1_REGISTRATION")
    """on or off; with off only `nof1-tracker users create` makes accounts."""

    @field_validator("secret_key")
    @classmethod
    def _is_long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < _SHORTEST_KEY:
            raise ValueError(f"it must have at least {_SHORTEST_KEY} characters")
        return value


class MailSettings(Settings):
    """The mail server that letters about passwords go through."""

    host: str | None = Field(None, alias="NOF1_SMTP_HOST")
    """Name of the mail server. If unset, no letters are sent; an administrator then
    resets passwords with `nof1-tracker users reset`."""
    port: int = Field(587, alias="NOF1_SMTP_PORT", ge=1, le=65535)
    """Port of the mail server."""
    user: str | None = Field(None, alias="NOF1_SMTP_USER")
    """Name to sign in to the mail server with."""
    password: SecretStr | None = Field(None, alias="NOF1_SMTP_PASSWORD")
    """Password for that name."""
    sender: str = Field("nof1-tracker@localhost", alias="NOF1_SMTP_FROM")
    """Address that letters come from."""
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", alias="NOF1_SMTP_SECURITY"
    )
    """starttls; tls from the first byte; or none, for a server on this machine."""


class AlertSettings(Settings):
    """Channels, limits and quiet hours. Without a channel, no alert is sent."""

    urls: Annotated[tuple[SecretStr, ...], NoDecode] = Field((), alias="NOTIFY_URLS")
    """Apprise URLs, separated by white space or commas."""
    webhook_url: SecretStr | None = Field(None, alias="NOTIFY_WEBHOOK_URL")
    """Address to which each event is sent as JSON."""
    webhook_secret: SecretStr | None = Field(None, alias="NOTIFY_WEBHOOK_SECRET")
    """Secret that signs requests as in Standard Webhooks: whsec_ and base64."""
    kinds: Kinds = Field(frozenset(EventKind), alias="NOTIFY_EVENTS")
    """Kinds of events to report; or all, or none."""
    large_notional: Limit = Field(Decimal(50_000), alias="NOTIFY_LARGE_TRADE")
    """USD at entry from which a position is large; 0: never."""
    large_loss: Limit = Field(Decimal(1_000), alias="NOTIFY_LARGE_LOSS")
    """USD of net loss from which a loss is large; 0: never."""
    drawdown: Limit = Field(Decimal(25), alias="NOTIFY_DRAWDOWN", lt=100)
    """Percent below the peak of the season, reported once per peak; 0: never."""
    places: int = Field(3, alias="NOTIFY_RANKS", ge=0)
    """How many of the top places are watched for rank changes; 0: none."""
    rank_margin: Limit = Field(Decimal("0.5"), alias="NOTIFY_RANK_MARGIN", lt=100)
    """Percent by which a model must be ahead of another to have passed it."""
    stale_after: int = Field(60, alias="NOTIFY_STALE_AFTER", ge=0)
    """Minutes without news after which a source is stale; 0: never."""
    digest_over: int = Field(5, alias="NOTIFY_DIGEST_OVER", ge=1)
    """If more events than this come at once, they are sent as one message."""
    quiet_hours: str | None = Field(None, alias="NOTIFY_QUIET_HOURS")
    """Such as 22:00-07:00; events in that time are sent afterwards, in a digest."""
    timezone: str = Field("UTC", alias="NOTIFY_TIMEZONE")
    """Time zone of the quiet hours; times in messages are UTC."""
    urgent: Kinds = Field(
        frozenset({EventKind.LIQUIDATION, EventKind.STALE_SOURCE}),
        alias="NOTIFY_URGENT",
    )
    """Kinds of events that are sent in quiet hours too."""
    give_up_after: int = Field(24, alias="NOTIFY_GIVE_UP_AFTER", ge=1)
    """Hours for which a message that a channel does not accept is retried."""

    @field_validator("urls", mode="before")
    @classmethod
    def _split_urls(cls, value: object) -> object:
        """Splits at a comma only before the next URL, as a URL may contain commas."""
        if not isinstance(value, str):
            return value
        parts = _URL_BEGINS.split(value.strip().strip(","))
        return tuple(word for part in parts for word in part.split())

    @field_validator("kinds", "urgent", mode="before")
    @classmethod
    def _split_kinds(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        words = [word for word in re.split(r"[\s,]+", value.lower()) if word]
        if _EVERYTHING in words:
            return frozenset(EventKind)
        if words == [_NOTHING]:
            return frozenset()
        unknown = [word for word in words if word not in tuple(EventKind)]
        if unknown:
            raise ValueError(
                f"unknown: {', '.join(unknown)}; known: {_EVERYTHING},"
                f" {_NOTHING}, {', '.join(EventKind)}"
            )
        return frozenset(EventKind(word) for word in words)

    @field_validator("quiet_hours")
    @classmethod
    def _is_span(cls, value: str | None) -> str | None:
        if value is not None:
            span_of(value)
        return value

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("unknown time zone (use one like Europe/Berlin)") from None
        return value

    @property
    def has_channels(self) -> bool:
        """Whether there is a channel to send alerts to."""
        return bool(self.urls) or self.webhook_url is not None


def span_of(text: str) -> tuple[time, time]:
    """Start and end of a span such as "22:00-07:00".

    Raises:
        ValueError: The text does not have that form.
    """
    found: Any = _SPAN.fullmatch(text.strip())
    try:
        start, end = (time.fromisoformat(each.zfill(5)) for each in found.groups())
    except (AttributeError, ValueError):
        raise ValueError("it must look like 22:00-07:00") from None
    return start, end


_imported: tuple[Path, ...] = ()


def distrust_files_within(paths: Iterable[Path]) -> None:
    """From now on no `.env` in these folders is read: others filled them."""
    global _imported  # noqa: PLW0603  of the process, as the environment is
    _imported = tuple(path.resolve() for path in paths)


def why_not_read() -> str | None:
    """Why the `.env` in the working directory is not read; None if it is, or is none."""
    file = Path(".env")
    try:
        owner = file.stat().st_uid
    except OSError:  # there is none, or reading it tells why it cannot be read
        return None
    if owner not in (0, os.geteuid()):
        return f"{file.absolute()} belongs to another user and is not read."
    places = (file.absolute(), file.resolve())
    if any(place.is_relative_to(each) for place in places for each in _imported):
        return f"{file.absolute()} is within what is imported and is not read."
    return None


def stands_in_dotenv(variable: str) -> bool:
    """Whether the value of a variable that has one is from `.env`."""
    return not any(
        value for name, value in os.environ.items() if name.upper() == variable
    )


SettingsT = TypeVar("SettingsT", bound=BaseSettings)


def load_settings(settings: type[SettingsT], **overrides: Any) -> SettingsT:
    """Settings from the environment.

    Raises:
        ConfigurationError: A value is wrong, or .env cannot be read. The message has
            the variable, but never the value of a secret.
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
    """One wrong variable in a line; without its value if that may be secret."""
    variable = ".".join(str(part) for part in item["loc"])
    reason = str(item["msg"]).removeprefix("Value error, ")
    if variable.partition(".")[0] in _SECRET:
        return f"{variable}: {reason}"
    return f"{variable}={item['input']!r}: {reason}"
