"""The tables of events and their deliveries."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from nof1_tracker.database.engine.column_types import BigId, JsonColumn, text_enum
from nof1_tracker.database.models import Base
from nof1_tracker.records.events import DeliveryStatus, EventKind


class EventRow(Base):
    """An event worth reporting, stored once: its key is unique."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    """The same wherever and whenever the event is detected."""
    kind: Mapped[EventKind] = mapped_column(text_enum(EventKind, "event_kind"))
    """What happened."""
    occurred_at: Mapped[datetime] = mapped_column(index=True)
    """When it happened, by the source's clock where there is one."""
    detected_at: Mapped[datetime]
    """When it was found in the tables (our clock)."""
    account_id: Mapped[str | None] = mapped_column(String(200))
    """The site's id of the account; NULL if it does not concern a single account."""
    symbol: Mapped[str | None] = mapped_column(String(50))
    """NULL if it does not concern a single symbol."""
    title: Mapped[str] = mapped_column(Text)
    """One line for a person."""
    text: Mapped[str] = mapped_column(Text)
    """Further details; may be empty."""
    numbers: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    """Figures by name, with the unit as the suffix of the name."""
    is_news: Mapped[bool]
    """False if it was history at the first look, so that nobody is notified."""

    def __repr__(self) -> str:
        return f"<Event {self.kind} {self.key}>"


class EventChannel(Base):
    """A notification channel, under a name that contains no secret."""

    __tablename__ = "event_channels"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    """Scheme and host of its address, such as webhook+https://example.com."""
    seen_at: Mapped[datetime]
    """When a monitor last used it; an unused channel gets no events."""
    sent_at: Mapped[datetime | None]
    """When it last accepted a message; NULL if never."""
    retry_at: Mapped[datetime | None]
    """Nothing is sent through it before this time."""
    failures: Mapped[int] = mapped_column(default=0)
    """Consecutive failed attempts."""
    error: Mapped[str | None] = mapped_column(Text)
    """Why the last attempt failed; NULL if it did not."""


class EventDelivery(Base):
    """The delivery of one event through one channel."""

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
    """The state of the delivery."""
    claimed_until: Mapped[datetime | None]
    """Deadline by which its sender must report the outcome."""
    first_tried_at: Mapped[datetime | None]
    """When it was first attempted; NULL if not yet."""
    settled_at: Mapped[datetime | None]
    """When it was sent or abandoned; NULL until then."""


class EventMemory(Base):
    """What the alerts remember, as JSON objects by name: detectors, channels."""

    __tablename__ = "event_memory"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    """Name of this state."""
    value: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    """The detectors store watermarks, peaks and the ranking last reported, as in
    changes.Memory; the channels a random key, and names by the keyed digest of their
    address."""
