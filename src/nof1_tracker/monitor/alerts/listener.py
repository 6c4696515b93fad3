"""Looks at the tables after each cycle and has told what is worth telling."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from functools import partial

from nof1_tracker.clock import Clock
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.engine.schema import SchemaWatch
from nof1_tracker.database.write.alerts.events import EventRepository
from nof1_tracker.detectors.detect import (
    detect,
    detect_first,
    detect_idle,
    first_memory,
    is_history,
)
from nof1_tracker.detectors.rules import Rules
from nof1_tracker.detectors.source import explained
from nof1_tracker.errors import TrackerError
from nof1_tracker.monitor.alerts.channels import channels_of, rules_of, terms_of
from nof1_tracker.monitor.alerts.delivery import ChannelDelivery
from nof1_tracker.monitor.alerts.outage import OutageWatch
from nof1_tracker.monitor.cycle_report import CycleReport
from nof1_tracker.records.changes import Archiving, Changes, Hold, Memory
from nof1_tracker.records.enums import Kind, RowKind, RunStatus
from nof1_tracker.records.findings import Finding
from nof1_tracker.rendering.events.event_wording import event_of
from nof1_tracker.settings import AlertSettings

LOOK_AFTER = timedelta(minutes=10)
"""Without a cycle for so long it is seen to all the same whether a source is stale:
a loop that hangs does not tell."""
_TICK = 30.0
_STOP_WITHIN = 3.0
"""Seconds that stopping waits for channels; the monitor must end in ten."""

Detector = Callable[[Changes, Memory, Rules, datetime], tuple[list[Finding], Memory]]

_log = logging.getLogger(__name__)


class AlertListener:
    """Detects, stores each event once, and wakes who delivers it.

    Without a channel in the settings it does nothing.
    """

    def __init__(self, engine: Engine, clock: Clock, settings: AlertSettings) -> None:
        """Sends and looks at nothing yet.

        Raises:
            ConfigurationError: A channel cannot be used as it is written.
        """
        self._engine = engine
        self._clock = clock
        self._rules = rules_of(settings)
        named = channels_of(settings)
        terms = terms_of(settings)
        self._schema = SchemaWatch(engine)
        self._deliveries = [
            ChannelDelivery(engine, clock, each, terms, self._schema) for each in named
        ]
        self._outage = OutageWatch(engine, clock, named, terms, settings.kinds)
        self._why_failed = ""
        self._looking = threading.Lock()
        self._looked_at = clock.monotonic()
        self._is_stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="alerts", daemon=True)

    def start(self) -> None:
        """Begins to deliver, first of all what was left undelivered."""
        for delivery in self._deliveries:
            delivery.start()
        if self._deliveries:
            self._watcher.start()

    def stop(self) -> None:
        """Sends what is due, for a few seconds; the rest is sent after a next start."""
        self._is_stopping.set()
        for delivery in self._deliveries:
            delivery.end()
        until = time.monotonic() + _STOP_WITHIN
        for delivery in self._deliveries:
            delivery.stop(max(0.0, until - time.monotonic()))

    def cycle_ended(self, report: CycleReport) -> None:
        """Looks at what the cycle changed.

        Raises:
            DatabaseError: The database cannot be used; the next look makes up for it.
        """
        self._why_failed = _why_failed(report)
        self.look(
            has_trades=_has_trades(report),
            holds=report.holds,
            archiving=report.archiving,
        )

    def look(
        self,
        *,
        has_trades: bool = False,
        holds: Collection[Hold] | None = None,
        archiving: Archiving | None = None,
    ) -> int:
        """Stores what is new and has it delivered; returns how many events.

        Args:
            has_trades: Whether trades were fetched since the last look.
            holds: Endpoints that are left alone; None if nothing was asked.
            archiving: How recording went; None if there was nothing to record.

        Raises:
            DatabaseError: The database cannot be used; the next look makes up for it.
        """
        return self._look(
            partial(detect, has_trades=has_trades, holds=holds, archiving=archiving),
            partial(detect_first, has_trades=has_trades),
        )

    def _look(self, detector: Detector, first: Detector | None = None) -> int:
        """Args: first: Takes its place at the first look; None if this may not be it."""
        if not self._deliveries or not self._schema.is_there():
            return 0
        with self._looking:
            self._looked_at = self._clock.monotonic()
            found = self._store_events(detector, first)
        for delivery in self._deliveries:
            delivery.wake()
        return found

    def _store_events(self, detector: Detector, first: Detector | None) -> int:
        """In one transaction, which only one monitor at a time can be in."""
        now = self._clock.now()
        names = [name for each in self._deliveries if (name := each.stored_name())]
        with UnitOfWork(self._engine, writes=True) as unit:
            repositories = unit.repositories
            repositories.deliveries.register(names, now)
            memory = repositories.events.memory()
            changes = repositories.changes.read(memory)
            found = 0
            if memory is not None:
                findings, remembered = detector(changes, memory, self._rules, now)
                found = self._add(repositories.events, findings, memory, now)
                repositories.events.remember(remembered)
            elif first is not None and changes.accounts:
                memory = first_memory(changes, now)
                noted, remembered = first(changes, memory, self._rules, now)
                events = [event_of(each) for each in noted]
                repositories.events.add(events, now, is_news=False)
                repositories.events.remember(remembered)
            unit.commit(is_bookkeeping=True)
        return found

    def _add(
        self,
        events: EventRepository,
        findings: Iterable[Finding],
        memory: Memory,
        now: datetime,
    ) -> int:
        """Stores the findings; returns how many are news."""
        findings = [explained(each, self._why_failed) for each in findings]
        past = [each for each in findings if is_history(each, memory)]
        current = [each for each in findings if not is_history(each, memory)]
        events.add([event_of(each) for each in past], now, is_news=False)
        return events.add([event_of(each) for each in current], now, is_news=True)

    def _watch(self) -> None:
        while not self._is_stopping.wait(_TICK):
            idle = self._clock.monotonic() - self._looked_at
            try:
                self._outage.look()
                if idle >= LOOK_AFTER.total_seconds():
                    self._look(detect_idle)
            except TrackerError as error:
                _log.warning("Alerts: the tables cannot be read: %s", error)
            except Exception:  # noqa: BLE001  the thread must live on
                _log.exception("Alerts: the tables cannot be read.")


def _why_failed(report: CycleReport) -> str:
    """Why the first of the kinds failed; "" if none did."""
    errors = (
        outcome.error
        for outcome in report.outcomes
        if outcome.status is RunStatus.FAILED
    )
    return next(errors, None) or ""


def _has_trades(report: CycleReport) -> bool:
    """Whether the cycle fetched trades, or learnt that there is nothing new."""
    is_complete = any(
        outcome.kind is Kind.TRADES and outcome.status is RunStatus.COMPLETE
        for outcome in report.outcomes
    )
    return is_complete or any(
        line.kind is RowKind.TRADES and line.fetched for line in report.lines
    )
