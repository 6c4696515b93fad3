"""The loop: runs cycles on schedule, in one monitor at a time."""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from nof1_tracker.clock import Clock
from nof1_tracker.database.engine.leader_lock import Leadership
from nof1_tracker.errors import ConfigurationError, DatabaseError, TrackerError
from nof1_tracker.monitor.chat_pace import LONGEST_SAFE_INTERVAL
from nof1_tracker.monitor.circuit_breaker import CircuitBreaker
from nof1_tracker.monitor.cycle import CycleResult, failed_result
from nof1_tracker.monitor.cycle_report import CycleListener, CycleReport, KindOutcome
from nof1_tracker.monitor.leadership import OvertakenError
from nof1_tracker.monitor.log_events import Once, tell_cycle
from nof1_tracker.monitor.schedule import Jitter, Schedule, Tick, missed_since, uniform
from nof1_tracker.monitor.signals import OverrunError
from nof1_tracker.records.enums import Kind, RunStatus
from nof1_tracker.services.season_rest import REST_INTERVAL
from nof1_tracker.services.storing.store_payload import as_expected

log = logging.getLogger("nof1_tracker.monitor")

PULSE = 5.0
"""Seconds between checks of who may scrape, also between cycles."""
LONGEST_REST = {
    Kind.LEADERBOARD: 3600.0,
    Kind.TRADES: 3600.0,
    Kind.MODEL_CHAT: 900.0,
}
"""Longest pause of a breaker in seconds: ModelChat is gone after half an hour."""
SHORTEST_BREAK = 60.0
"""Least seconds between two cycles when the right to scrape moves back and forth."""


def longest_cycle(timeout: float) -> float:
    """Seconds after which a cycle is given up.

    Beyond all time-outs and pauses of a cycle that ends by itself, and well within the
    36 minutes that the window of ModelChat spans.

    Args:
        timeout: Seconds that one answer may take.
    """
    return 900 + 10 * timeout


class CycleRunner(Protocol):
    """Runs the scrapes; see `monitor.cycle.Cycle`."""

    def run(self, kinds: Sequence[Kind]) -> CycleResult: ...
    def close(self) -> None: ...


class Watch(Protocol):
    """Watches ModelChat; see `monitor.chat_watch.ChatWatch`."""

    @property
    def parts(self) -> int: ...
    def before(self) -> None: ...
    def after(self) -> None: ...


class Rest(Protocol):
    """Leaves a finished season alone; see `monitor.season_watch.SeasonWatch`."""

    @property
    def is_resting(self) -> bool: ...
    def after(self, result: CycleResult) -> None: ...
    def look(self, kinds: Sequence[Kind]) -> CycleResult | None: ...


class Backlog(Protocol):
    """What is recorded and not stored; see `services.recorded.backlog.Backlog`."""

    def may_record(self) -> bool: ...
    def release(self) -> None: ...
    def stand_by(self) -> None: ...
    def retry(self, seconds: float) -> None: ...


