"""Reports directly that the database is away: nothing can be stored to be delivered then."""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from nof1_tracker.clock import Clock
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.errors import DatabaseError, DeliveryError
from nof1_tracker.monitor.alerts.channels import NamedChannel, Terms
from nof1_tracker.notify.messages import Message, single
from nof1_tracker.records.events import EventKind, StoredEvent, event_key
from nof1_tracker.records.findings import DatabaseAway, DatabaseBack, Finding
from nof1_tracker.rendering.events.event_wording import event_of

REPORTED_AFTER: Final = timedelta(minutes=2)
"""A server that is restarted is back before."""
PAUSE: Final = timedelta(minutes=5)
"""After a channel did not accept the message."""

_log = logging.getLogger(__name__)


class OutageWatch:
    """Sends one message to each channel when the database is away, and one at the end.

    In quiet hours, each waits unless its kind is urgent: by default the end does. Each monitor does so for itself: the database that they share is away.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        channels: Sequence[NamedChannel],
        terms: Terms,
        kinds: Collection[EventKind],
    ) -> None:
        """Args: kinds: Of events that are reported."""
        self._engine = engine
        self._clock = clock
        self._channels = channels
        self._terms = terms
        self._kinds = kinds
        self._since: datetime | None = None
        self._reported: set[str] = set()
        self._ends: dict[str, Message] = {}
        self._try_at: dict[str, datetime] = {}

    def look(self) -> None:
        """Looks whether the database answers; may take as long as the channels do."""
        now = self._clock.now()
        reason = self._why_away()
        if reason is not None:
            self._since = self._since or now
            if now - self._since >= REPORTED_AFTER:
                self._report(self._since, reason, now)
            return
        if self._since is not None:
            self._note_end(self._since, now)
            self._since, self._reported, self._try_at = None, set(), {}
        self._report_ends(now)

    def _why_away(self) -> str | None:
        try:
            with UnitOfWork(self._engine):
                return None
        except DatabaseError as error:
            return error.message

    def _report(self, since: datetime, reason: str, now: datetime) -> None:
        if EventKind.STALE_SOURCE not in self._kinds:
            return
        facts = DatabaseAway(since, reason)
        message = _message(EventKind.STALE_SOURCE, facts, since, now)
        for each in self._channels:
            if each.name not in self._reported and self._sent(each, message, now):
                self._reported.add(each.name)
                self._ends.pop(each.name, None)  # of an outage before this one

    def _note_end(self, since: datetime, now: datetime) -> None:
        if EventKind.RECOVERED not in self._kinds:
            return
        facts = DatabaseBack(since, now - since)
        message = _message(EventKind.RECOVERED, facts, since, now)
        self._ends |= dict.fromkeys(self._reported, message)

    def _report_ends(self, now: datetime) -> None:
        for each in self._channels:
            end = self._ends.get(each.name)
            if end is not None and self._sent(each, end, now):
                del self._ends[each.name]

    def _sent(self, named: NamedChannel, message: Message, now: datetime) -> bool:
        """Sends it, unless it must wait; False if it is to be tried again."""
        kind = message.events[0].event.kind
        is_too_soon = now < self._try_at.get(named.name, now)
        if is_too_soon or kind not in self._terms.kinds_for(named.channel, now):
            return False
        if _send(named, message):
            return True
        self._try_at[named.name] = now + PAUSE
        return False


def _message(
    kind: EventKind, facts: DatabaseAway | DatabaseBack, since: datetime, now: datetime
) -> Message:
    key = event_key("database", kind, since.isoformat())
    finding = Finding(kind=kind, key=key, occurred_at=now, facts=facts)
    return single(StoredEvent(event_of(finding), detected_at=now))


def _send(named: NamedChannel, message: Message) -> bool:
    try:
        named.channel.send(message)
    except DeliveryError as error:
        _log.warning("%s did not accept %r: %s", named.name, message.title, error)
    except Exception as error:  # noqa: BLE001  a library's; its text may be secret
        kind = type(error).__name__
        _log.warning("%s did not accept %r (%s).", named.name, message.title, kind)
    else:
        return True
    return False
