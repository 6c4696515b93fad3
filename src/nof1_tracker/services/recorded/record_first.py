"""Records each result of a run before it is stored."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from nof1_tracker.clock import Clock
from nof1_tracker.errors import (
    ArchiveError,
    CheckpointError,
    DatabaseError,
    TrackerError,
    WaitingError,
)
from nof1_tracker.records.archive.archive_positions import Position
from nof1_tracker.records.archive.exchanges import Exchange
from nof1_tracker.records.payloads import (
    FetchFailure,
    LeftOut,
    NotModified,
    RawPayload,
)
from nof1_tracker.records.run_summary import RunSummary
from nof1_tracker.services.recorded.consumer import Consumer
from nof1_tracker.services.recorded.payload_exchanges import (
    UNRECOGNISED,
    endpoint_of,
    exchange_of,
    exchange_of_304,
    exchange_of_checkpoint,
)
from nof1_tracker.services.recorded.recording import (
    Appended,
    PositionLostError,
    Recording,
)
from nof1_tracker.services.storing.store_payload import (
    Intake,
    Result,
    as_expected,
    note_result,
)

log = logging.getLogger(__name__)

IntakeOf = Callable[[RunSummary], Intake]
"""Makes what stores into the database; raises DatabaseError while that is away."""
_WAITS: Final = (DatabaseError, OSError)


class RecordFirst:
    """Records what a run yields, and stores it unless something else is waiting.

    What waits is stored at the end of the run, in order.

    Attributes:
        summary: Of this run.
        earlier: Of what other runs, or other processes, had left to be stored.
        trouble: Why the rest waits; None if nothing does.
    """

    def __init__(
        self,
        recording: Recording,
        intake_of: IntakeOf,
        summary: RunSummary,
        clock: Clock,
        *,
        persistent: bool,
    ) -> None:
        """Looks what waits already.

        Args:
            persistent: See `Intake`; of what is neither recorded nor stored.

        Raises:
            ArchiveError: The database does not know the archive, or it cannot be read.
        """
        self.summary = summary
        self.earlier = RunSummary("archive", recording.site)
        self.trouble: TrackerError | None = None
        self._recording = recording
        self._intake_of = intake_of
        self._clock = clock
        self._persistent = persistent
        self._waiting: dict[Position, Exchange] = {}
        self._intakes: tuple[Intake, Intake] | None = None
        self._consumer = Consumer(recording, clock, self._intake_at, self._note_stored)
        self._is_behind = self._looks_behind()

    def _looks_behind(self) -> bool:
        """Whether something waits already, or the database is away."""
        try:
            self._recording.positions()
            self._opened_intakes()
        except _WAITS as error:
            self.trouble = as_expected(error)
            return True
        return bool(self._recording.waiting)

    def _opened_intakes(self) -> tuple[Intake, Intake]:
        """What stores for this run, and for earlier ones."""
        if self._intakes is None:
            self._intakes = self._intake_of(self.summary), self._intake_of(self.earlier)
        return self._intakes

    def _intake_at(self, position: Position) -> Intake:
        own, others = self._opened_intakes()
        return own if position in self._waiting else others

    def _note_stored(self, position: Position) -> None:
        self._waiting.pop(position, None)

    # --- during the run -------------------------------------------------------------

    def take(self, result: Result) -> None:
        """Records a result, and stores it unless something waits to be stored before it.

        Raises:
            DatabaseError: It is not recorded, and could not be stored either.
        """
        exchange = self._exchange(result)
        if exchange is None:
            self._take_without_body(result)
            return
        try:
            appended = self._recording.append(exchange)
        except ArchiveError as error:
            self._take_unrecorded(result, error)
            return
        self.summary.recorded += 1
        self._waiting[appended.position] = replace(appended.exchange, body=b"")
        if not self._is_behind:
            self._store(appended)

    def _store(self, appended: Appended) -> None:
        try:
            self._consumer.store(appended)
        except PositionLostError:
            self._is_behind = True
        except _WAITS as error:
            self._is_behind, self.trouble = True, as_expected(error)

    def _exchange(self, result: Result) -> Exchange | None:
        """The result as an exchange; None for one that has no body to record."""
        if isinstance(result, RawPayload):
            return exchange_of(result, self._recording.site)
        if isinstance(result, NotModified):
            return exchange_of_304(result, self._clock.now(), self.summary.transport)
        return None

    def _take_without_body(self, result: Result) -> None:
        if isinstance(result, FetchFailure) and isinstance(
            result.error, CheckpointError
        ):
            self.note_checkpoint(result.error)
        if isinstance(result, NotModified | FetchFailure | LeftOut):
            note_result(self.summary, result)
        else:
            self._store_directly(result)

    def note_checkpoint(self, error: CheckpointError) -> None:
        """Records that a checkpoint refused us: its status and the time."""
        exchange = exchange_of_checkpoint(
            error, self._recording.site, self._clock.now(), self.summary.transport
        )
        try:
            appended = self._recording.append(exchange)
        except ArchiveError as failure:
            log.warning("The checkpoint is not recorded. %s", failure)
            return
        if not self._is_behind:
            self._store(appended)

    # --- what cannot be recorded ------------------------------------------------------

    def _take_unrecorded(self, result: Result, error: ArchiveError) -> None:
        if not self.summary.unrecorded:
            log.error("Stored without being recorded: %s", error)
        self.summary.add_unrecorded(error)
        self._store_directly(result)

    def _store_directly(self, result: Result) -> None:
        try:
            own, _ = self._opened_intakes()
        except DatabaseError as error:
            if not self._persistent:
                raise
            self._add_failure(result, error)
        else:
            own.take(result)

    def _add_failure(self, result: Result, error: DatabaseError) -> None:
        endpoint = result.endpoint if isinstance(result, RawPayload) else None
        self.summary.add_failure(endpoint, endpoint or UNRECOGNISED, error)

    # --- at the end ---------------------------------------------------------------------

    def finish(self, seconds: float | None = None) -> None:
        """Stores what waits, as far as that is possible, and reports the rest.

        Args:
            seconds: Longest time to spend on it; None goes on to the end.

        Raises:
            ArchiveError: The database does not know the archive, or it cannot be read.
        """
        if self._is_behind:
            self._catch_up(seconds)
        for exchange in self._waiting.values():
            endpoint = endpoint_of(exchange)
            self.summary.add_failure(endpoint, exchange.kind, self.why_waiting())
        if self.trouble is None:
            self._report()

    def _catch_up(self, seconds: float | None) -> None:
        try:
            self._opened_intakes()
            self._consumer.drain(seconds)
        except _WAITS as error:
            self.trouble = as_expected(error)
        else:
            self.trouble = None

    def _report(self) -> None:
        try:
            self._recording.report()
        except (ArchiveError, *_WAITS) as error:
            log.warning("The archive was not told what is stored. %s", error)

    def check_stored(self) -> None:
        """Raises: WaitingError: Something of this run is recorded, and not stored."""
        if self._waiting:
            raise self.why_waiting()

    def why_waiting(self) -> WaitingError:
        """The error for what is recorded and not stored."""
        trouble = self.trouble or TrackerError("Something else is stored first.")
        count = self._recording.waiting.count
        return WaitingError(
            f"Recorded, but not stored yet ({count} bodies wait). {trouble.message}",
            f"{trouble.remedy} The next run stores what waits.".strip(),
        )
