"""Stores what a source yields, one payload at a time."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
)

from nof1_tracker.clock import Clock
from nof1_tracker.database.columns.collector_pause import collector_paused
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.errors import DatabaseError, TrackerError
from nof1_tracker.records.parsed import ParsedPayload, Rejected
from nof1_tracker.records.payloads import (
    FetchFailure,
    LeftOut,
    NotModified,
    RawPayload,
    Request,
)
from nof1_tracker.records.run_summary import RunSummary
from nof1_tracker.records.stored import SettledHours
from nof1_tracker.scraper.parse import parse_payload
from nof1_tracker.services.reprocess.moved_rows import retry_moved
from nof1_tracker.services.storing.store_records import store_records

log = logging.getLogger(__name__)

Result = RawPayload | NotModified | FetchFailure | Rejected | LeftOut
Report = Callable[[str], None]
Transaction = Callable[[], AbstractContextManager[object]]

STORE_ATTEMPTS = 5
"""How often a persistent intake tries to store a payload, over 15 seconds."""


@dataclass(frozen=True)
class Intake:
    """Stores results in one database and adds them to a summary.

    Attributes:
        season_id: Overrides the season that holds a row's time.
        settled: See `parse_payload`.
        report: Is called with a few words on the current step.
        persistent: True tries again if the database fails, and goes on with the other
            payloads if one cannot be stored; False ends at the first failure.
        transaction: Entered around each transaction and its entry in the summary.
    """

    engine: Engine
    clock: Clock
    summary: RunSummary
    season_id: int | None = None
    settled: SettledHours | None = None
    report: Report = lambda _: None
    persistent: bool = False
    transaction: Transaction = nullcontext

    def take(self, result: Result) -> None:
        """Stores one result in one transaction.

        Raises:
            DatabaseError: The database failed, unless persistent.
        """
        if isinstance(result, NotModified):
            self.summary.add_not_modified(result.request.endpoint)
            return
        if isinstance(result, LeftOut):
            self.summary.warnings.append(result.note)
            return
        if isinstance(result, FetchFailure):
            request = result.request
            self.summary.add_failure(
                request.endpoint, request_name(request), result.error
            )
            return
        try:
            self._take_payload(result)
        except Exception as error:
            if not self.persistent:
                raise
            endpoint = result.endpoint if isinstance(result, RawPayload) else None
            name = endpoint.value if endpoint else "an unrecognised body"
            self.summary.add_failure(endpoint, name, as_expected(error))

    def _take_payload(self, result: RawPayload | Rejected) -> None:
        started = self.clock.monotonic()
        with collector_paused():
            parsed = self._parse(result)
        self.report(f"storing {parsed.endpoint or 'an unrecognised body'}")
        self._retrying()(self._store, parsed, started)
        if parsed.rejected and not parsed.fetched:
            self.summary.failures.append(_refusal(result, parsed.rejected[0]))

    def _parse(self, result: RawPayload | Rejected) -> ParsedPayload:
        """The parsed payload; of a file that could not be read, only the rejection."""
        if isinstance(result, RawPayload):
            return parse_payload(result, self.settled)
        now = self.clock.now()
        return ParsedPayload(
            None, result.reason, "capture", now, now, 0, rejected=(result,)
        )

    def _store(self, parsed: ParsedPayload, started: float) -> None:
        with self.transaction():
            with UnitOfWork(self.engine, writes=True) as unit:
                repositories = unit.repositories
                stored = store_records(repositories, parsed, self.season_id)
                unit.commit()
            if stored.joined:
                retry_moved(self.engine)
            seconds = self.clock.monotonic() - started
            self.summary.add_payload(stored.parsed, stored.rows, seconds)

    def _retrying(self) -> Retrying:
        """How often to try; once if the database has already failed in this run."""
        errors = self.summary.errors.values()
        is_down = any(isinstance(error, DatabaseError) for error in errors)
        patient = self.persistent and not is_down
        return Retrying(
            sleep=self.clock.sleep,
            stop=stop_after_attempt(STORE_ATTEMPTS if patient else 1),
            wait=wait_exponential(),
            retry=retry_if_exception_type(DatabaseError),
            before_sleep=_log_retry,
            reraise=True,
        )


def _log_retry(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    log.warning(
        "Not stored yet: %s Trying again in %.0f s.", error, state.upcoming_sleep
    )


def as_expected(error: Exception) -> TrackerError:
    """The error as one with a message in one line, even if it is a bug."""
    if isinstance(error, TrackerError):
        return error
    if isinstance(error, OSError) and error.strerror:  # such as no file left to open
        log.debug("Where it came from:", exc_info=error)
        return TrackerError(f"The system refuses: {error.strerror}.")
    log.error("This is a bug, please report it: %r", error)
    log.debug("Where it came from:", exc_info=error)
    return TrackerError(f"Unexpected {type(error).__name__}: {error}.")


def _refusal(result: RawPayload | Rejected, refused: Rejected) -> str:
    """Which body was refused as a whole, and why; a file's reason has its name."""
    if isinstance(result, Rejected):
        return refused.reason
    return f"{result.origin}: {refused.reason}"


def request_name(request: Request) -> str:
    """A request in words, e.g. conversations?competitionId=2."""
    query = "&".join(f"{key}={value}" for key, value in request.query)
    return request.endpoint.value + (f"?{query}" if query else "")
