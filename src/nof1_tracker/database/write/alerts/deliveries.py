"""Stores who sends which event through which channel, and the outcome.

A sender first claims an event for a limited time, in a transaction of its own, so
that two monitors do not send the same event and the claim of a dead one expires. An
event is sent at least once; it is sent twice only if its sender died, or hung for
longer than its claim, after the channel accepted the message and before that was
stored.
"""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from nof1_tracker.database.event_models import (
    EventChannel,
    EventDelivery,
    EventMemory,
    EventRow,
)
from nof1_tracker.database.write.alerts.events import stored_event
from nof1_tracker.records.events import (
    ChannelReport,
    DeliveryStatus,
    EventKind,
    StoredEvent,
)

_CHANNELS = "channels"
"""Row of event_memory with the key and the names of channels."""
_OPEN = (DeliveryStatus.PENDING, DeliveryStatus.CLAIMED)


class DeliveryRepository:
    """Claims and settles deliveries. Writing needs a unit of work that writes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def identity_key(self) -> bytes:
        """The key under which this database knows the addresses of channels."""
        return bytes.fromhex(self._known_channels()["key"])

    def name_of(self, identity: str, wanted: str, shown: str) -> str:
        """The name of the channel with that identity, the same from its first use on.

        Args:
            wanted: The name by its place in the settings, which was its name before
                identities were kept: a channel of that name is taken for it.
            shown: Its name without a number.
        """
        known = self._known_channels()
        names: dict[str, str] = known["names"]
        if identity not in names:
            names[identity] = self._new_name(wanted, shown, set(names.values()))
            self._session.merge(EventMemory(name=_CHANNELS, value=known))
            self._session.flush()
        return names[identity]

    def _known_channels(self) -> dict[str, Any]:
        """A key, and names by identity; the key is made at the first use."""
        stored = self._session.get(EventMemory, _CHANNELS)
        if stored is None:
            value = {"key": secrets.token_hex(32), "names": {}}
            stored = EventMemory(name=_CHANNELS, value=value)
            self._session.add(stored)
            self._session.flush()
        return {"key": stored.value["key"], "names": dict(stored.value["names"])}

    def _new_name(self, wanted: str, shown: str, owned: set[str]) -> str:
        if wanted not in owned:
            return wanted
        taken = owned | set(self._session.scalars(select(EventChannel.name)))
        others = (f"{shown} ({number})" for number in count(2))
        return next(each for each in others if each not in taken)

    def register(self, names: Collection[str], now: datetime) -> None:
        """Records that a monitor uses these channels."""
        for name in names:
            channel = self._session.get(EventChannel, name)
            if channel is None:
                channel = EventChannel(name=name, failures=0)
                self._session.add(channel)
            channel.seen_at = now
        self._session.flush()

    def is_due(
        self,
        channel: str,
        now: datetime,
        kinds: Collection[EventKind],
        patience: timedelta,
    ) -> bool:
        """Whether `claim` would find something."""
        query = (
            select(EventDelivery.id)
            .join(EventRow)
            .where(*_due(channel, now, kinds, patience))
        )
        return self._session.execute(query.limit(1)).first() is not None

    def claim(
        self,
        channel: str,
        now: datetime,
        kinds: Collection[EventKind],
        *,
        lease: timedelta,
        patience: timedelta,
        limit: int,
    ) -> Sequence[StoredEvent]:
        """Claims events of these kinds for sending; nobody else gets them meanwhile.

        Events never tried go first, so that one that a channel rejects does not hold
        up the others.

        Args:
            lease: How long the claim lasts if no outcome is reported.
            patience: The longest pause that a failure can have caused.
        """
        was_tried = EventDelivery.first_tried_at.is_not(None)
        rows = self._session.execute(
            select(EventDelivery.id, EventRow)
            .join(EventRow)
            .where(*_due(channel, now, kinds, max(lease, patience)))
            .order_by(was_tried, EventRow.occurred_at, EventRow.id)
            .limit(limit)
        ).all()
        self._session.execute(
            update(EventDelivery)
            .where(EventDelivery.id.in_([row[0] for row in rows]))
            .values(
                status=DeliveryStatus.CLAIMED,
                claimed_until=now + lease,
                first_tried_at=func.coalesce(EventDelivery.first_tried_at, now),
            )
            .execution_options(synchronize_session=False)
        )
        return [stored_event(row[1]) for row in rows]

    def sent(self, channel: str, keys: Collection[str], now: datetime) -> None:
        """Records that the channel accepted these events."""
        self._set(channel, keys, status=DeliveryStatus.SENT, settled_at=now)
        self._note(channel, sent_at=now, retry_at=None, failures=0, error=None)

    def failed(
        self,
        channel: str,
        keys: Collection[str],
        now: datetime,
        *,
        error: str,
        pause: timedelta,
        give_up_after: timedelta,
    ) -> None:
        """Records that it did not accept them; gives up those tried for too long."""
        self._set(
            channel,
            keys,
            EventDelivery.first_tried_at <= now - give_up_after,
            status=DeliveryStatus.GIVEN_UP,
            settled_at=now,
        )
        self.release(channel, keys)
        failures = EventChannel.failures + 1
        self._note(channel, retry_at=now + pause, failures=failures, error=error)

    def release(self, channel: str, keys: Collection[str]) -> None:
        """Releases claimed events that were not sent."""
        self._set(channel, keys, status=DeliveryStatus.PENDING, claimed_until=None)

    def failures(self, channel: str) -> int:
        """The number of consecutive failed attempts."""
        query = select(EventChannel.failures).where(EventChannel.name == channel)
        return self._session.scalar(query) or 0

    def reports(self) -> Sequence[ChannelReport]:
        """The state of each channel, ordered by name."""
        counts = {
            status: self._session.execute(
                select(EventDelivery.channel, func.count())
                .where(EventDelivery.status == status)
                .group_by(EventDelivery.channel)
            )
            for status in DeliveryStatus
        }
        of: dict[DeliveryStatus, dict[str, int]] = {
            status: {row[0]: row[1] for row in rows} for status, rows in counts.items()
        }
        channels = self._session.scalars(
            select(EventChannel).order_by(EventChannel.name)
        )
        return [
            ChannelReport(
                name=each.name,
                waiting=sum(of[status].get(each.name, 0) for status in _OPEN),
                sent=of[DeliveryStatus.SENT].get(each.name, 0),
                given_up=of[DeliveryStatus.GIVEN_UP].get(each.name, 0),
                failures=each.failures,
                sent_at=each.sent_at,
                retry_at=each.retry_at,
                error=each.error,
            )
            for each in channels
        ]

    def _set(
        self,
        channel: str,
        keys: Collection[str],
        *conditions: ColumnElement[bool],
        **values: Any,
    ) -> None:
        """Changes claimed deliveries of these events."""
        ids = select(EventRow.id).where(EventRow.key.in_(keys)).scalar_subquery()
        self._session.execute(
            update(EventDelivery)
            .where(
                EventDelivery.channel == channel,
                EventDelivery.event_id.in_(ids),
                EventDelivery.status == DeliveryStatus.CLAIMED,
                *conditions,
            )
            .values(**values)
            .execution_options(synchronize_session=False)
        )

    def _note(self, channel: str, **values: Any) -> None:
        self._session.execute(
            update(EventChannel)
            .where(EventChannel.name == channel)
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def _due(
    channel: str, now: datetime, kinds: Collection[EventKind], patience: timedelta
) -> tuple[ColumnElement[bool], ...]:
    """Conditions for what may be sent now.

    A time further ahead than the longest pause was set by a clock that has since
    been put back, so it is ignored.
    """

    def is_over(time: Any) -> ColumnElement[bool]:
        return or_(time.is_(None), time <= now, time > now + patience)

    pause = select(EventChannel.name).where(
        EventChannel.name == channel, is_over(EventChannel.retry_at)
    )
    is_claimed = EventDelivery.status == DeliveryStatus.CLAIMED
    return (
        EventDelivery.channel == channel,
        or_(
            EventDelivery.status == DeliveryStatus.PENDING,
            and_(is_claimed, is_over(EventDelivery.claimed_until)),
        ),
        EventRow.kind.in_(kinds),
        pause.exists(),
    )