@dataclass
class Monitor:
    """Scrapes on schedule until it is told to stop.

    Attributes:
        interval: Seconds from start to start, at full pace.
        backlog: What it records before it is stored; None stores alone.
        max_cycles: Ends after this many cycles; None means never.
        number: How many cycles have run, those of the monitor before it included.
        is_outdated: Asked before each cycle but the first; True if this monitor is to
            be built again, as when it can record at last.
        limit: What each cycle runs in; it may raise OverrunError.
        error: What ended the last cycle as a whole; None if nothing did.
    """

    cycle: CycleRunner
    watch: Watch
    rest: Rest
    leadership: Leadership
    clock: Clock
    kinds: tuple[Kind, ...]
    interval: float
    backlog: Backlog | None = None
    max_cycles: int | None = None
    listeners: Sequence[CycleListener] = ()
    jitter: Jitter = uniform
    limit: Callable[[], AbstractContextManager[None]] = nullcontext
    error: TrackerError | None = None
    number: int = 0
    is_outdated: Callable[[], bool] = lambda: False
    _last_start: float = float("-inf")
    _leads: bool | None = None
    _lock_error: DatabaseError | None = None
    _is_kept_out: bool = False
    _has_scraped: bool = False
    _once: Once = field(default_factory=Once)
    _breakers: dict[Kind, CircuitBreaker] = field(init=False)

    def __post_init__(self) -> None:
        self._reset_breakers()

    def run(self) -> CycleReport:
        """Runs cycles until `max_cycles` or `is_outdated`; returns the last report.

        Raises:
            ConfigurationError: In the first scrape; later ones are logged and survived.
        """
        self._warn_of_gaps()
        schedule, tick = self._begin_anew()
        report: CycleReport | None = None
        while True:
            while self._wait(self._next_wake(tick)):
                schedule, tick = self._begin_anew()
            if report is not None and self.is_outdated():
                return report
            rested = self.rest.is_resting
            report = self._run_cycle(tick)
            if self.rest.is_resting is not rested:
                schedule = Schedule(tick.at, self._interval, self.jitter)
            if self.clock.monotonic() >= tick.at:
                tick = self._next_tick(schedule, tick, report)
            self._tell(report, tick)
            if self.number == self.max_cycles:
                return report

    def close(self) -> None:
        """Closes the source, and lets another monitor scrape at once."""
        try:
            self.cycle.close()
        finally:
            if self.backlog is not None:
                self.backlog.release()
            self.leadership.release()

    def _warn_of_gaps(self) -> None:
        minutes = self.interval / 60
        if Kind.MODEL_CHAT in self.kinds and minutes > LONGEST_SAFE_INTERVAL:
            log.warning(
                "%g min is a long interval: the site shows about 36 minutes of"
                " ModelChat. It will be fetched in between once its pace is known.",
                minutes,
            )

    def _begin_anew(self) -> tuple[Schedule, Tick]:
        """A new schedule from now; right after a cycle, from a minute after it."""
        earliest = self._last_start + min(self._interval, SHORTEST_BREAK)
        origin = max(self.clock.monotonic(), earliest)
        schedule = Schedule(origin, self._interval, self.jitter)
        return schedule, schedule.first()

    @property
    def _interval(self) -> float:
        """Seconds from start to start at today's pace."""
        if not self.rest.is_resting:
            return self.interval
        return max(self.interval, REST_INTERVAL.total_seconds())

    # --- when ---

    def _next_wake(self, tick: Tick) -> float:
        retries = (each.retry_at for each in self._breakers.values())
        due = [at for at in retries if at is not None and self._leads]
        return min([tick.at, *due])

    def _wait(self, until: float) -> bool:
        """Sleeps until `until`; True if cut short by gaining the right to scrape."""
        while (left := until - self.clock.monotonic()) > 0:
            self.clock.sleep(min(left, PULSE))
            if self._leads is False and self._look_who_leads():
                return True
            if self._leads:
                self._look_who_leads()
            if self._is_kept_out and self._may_scrape():
                return True
            if self.backlog is not None:
                self.backlog.retry(until - self.clock.monotonic())
        return False

    def _next_tick(self, schedule: Schedule, tick: Tick, report: CycleReport) -> Tick:
        now = self.clock.monotonic()
        if missed := missed_since(tick, now):
            log.warning(
                "Cycle %d ended %.0f s after its start: %d starts were skipped.",
                report.number,
                now - tick.due,
                missed,
                extra={"fields": {"event": "overrun", "missed": missed}},
            )
        is_short = Kind.MODEL_CHAT in self.kinds and not self.rest.is_resting
        return schedule.after(now, self.watch.parts if is_short else 1)

    # --- who ---

    def _look_who_leads(self) -> bool:
        """Whether this monitor may scrape; logs when that changes."""
        before, error = self._leads, None
        try:
            self._leads = self.leadership.hold()
        except (DatabaseError, OSError) as caught:
            self._leads, error = False, _of_database(caught)
        if self._leads is not before or (error is None) != (self._lock_error is None):
            self._tell_leadership(error)
        self._lock_error = error
        return self._leads

    def _tell_leadership(self, error: DatabaseError | None) -> None:
        fields = {"event": "leadership", "leader": self._leads}
        if error is not None and self.backlog is not None:
            text = "It is not known who scrapes, so this monitor records. %s"
            log.error(text, error, extra={"fields": fields})
        elif error is not None:
            log.error("Not scraping: %s", error, extra={"fields": fields})
        elif self._leads:
            log.info("This monitor scrapes.", extra={"fields": fields})
        else:
            self._reset_breakers()
            text = "Another monitor scrapes: standing by to take over."
            log.info(text, extra={"fields": fields})

    def _reset_breakers(self) -> None:
        self._breakers = {
            kind: CircuitBreaker(self.interval, LONGEST_REST[kind])
            for kind in self.kinds
        }

    # --- one cycle ---

    def _run_cycle(self, tick: Tick) -> CycleReport:
        self.number += 1
        started_at = self.clock.now()
        try:
            with self.limit():
                result = self._result(tick)
        except ConfigurationError:
            raise
        except OverrunError as error:
            self.cycle.close()
            result = self._broken_off(TrackerError(error.message))
        except OvertakenError:
            self._look_who_leads()
            result = self._not_scraped()
        except Exception as error:  # noqa: BLE001  such as no file left to open
            result = self._broken_off(as_expected(error))
        self.error = result.error
        return CycleReport(
            number=self.number,
            started_at=started_at,
            finished_at=self.clock.now(),
            outcomes=result.outcomes,
            lines=result.lines,
            is_leader=bool(self._leads) or self._lock_error is not None,
            holds=result.holds,
            archiving=result.archiving,
        )

    def _result(self, tick: Tick) -> CycleResult:
        if not self._may_scrape():
            return self._not_scraped()
        if self.rest.is_resting and (unmoved := self.rest.look(self.kinds)):
            return unmoved
        result = self._scrape(self._due(tick))
        self.rest.after(result)
        return result

    def _may_scrape(self) -> bool:
        """Whether this monitor scrapes; where nobody knows who leads, it records."""
        leads = self._look_who_leads()
        if self.backlog is None:
            return leads
        if not leads and self._lock_error is None:
            self._is_kept_out = False
            return False
        may_record = self.backlog.may_record()
        self._is_kept_out = not may_record
        return may_record

    def _broken_off(self, error: TrackerError) -> CycleResult:
        """The result of a cycle in which something failed that is not the source."""
        for breaker in self._breakers.values():
            breaker.retry_soon(self.clock.monotonic())
        return failed_result(self.kinds, error, 0.0)

    def _not_scraped(self) -> CycleResult:
        if self.backlog is not None:
            self.backlog.stand_by()
        if self._lock_error is None:
            return CycleResult(tuple(KindOutcome(k, None, 0.0) for k in self.kinds))
        reason = str(self._lock_error)
        return CycleResult(
            tuple(KindOutcome(k, RunStatus.FAILED, 0.0, reason) for k in self.kinds),
            error=self._lock_error,
        )

    def _due(self, tick: Tick) -> list[Kind]:
        now = self.clock.monotonic()
        is_time = now >= tick.at
        return [
            kind
            for kind, breaker in self._breakers.items()
            if breaker.is_due(now)
            or (is_time and self._is_for(kind, tick) and breaker.permits(now))
        ]

    @staticmethod
    def _is_for(kind: Kind, tick: Tick) -> bool:
        return tick.is_whole or kind is Kind.MODEL_CHAT

    def _scrape(self, kinds: Sequence[Kind]) -> CycleResult:
        if not kinds:
            return CycleResult(tuple(KindOutcome(k, None, 0.0) for k in self.kinds))
        self._last_start = self.clock.monotonic()
        self.watch.before()
        try:
            result = self.cycle.run(kinds)
        except ConfigurationError as error:
            if not self._has_scraped:
                raise
            reason = str(error)
            failed = (KindOutcome(k, RunStatus.FAILED, 0.0, reason) for k in kinds)
            result = CycleResult(tuple(failed), error=error)
        self._has_scraped = True
        self._learn(result)
        self.watch.after()
        tried = {each.kind: each for each in result.outcomes}
        every = (tried.get(k) or KindOutcome(k, None, 0.0) for k in self.kinds)
        return replace(result, outcomes=tuple(every))

    def _learn(self, result: CycleResult) -> None:
        """Updates the breakers."""
        now = self.clock.monotonic()
        for outcome in result.outcomes:
            breaker = self._breakers[outcome.kind]
            if outcome.kind in result.recorded:
                breaker.note_success()
            elif outcome.kind in result.database_failed:
                breaker.retry_soon(now)
            elif outcome.kind in result.held:
                breaker.wait_until(result.held[outcome.kind])
            elif outcome.status is RunStatus.FAILED:
                breaker.note_failure(now)
            else:
                breaker.note_success()
        self._once.tell(result.warnings)

    # --- telling ---

    def _tell(self, report: CycleReport, tick: Tick) -> None:
        next_at = self._next_at(tick, report)
        _surviving("The log", lambda: tell_cycle(report, next_at))
        for each in self.listeners:
            _surviving(type(each).__name__, partial(each.cycle_ended, report))

    def _next_at(self, tick: Tick, report: CycleReport) -> datetime | None:
        if self.number == self.max_cycles:
            return None
        wait = self._next_wake(tick) - self.clock.monotonic()
        return report.finished_at + timedelta(seconds=max(wait, 0.0))


def _of_database(error: Exception) -> DatabaseError:
    """The error as one that waits; a lock's file may not open where no file is left."""
    if isinstance(error, DatabaseError):
        return error
    return DatabaseError(f"It cannot be known which monitor scrapes: {error}.")


def _surviving(name: str, tell: Callable[[], None]) -> None:
    """Tells; what fails in telling must not end the recording."""
    try:
        tell()
    except Exception as error:  # noqa: BLE001
        with suppress(Exception):
            log.warning("%s failed: %s", name, as_expected(error))
