"""Takes what is to be told to one channel, in a thread of its own.

No cycle waits for a channel and no channel for another. What fails is tried again
with growing pauses until it is given up.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

from nof1_tracker.clock import Clock
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.engine.schema import SchemaWatch
from nof1_tracker.database.write.alerts.deliveries import DeliveryRepository
from nof1_tracker.errors import DeliveryError, TrackerError
from nof1_tracker.monitor.alerts.channels import NamedChannel, Terms, stored_name
from nof1_tracker.notify.messages import Message, for_machines, for_people
from nof1_tracker.records.events import StoredEvent

LEASE = timedelta(minutes=10)
"""Longer than all messages of one claim can take."""
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
LOOK_EVERY = 30.0
"""Seconds between two looks for what is due: pauses and quiet hours end unannounced."""

_log = logging.getLogger(__name__)


class ChannelDelivery:
    """Delivers to one channel."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        named: NamedChannel,
        terms: Terms,
        schema: SchemaWatch | None = None,
    ) -> None:
        """Args: schema: Of the same database, if others watch it too."""
        self._engine = engine
        self._clock = clock
        self._named = named
        self._name = named.name
        self._is_known = False
        self._channel = named.channel
        self._terms = terms
        self._schema = schema or SchemaWatch(engine)
        self._wake = threading.Event()
        self._is_ending = threading.Event()
        self._is_stopping = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name=f"alerts to {named.name}", daemon=True
        )

    def start(self) -> None:
        """Begins to deliver what is due, and what will be."""
        self._thread.start()

    def stored_name(self) -> str | None:
        """Its name in the tables; None before the database has tables.

        Raises:
            DatabaseError: The database cannot be used.
        """
        if not self._is_known and self._schema.is_there():
            self._name = stored_name(self._engine, self._named)
            self._is_known = True
        return self._name if self._is_known else None

    def wake(self) -> None:
        """Has it look at once."""
        self._wake.set()

    def end(self) -> None:
        """Has it send what is due now, and then no more."""
        self._is_ending.set()
        self._wake.set()

    def stop(self, seconds: float) -> None:
        """Waits that long for what is due; what is not sent by then is given back."""
        if self._thread.ident is not None:
            self._thread.join(seconds)
        self._is_stopping.set()

    def _run(self) -> None:
        is_last = False
        while not is_last:
            is_last = self._is_ending.is_set()
            self._wake.clear()
            try:
                self.deliver()
            except TrackerError as error:
                _log.warning("Alerts to %s are delayed: %s", self._name, error)
            except Exception:  # noqa: BLE001  the thread must live on
                _log.exception("Alerts to %s are delayed.", self._name)
            if not self._is_ending.is_set():
                self._wake.wait(LOOK_EVERY)

    def deliver(self) -> None:
        """Sends all that is due.

        Raises:
            DatabaseError: The database cannot be used.
        """
        while not self._is_stopping.is_set() and self.stored_name():
            claimed = self._claim()
            if not claimed or not self._send_all(claimed):
                return

    def _claim(self) -> Sequence[StoredEvent]:
        now, kinds = self._clock.now(), self._terms.kinds_for(
            self._channel, self._clock.now()
        )
        with UnitOfWork(self._engine) as unit:
            if not unit.repositories.deliveries.is_due(
                self._name, now, kinds, LONGEST_PAUSE
            ):
                return ()
        with UnitOfWork(self._engine, writes=True) as unit:
            claimed = unit.repositories.deliveries.claim(
                self._name,
                now,
                kinds,
                lease=LEASE,
                patience=LONGEST_PAUSE,
                limit=self._channel.batch,
            )
            unit.commit(is_bookkeeping=True)
        return sorted(claimed, key=lambda stored: stored.event.occurred_at)

    def _send_all(self, claimed: Sequence[StoredEvent]) -> bool:
        """Whether all was sent; what was not is somebody's to send later."""
        messages = self._messages(claimed)
        for index, message in enumerate(messages):
            if self._is_stopping.is_set() or not self._send(message):
                self._give_back(messages[index:])
                return False
        return True

    def _give_back(self, messages: Sequence[Message]) -> None:
        keys = [key for message in messages for key in message.keys]
        self._note(lambda to: to.release(self._name, keys))

    def _messages(self, claimed: Sequence[StoredEvent]) -> Sequence[Message]:
        if not self._channel.is_for_people:
            return for_machines(claimed)
        return for_people(claimed, self._terms.digest_over, self._terms.quiet)

    def _send(self, message: Message) -> bool:
        try:
            self._channel.send(message)
        except DeliveryError as error:
            self._note_failure(message, error.message)
            return False
        except Exception as error:  # noqa: BLE001  a library's; its text may be secret
            self._note_failure(message, f"It failed ({type(error).__name__}).")
            return False
        now = self._clock.now()
        self._note(lambda to: to.sent(self._name, message.keys, now))
        return True

    def _note_failure(self, message: Message, error: str) -> None:
        now = self._clock.now()

        def note(deliveries: DeliveryRepository) -> None:
            pause = pause_after(deliveries.failures(self._name))
            _log.warning(
                "%s did not accept %d events: %s Trying again in %d s.",
                self._name,
                len(message.events),
                error,
                pause.total_seconds(),
            )
            deliveries.failed(
                self._name,
                message.keys,
                now,
                error=error,
                pause=pause,
                give_up_after=self._terms.give_up_after,
            )

        self._note(note)

    def _note(self, note: Callable[[DeliveryRepository], None]) -> None:
        with UnitOfWork(self._engine, writes=True) as unit:
            note(unit.repositories.deliveries)
            unit.commit(is_bookkeeping=True)


def pause_after(failures: int) -> timedelta:
    """Twice as long after each failure in a row, up to the longest."""
    doubled: int = 2 ** min(failures, 10)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)
