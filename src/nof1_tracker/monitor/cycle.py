"""One cycle: scrapes the kinds that are due, and retries what may still succeed."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    retry_if_result,
    stop_after_attempt,
    wait_exponential,
)

from nof1_tracker.database.engine.schema import ensure_schema
from nof1_tracker.errors import (
    BrowserUnavailableError,
    ConfigurationError,
    DatabaseError,
    SourceUnreachableError,
    TrackerError,
)
from nof1_tracker.monitor.circuit_breaker import Pauses
from nof1_tracker.monitor.cycle_report import KindOutcome
from nof1_tracker.monitor.kind_outcomes import (
    failed_by_database,
    outcome_of,
    waits_for_database,
)
from nof1_tracker.monitor.processes import give_memory_back
from nof1_tracker.monitor.source_lifetime import SourceKeeper
from nof1_tracker.records.changes import Archiving, Hold
from nof1_tracker.records.enums import Kind, RunStatus
from nof1_tracker.records.payloads import FetchResult, Request
from nof1_tracker.records.run_summary import RunSummary, SummaryLine
from nof1_tracker.services.collect import OWN, Collector
from nof1_tracker.services.storing.store_payload import as_expected

log = logging.getLogger(__name__)

ATTEMPTS = 3
"""Attempts at a whole scrape if there was no connection or the browser died."""
_BETWEEN = wait_exponential(multiplier=5, max=30)
_ORDER = (RunStatus.COMPLETE, RunStatus.PARTIAL, RunStatus.FAILED)
FIRST_KINDS = (Kind.MODEL_CHAT, Kind.TRADES, Kind.LEADERBOARD)
"""The order of fetching: what disappears soonest comes first."""


@dataclass(frozen=True, slots=True)
class CycleResult:
    """The outcome of a cycle.

    Attributes:
        database_failed: Kinds that failed, but not because of the source.
        recorded: Kinds that were fetched and recorded, and wait for the database.
        held: Kinds whose main endpoint asked for a pause, and when that ends, on the
            monotonic clock.
        holds: Endpoints that the site asked to be left alone; None if none was asked.
        archiving: How recording went; None if there was nothing to record.
        warnings: Oddities of the payloads, one line each.
        error: What ended the cycle as a whole; None if it ran to its end.
    """

    outcomes: tuple[KindOutcome, ...]
    lines: tuple[SummaryLine, ...] = ()
    database_failed: frozenset[Kind] = frozenset()
    recorded: frozenset[Kind] = frozenset()
    held: Mapping[Kind, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    error: TrackerError | None = None
    holds: tuple[Hold, ...] | None = None
    archiving: Archiving | None = None


class Cycle:
    """Runs one cycle after another, with one collector and one source kept open."""

    def __init__(
        self,
        collector: Collector,
        sources: SourceKeeper,
        origin: str,
        progress: Callable[[], None] = lambda: None,
    ) -> None:
        """Args:
        origin: The site's URL, for the journal.
        progress: Called after each result; it may end the cycle by OvertakenError.
        """
        self._collector = collector
        self._sources = sources
        self._origin = origin
        self._pauses = Pauses(collector.clock, progress)

    def run(self, kinds: Sequence[Kind]) -> CycleResult:
        """Scrapes these kinds; a failure is returned, not raised.

        Raises:
            ConfigurationError: It cannot succeed with this configuration.
        """
        runs: list[RunSummary] = []
        error: TrackerError | None = None
        started = self._collector.clock.monotonic()
        try:
            self._check_schema()
            self._retrying()(self._scrape, kinds, runs)
        except ConfigurationError:
            raise
        except Exception as caught:  # noqa: BLE001  the next cycle may do better
            error = as_expected(caught)
        seconds = self._collector.clock.monotonic() - started
        self._sources.cycle_ended()
        give_memory_back()
        if not runs:
            return failed_result(kinds, error, seconds)
        result = _result(kinds, runs, error)
        return replace(result, held=self._held(kinds), holds=self._pauses.holds())

    def _check_schema(self) -> None:
        """What is recorded first can wait until the schema is there."""
        if self._collector.recording is None:
            with self._collector.transaction():
                ensure_schema(self._collector.engine)

    def ask(self, request: Request) -> tuple[str, Sequence[FetchResult]]:
        """One light request in place of a cycle: the transport, and the answers.

        Pauses that the site asked for hold for it as for a cycle.

        Raises:
            TrackerError: There is no connection, or no browser.
        """
        source = self._sources.ready()
        try:
            return source.transport, list(self._pauses.around(source).fetch([request]))
        finally:
            if self._sources.has_died():
                self._sources.close()
            self._sources.cycle_ended()

    def _held(self, kinds: Sequence[Kind]) -> Mapping[Kind, float]:
        ends = {kind: self._pauses.end_of(OWN[kind]) for kind in kinds}
        return {kind: end for kind, end in ends.items() if end is not None}

    def close(self) -> None:
        """Closes the source."""
        self._sources.close()

    def _retrying(self) -> Retrying:
        lost = SourceUnreachableError, BrowserUnavailableError
        return Retrying(
            sleep=self._collector.clock.sleep,
            stop=stop_after_attempt(ATTEMPTS),
            wait=_BETWEEN,
            retry=retry_if_exception_type(lost) | retry_if_result(bool),
            before_sleep=_tell,
            retry_error_callback=_last_result,
        )

    def _scrape(self, kinds: Sequence[Kind], runs: list[RunSummary]) -> bool:
        """One run over all kinds; True if it failed because the source died."""
        source = self._pauses.around(self._sources.ready())
        ordered = [kind for kind in FIRST_KINDS if kind in kinds]
        runs.append(self._collector.scrape(source, ordered, self._origin))
        failed = any(
            outcome_of(kind, runs[-1]).status is RunStatus.FAILED for kind in kinds
        )
        if not failed or not self._sources.has_died():
            return False
        self._sources.close()
        return True


def _tell(state: RetryCallState) -> None:
    failed = state.outcome is not None and state.outcome.failed
    error = state.outcome.exception() if failed and state.outcome else None
    log.warning(
        "%s Trying again in %.0f s.",
        error or "The browser died.",
        state.upcoming_sleep,
    )


def _last_result(state: RetryCallState) -> object:
    return state.outcome.result() if state.outcome else None


def failed_result(
    kinds: Sequence[Kind], error: TrackerError | None, seconds: float
) -> CycleResult:
    """The result of a cycle in which nothing was fetched."""
    told = str(error) if error else "Nothing was fetched."
    failed = [KindOutcome(k, RunStatus.FAILED, round(seconds, 3), told) for k in kinds]
    by_database = isinstance(error, DatabaseError)
    return CycleResult(
        tuple(failed),
        database_failed=frozenset(kinds if by_database else ()),
        error=error,
    )


def _result(
    kinds: Sequence[Kind], runs: Sequence[RunSummary], error: TrackerError | None
) -> CycleResult:
    recorded = frozenset(kind for kind in kinds if waits_for_database(kind, runs[-1]))
    return CycleResult(
        tuple(_best(kind, runs) for kind in kinds),
        tuple(line for run in runs for line in run.lines),
        frozenset(kind for kind in kinds if failed_by_database(kind, runs[-1])),
        recorded=recorded,
        archiving=_archiving(runs),
        warnings=tuple(text for run in runs for text in run.warnings),
        error=error or _why_all_wait(kinds, runs[-1]),
    )


def _archiving(runs: Sequence[RunSummary]) -> Archiving | None:
    unrecorded = sum(run.unrecorded for run in runs)
    if not unrecorded and not any(run.recorded for run in runs):
        return None
    reasons = (run.why_unrecorded for run in runs if run.unrecorded)
    return Archiving(unrecorded, next(reasons, ""))


def _why_all_wait(kinds: Sequence[Kind], run: RunSummary) -> TrackerError | None:
    """Why nothing of the run is stored, though it is recorded; None if something is."""
    waiting = [waits_for_database(kind, run) for kind in kinds]
    return waiting[0] if all(waiting) else None


def _best(kind: Kind, runs: Sequence[RunSummary]) -> KindOutcome:
    """The kind's outcome in the run that did best for it."""
    outcomes = [outcome_of(kind, run) for run in runs]
    return min(outcomes, key=lambda each: _ORDER.index(each.status or RunStatus.FAILED))
