"""The test message of a channel."""

from uuid import uuid4

from nof1_tracker.clock import utc_now
from nof1_tracker.notify.messages import Message, single
from nof1_tracker.records.events import Event, EventKind, StoredEvent, event_key


def trial_message() -> Message:
    """A message that nobody can mistake for an event; each has a key of its own."""
    now = utc_now()
    return single(
        StoredEvent(
            Event(
                kind=EventKind.RECOVERED,
                key=event_key("test", uuid4()),
                occurred_at=now,
                account_id=None,
                symbol=None,
                title="Test message of nof1-tracker",
                text="This channel works. Nothing happened.",
            ),
            detected_at=now,
        )
    )
