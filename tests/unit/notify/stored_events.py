"""Events as they are kept, for tests of messages and channels."""

from datetime import UTC, datetime
from decimal import Decimal

from nof1_tracker.records.events import Event, EventKind, StoredEvent, event_key

NOW = datetime(2025, 10, 28, 12, tzinfo=UTC)


def stored(
    number: int = 1,
    kind: EventKind = EventKind.POSITION_CLOSED,
    *,
    detected_at: datetime = NOW,
    title: str | None = None,
) -> StoredEvent:
    """Event number so-and-so."""
    event = Event(
        kind=kind,
        key=event_key("test", number),
        occurred_at=NOW,
        account_id="qwen3-max",
        symbol="BTC",
        title=title or f"Event {number}",
        text="More of it",
        numbers={"net_pnl_usd": Decimal("-12.50"), "rank": Decimal(100)},
    )
    return StoredEvent(event, detected_at)
