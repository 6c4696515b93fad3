"""The JSON body of a webhook request, and its schema."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import simplejson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from nof1_tracker.records.events import EventKind, StoredEvent

VERSION: Literal[1] = 1
SCHEMA_FILE = Path(__file__).with_name("event-v1.schema.json")


class EventBody(BaseModel):
    """Something that happened in Alpha Arena, as observed by nof1-tracker.

    Later versions may add fields and kinds; they leave out or change none without
    another version number. Names in title and text are made harmless for people;
    account_id and symbol are as the site spells them, in one line.
    """

    model_config = ConfigDict(title="nof1-tracker event")

    version: Literal[1] = Field(description="Version of this schema.")
    key: str = Field(
        pattern=r"^[a-z]+:[0-9a-f]{32}$",
        description="Identifies the event; the same each time that it is sent, so act"
        " on each key once. Also in the header webhook-id.",
    )
    kind: EventKind = Field(description="What happened.")
    occurred_at: AwareDatetime = Field(
        description="When it happened, by the source's clock if there is one; UTC."
    )
    detected_at: AwareDatetime = Field(
        description="When nof1-tracker found it, by its own clock; UTC."
    )
    account_id: str | None = Field(
        description="The site's id of the account; null if it concerns no account, or"
        " several."
    )
    symbol: str | None = Field(
        description="Such as BTC or xyz:NVDA; null if it concerns no symbol."
    )
    title: str = Field(description="One line for a person.")
    text: str = Field(description="Details for a person; may be empty.")
    numbers: dict[str, Annotated[float, Field(allow_inf_nan=False)]] = Field(
        description="Figures by name; _usd is USD, _ratio a fraction, _seconds a"
        " duration. The kind decides which there are; unknown ones are left out."
    )


def event_body(stored: StoredEvent) -> bytes:
    """The event as JSON, with every digit of its numbers."""
    event = stored.event
    value = {
        "version": VERSION,
        "key": event.key,
        "kind": event.kind.value,
        "occurred_at": _iso(event.occurred_at),
        "detected_at": _iso(stored.detected_at),
        "account_id": event.account_id,
        "symbol": event.symbol,
        "title": event.title,
        "text": event.text,
        "numbers": {name: _exact(number) for name, number in event.numbers.items()},
    }
    return simplejson.dumps(value, use_decimal=True, allow_nan=False).encode()


def schema_text() -> str:
    """The JSON Schema of the body, as stored in SCHEMA_FILE."""
    schema = EventBody.model_json_schema(mode="serialization")
    address = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps({"$schema": address, **schema}, indent=2) + "\n"


def _iso(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


def _exact(number: Decimal) -> Decimal:
    """The number without trailing zeros: 21510.45, not 21510.45000000."""
    return Decimal(f"{number.normalize() + 0:f}")
