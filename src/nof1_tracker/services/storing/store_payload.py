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
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.errors import DatabaseError, TrackerError
from nof1_tracker.records.archive.exchanges import Exchange
from nof1_tracker.records.parsed import UNKNOWN_ENDPOINT, ParsedPayload, Rejected
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
from nof1_tracker.scraper.wire.json_text import body_excerpt, storable_text
from nof1_tracker.services.backfill.store_answer import store_answer
from nof1_tracker.services.reprocess.moved_rows import retry_moved
from nof1_tracker.services.storing.store_records import store_records

log = logging.getLogger(__name__)

Result = RawPayload | NotModified | FetchFailure | Rejected | LeftOut
Report = Callable[[str], None]
Parse = Callable[[RawPayload, SettledHours | None], ParsedPayload]
Transaction = Callable[[], AbstractContextManager[object]]
Claim = Callable[[Repositories], bool]
"""Asked within the transaction that stores a body; False leaves it to the one who has
stored it already."""

_LONGEST_REASON = 500
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
        parse: As `parse_payload` does.
    """

    engine: Engine
    clock: Clock
    summary: RunSummary
    season_id: int | None = None
    settled: SettledHours | None = None
    report: Report = lambda _: None
    persistent: bool = False
    transaction: Transaction = nullcontext
    parse: Parse = parse_payload

    def take(self, result: Result) -> None:
        """Stores one result in one transaction.

        Raises:
            DatabaseError: The database failed, unless persistent.
        """
        if not isinstance(result, RawPayload | Rejected):
            note_result(self.summary, result)
            return
        try:
            self._take_payload(result)
        except Exception as error:
            if not self.persistent:
                raise
            endpoint = result.endpoint if isinstance(result, RawPayload) else None
            name = endpoint.value if endpoint else "an unrecognised body"
            self.summary.add_failure(endpoint, name, as_expected(error))

    def store(self, payload: RawPayload, claim: Claim) -> None:
        """Stores a recorded body in one transaction, if that can still be claimed.

        It is tried once: what is recorded can wait.

        Raises:
            DatabaseError: The database failed.
        """
        started, parsed = self._parsed(payload)
        self._store(parsed, started, claim)
        self._tell_refused(payload, parsed)

    def store_answer(self, exchange: Exchange, claim: Claim) -> None:
        """Stores a recorded answer of the exchange as `store` does a body of the site.

        What follows from it waits for the next backfill.

        Raises:
            DatabaseError: The database failed.
        """
        with self.transaction(), UnitOfWork(self.engine, writes=True) as unit:
            if claim(unit.repositories):
                store_answer(unit.repositories, exchange)
                unit.commit()

    def reject(self, payload: RawPayload, error: Exception, claim: Claim) -> None:
        """Keeps a recorded body that cannot be stored as rejected, if it can be claimed.

        Raises:
            DatabaseError: The database failed.
        """
        name = payload.endpoint or UNKNOWN_ENDPOINT
        reason = storable_text(f"it cannot be stored: {error!r}")[:_LONGEST_REASON]
        refused = Rejected(name, reason, body_excerpt(payload.body))
        with (
            self.transaction(),
            UnitOfWork(self.engine, writes=True) as unit,
        ):
            if claim(unit.repositories):
                journal = unit.repositories.journal
                journal.reject(
                    [refused], payload.origin, payload.captured_at, payload.observed_at
                )
                journal.forget_validator(payload.origin)
                unit.commit()
        self.summary.has_bug = True
        told = TrackerError(f"{payload.origin}: {reason}.")
        self.summary.add_failure(payload.endpoint, name, told)

    def _take_payload(self, result: RawPayload | Rejected) -> None:
        started, parsed = self._parsed(result)
        self._retrying()(self._store, parsed, started)
        self._tell_refused(result, parsed)

    def _parsed(self, result: RawPayload | Rejected) -> tuple[float, ParsedPayload]:
        """When parsing began, on the monotonic clock, and what came of it."""
        started = self.clock.monotonic()
        with collector_paused():
            parsed = self._parse(result)
        self.report(f"storing {parsed.endpoint or 'an unrecognised body'}")
        return started, parsed

    def _tell_refused(
        self, result: RawPayload | Rejected, parsed: ParsedPayload
    ) -> None:
        if parsed.rejected and not parsed.fetched:
            self.summary.failures.append(_refusal(result, parsed.rejected[0]))

    def _parse(self, result: RawPayload | Rejected) -> ParsedPayload:
        """The parsed payload; of a file that could not be read, only the rejection."""
        if isinstance(result, RawPayload):
            return self.parse(result, self.settled)
        now = self.clock.now()
        return ParsedPayload(
            None, result.reason, "capture", now, now, 0, rejected=(result,)
        )

    def _store(
        self, parsed: ParsedPayload, started: float, claim: Claim = lambda _: True
    ) -> None:
        with self.transaction():
            with UnitOfWork(self.engine, writes=True) as unit:
                repositories = unit.repositories
                if not claim(repositories):
                    return
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


def note_result(
    summary: RunSummary, result: NotModified | FetchFailure | LeftOut
) -> None:
    """Adds a result without a body to the summary."""
    if isinstance(result, NotModified):
        summary.add_not_modified(result.request.endpoint)
    elif isinstance(result, LeftOut):
        summary.warnings.append(result.note)
    else:
        request = result.request
        summary.add_failure(request.endpoint, request_name(request), result.error)


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
