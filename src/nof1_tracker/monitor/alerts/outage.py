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

    Each monitor does so for itself: the database that they share is away.
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
        self._try_at: dict[str, datetime] = {}

    def look(self) -> None:
        """Looks whether the database answers; may take as long as the channels do."""
        now = self._clock.now()
        reason = self._why_away()
        if reason is not None:
            self._since = self._since or now
            if now - self._since >= REPORTED_AFTER:
                self._report(self._since, reason, now)
        elif self._since is not None:
            self._report_end(self._since, now)
            self._since, self._reported, self._try_at = None, set(), {}

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
            if each.name in self._reported or self._must_wait(each, now):
                continue
            if _send(each, message):
                self._reported.add(each.name)
            else:
                self._try_at[each.name] = now + PAUSE

    def _must_wait(self, named: NamedChannel, now: datetime) -> bool:
        if now < self._try_at.get(named.name, now):
            return True
        return EventKind.STALE_SOURCE not in self._terms.kinds_for(named.channel, now)

    def _report_end(self, since: datetime, now: datetime) -> None:
        if EventKind.RECOVERED not in self._kinds:
            return
        facts = DatabaseBack(since, now - since)
        message = _message(EventKind.RECOVERED, facts, since, now)
        for each in self._channels:
            if each.name in self._reported:
                _send(each, message)


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
