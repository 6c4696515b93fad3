"""Settings from the environment and `.env`, checked before anything starts.

Those of the database are in `database.config`.
"""

import re
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.events import EventKind

DEFAULT_BASE_URL = "https://nof1.ai"
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


_URL_BEGINS = re.compile(r"[\s,]+(?=[A-Za-z][A-Za-z0-9+.-]*://)")
_SPAN = re.compile(r"(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})")
_EVERYTHING, _NOTHING = "all", "none"

Kinds = Annotated[frozenset[EventKind], NoDecode]
Limit = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]


class Settings(BaseSettings):
    """What all groups of settings have in common."""

    model_config = FROM_ENVIRONMENT

    @field_validator("*", mode="before")
    @classmethod
    def _is_text(cls, value: object) -> object:
        """Bytes that are no UTF-8 reach us as half characters."""
        if isinstance(value, str) and any("\ud800" <= c <= "\udfff" for c in value):
            raise ValueError("it is not UTF-8")
        return value


class ScraperSettings(Settings):
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


class AppSettings(Settings):
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


class AlertSettings(Settings):
    """Channels, rules and quiet hours. With no channel nobody is told anything."""

    urls: Annotated[tuple[SecretStr, ...], NoDecode] = Field((), alias="NOTIFY_URLS")
    """URLs of Apprise, told apart by white space or commas."""
    webhook_url: SecretStr | None = Field(None, alias="NOTIFY_WEBHOOK_URL")
    """Where each event is sent as JSON."""
    webhook_secret: SecretStr | None = Field(None, alias="NOTIFY_WEBHOOK_SECRET")
    """Signs what is sent, as in Standard Webhooks: whsec_ and base64."""
    kinds: Kinds = Field(frozenset(EventKind), alias="NOTIFY_EVENTS")
    """What is told: kinds of events, all or none."""
    large_notional: Limit = Field(Decimal(50_000), alias="NOTIFY_LARGE_TRADE")
    """USD at entry; 0: never."""
    large_loss: Limit = Field(Decimal(1_000), alias="NOTIFY_LARGE_LOSS")
    """USD net; 0: never."""
    drawdown: Limit = Field(Decimal(25), alias="NOTIFY_DRAWDOWN", lt=100)
    """Percent below the peak; 0: never."""
    places: int = Field(3, alias="NOTIFY_RANKS", ge=0)
    """Changes are told among the first so many places; 0: never."""
    rank_margin: Limit = Field(Decimal("0.5"), alias="NOTIFY_RANK_MARGIN", lt=100)
    """Percent by which one must be ahead to have passed another."""
    stale_after: int = Field(60, alias="NOTIFY_STALE_AFTER", ge=0)
    """Minutes without news; 0: never."""
    digest_over: int = Field(5, alias="NOTIFY_DIGEST_OVER", ge=1)
    """More events at once than this become one message."""
    quiet_hours: str | None = Field(None, alias="NOTIFY_QUIET_HOURS")
    """Such as 22:00-07:00: what happens then is told afterwards, in a digest."""
    timezone: str = Field("UTC", alias="NOTIFY_TIMEZONE")
    """Of the quiet hours; messages tell times in UTC."""
    urgent: Kinds = Field(
        frozenset({EventKind.LIQUIDATION, EventKind.STALE_SOURCE}),
        alias="NOTIFY_URGENT",
    )
    """What is told in quiet hours too."""
    give_up_after: int = Field(24, alias="NOTIFY_GIVE_UP_AFTER", ge=1)
    """Hours after the first attempt."""

    @field_validator("urls", mode="before")
    @classmethod
    def _split_urls(cls, value: object) -> object:
        """A comma may be part of a URL, so only one before the next URL parts them."""
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
                f"there is no {', '.join(unknown)}; there are {_EVERYTHING},"
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
            raise ValueError("no such time zone (use one like Europe/Berlin)") from None
        return value

    @property
    def has_channels(self) -> bool:
        """Whether anybody is told anything."""
        return bool(self.urls) or self.webhook_url is not None


def span_of(text: str) -> tuple[time, time]:
    """The times of "22:00-07:00".

    Raises:
        ValueError: It is not of that form.
    """
    found: Any = _SPAN.fullmatch(text.strip())
    try:
        start, end = (time.fromisoformat(each.zfill(5)) for each in found.groups())
    except (AttributeError, ValueError):
        raise ValueError("it must look like 22:00-07:00") from None
    return start, end


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
