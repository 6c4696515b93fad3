"""The tables of events and of what became of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from nof1_tracker.database.engine.column_types import BigId, JsonColumn, text_enum
from nof1_tracker.database.models import Base
from nof1_tracker.records.events import DeliveryStatus, EventKind


class EventRow(Base):
    """Something worth telling, once: its key is unique."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    """The same wherever and whenever the event is detected."""
    kind: Mapped[EventKind] = mapped_column(text_enum(EventKind, "event_kind"))
    """What happened."""
    occurred_at: Mapped[datetime] = mapped_column(index=True)
    """When, by the source's clock where there is one."""
    detected_at: Mapped[datetime]
    """When it was found in the tables (our clock)."""
    account_id: Mapped[str | None] = mapped_column(String(200))
    """The site's identity of the account; NULL if not of one account."""
    symbol: Mapped[str | None] = mapped_column(String(50))
    """NULL if not of one symbol."""
    title: Mapped[str] = mapped_column(Text)
    """One line for a person."""
    text: Mapped[str] = mapped_column(Text)
    """More of it; may be empty."""
    numbers: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    """By name, the unit as its suffix."""
    is_news: Mapped[bool]
    """False where it was history at the first look and is told to nobody."""

    def __repr__(self) -> str:
        return f"<Event {self.kind} {self.key}>"


class EventChannel(Base):
    """A way to tell somebody, by a name that holds no secret."""

    __tablename__ = "event_channels"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    """Scheme and host of its address, such as webhook+https://example.com."""
    seen_at: Mapped[datetime]
    """When a monitor last had it; one that nobody has gets no events."""
    sent_at: Mapped[datetime | None]
    """When it last took a message; NULL: never."""
    retry_at: Mapped[datetime | None]
    """Before that nothing is sent through it."""
    failures: Mapped[int] = mapped_column(default=0)
    """Attempts in a row that failed."""
    error: Mapped[str | None] = mapped_column(Text)
    """Why the last attempt failed; NULL where it did not."""


class EventDelivery(Base):
    """An event on its way through one channel."""

    __tablename__ = "event_deliveries"
    __table_args__ = (
        UniqueConstraint("event_id", "channel"),
        Index("ix_event_deliveries_channel_status", "channel", "status"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events.id"))
    channel: Mapped[str] = mapped_column(String(100), ForeignKey("event_channels.name"))
    """Name of the channel."""
    status: Mapped[DeliveryStatus] = mapped_column(
        text_enum(DeliveryStatus, "delivery_status"), default=DeliveryStatus.PENDING
    )
    """How far it has come."""
    claimed_until: Mapped[datetime | None]
    """Whoever sends it has until then to say how it went."""
    first_tried_at: Mapped[datetime | None]
    """When it was first attempted; NULL: not yet."""
    settled_at: Mapped[datetime | None]
    """When it was sent or given up."""


class EventMemory(Base):
    """What the detectors remember, as one JSON object in one row."""

    __tablename__ = "event_memory"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    """Of the memory."""
    value: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    """Watermarks, peaks, the order last told; see events.Memory."""
