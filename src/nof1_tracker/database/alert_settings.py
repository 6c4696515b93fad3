"""Who is told of what, from the environment and `.env`."""

import re
from datetime import time
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

from nof1_tracker.database.config import FROM_ENVIRONMENT
from nof1_tracker.events import EventKind

_URL_BEGINS = re.compile(r"[\s,]+(?=[A-Za-z][A-Za-z0-9+.-]*://)")
_SPAN = re.compile(r"(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})")
_EVERYTHING, _NOTHING = "all", "none"

Kinds = Annotated[frozenset[EventKind], NoDecode]
Limit = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]


class AlertSettings(BaseSettings):
    """Channels, rules and quiet hours. With no channel nobody is told anything."""

    model_config = FROM_ENVIRONMENT

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
