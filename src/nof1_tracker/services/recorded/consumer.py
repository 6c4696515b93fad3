"""Stores what an archive holds: each record once, in one transaction with its position."""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Final

from nof1_tracker.archive.reading.observation_order import Found, new_exchanges
from nof1_tracker.clock import Clock
from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.errors import DatabaseAwayError
from nof1_tracker.records.archive.archive_positions import Damage, Position, Waiting
from nof1_tracker.records.archive.exchanges import Exchange
from nof1_tracker.services.backfill.store_answer import is_of_exchange
from nof1_tracker.services.recorded.payload_exchanges import (
    answer_of_304,
    payload_of,
)
from nof1_tracker.services.recorded.recording import (
    Appended,
    PositionLostError,
    Recording,
)
from nof1_tracker.services.storing.store_payload import Claim, Intake

log = logging.getLogger(__name__)

GRACE: Final = timedelta(minutes=1)
"""How long a record of a process that still runs is left to that process."""
PROGRESS_EVERY: Final = 10.0
"""Seconds between two lines on the progress with a backlog."""
_AWAY: Final = (DatabaseAwayError, OSError)
"""What waits; any other failure is the body's, or this program's."""


@dataclass
class Consumer:
    """Stores records; parsing depends on what is recorded alone.

    Attributes:
        intake_of: Stores the record at a place, and counts it in the summary of its run.
        note_stored: Is told each place that was stored or rejected.
    """

    recording: Recording
    clock: Clock
    intake_of: Callable[[Position], Intake]
    note_stored: Callable[[Position], None]
    _is_sealing: bool = False
    _damaged: set[Damage] = field(default_factory=set)

    def store(self, appended: Appended) -> None:
        """Stores what was just recorded.

        Raises:
            DatabaseAwayError, OSError: It waits.
            PositionLostError: What is before it has to be stored first.
        """
        position = appended.position
        claim = partial(self.recording.claim, at=position, before=appended.before)
        self._store(position, appended.exchange, lambda: appended.exchange.body, claim)

    def drain(self, seconds: float | None = None) -> None:
        """Stores all that waits, segment by segment, in the order of recording.

        Args:
            seconds: Longest time to spend on it; None goes on to the end.

        Raises:
            DatabaseError, OSError: The rest waits.
            ArchiveError: The archive cannot be read, or the database does not know it.
        """
        stored = dict(self.recording.positions())
        self._is_sealing = self.recording.is_sealing
        progress = _Progress(self.clock, self.recording.waiting)
        left: set[str] = set()
        until = self.clock.monotonic() + (math.inf if seconds is None else seconds)
        for found in new_exchanges(self.recording.archive, stored):
            if isinstance(found, Damage):
                self._tell(found)
            elif found.recorded.position.segment not in left:
                if not self._store_found(found, stored):
                    left.add(found.recorded.position.segment)
                if progress.is_due:
                    self.recording.count_waiting(stored)
                progress.tell(self.recording.waiting)
            if self.clock.monotonic() >= until:
                break
        self.recording.count_waiting(stored)

    def _store_found(self, found: Found, stored: dict[str, int]) -> bool:
        """Stores a record; False where the rest of its segment has to wait."""
        position = found.recorded.position
        if self._is_left_to_another(found):
            return False
        before = stored.get(position.segment, 0)
        claim = partial(self.recording.claim, at=position, before=before)
        try:
            self._store(position, found.recorded.exchange, found.body, claim)
        except PositionLostError:
            log.warning("Another process has changed the positions: read again later.")
            return False
        stored[position.segment] = position.record
        return True

    def _is_left_to_another(self, found: Found) -> bool:
        """True for what another process has just recorded, and is about to store."""
        position, exchange = found.recorded.position, found.recorded.exchange
        if (
            self._is_sealing
            or not found.reader.is_live
            or self.recording.is_own(position.segment)
        ):
            return False
        return self.clock.now() - exchange.captured_at < GRACE

    def _store(
        self,
        position: Position,
        exchange: Exchange,
        body: Callable[[], bytes],
        claim: Claim,
    ) -> None:
        intake = self.intake_of(position)
        if exchange.has_body:
            self._store_body(intake, exchange, body, claim)
        else:
            self._pass(intake, exchange, claim)
        self.note_stored(position)
        self.recording.note_stored(exchange)

    @staticmethod
    def _pass(intake: Intake, exchange: Exchange, claim: Claim) -> None:
        """Advances past a record without a body, and counts it if that was ours to do."""
        with (
            intake.transaction(),
            UnitOfWork(intake.engine, writes=True) as unit,
        ):
            if not claim(unit.repositories):
                return
            unit.commit(is_bookkeeping=True)
        answer = answer_of_304(exchange)
        if answer is not None and not exchange.is_challenge:
            intake.take(answer)

    @staticmethod
    def _store_body(
        intake: Intake, exchange: Exchange, body: Callable[[], bytes], claim: Claim
    ) -> None:
        """Stores a body, or rejects it if that fails for any reason of its own."""
        payload = payload_of(exchange, b"")
        try:
            if is_of_exchange(exchange):
                intake.store_answer(replace(exchange, body=body()), claim)
                return
            payload = payload_of(exchange, body())
            intake.store(payload, claim)
        except (*_AWAY, PositionLostError):
            raise
        except Exception as error:
            log.exception("%s cannot be stored, and is rejected.", payload.origin)
            intake.reject(payload, error, claim)

    def _tell(self, damage: Damage) -> None:
        if damage not in self._damaged and not damage.is_torn:
            self._damaged.add(damage)
            log.warning("The archive is damaged, and is read on: %s", damage)


@dataclass
class _Progress:
    """Logs how much of a backlog is stored, now and then."""

    clock: Clock
    at_first: Waiting
    told_at: float = field(init=False)

    def __post_init__(self) -> None:
        self.told_at = self.clock.monotonic()

    @property
    def is_due(self) -> bool:
        """True if the last line was long ago."""
        return self.clock.monotonic() - self.told_at >= PROGRESS_EVERY

    def tell(self, waiting: Waiting) -> None:
        """Logs what is left, and once that nothing is."""
        if self.at_first.count > 1 and (self.is_due or not waiting.count):
            self.told_at = self.clock.monotonic()
            log.info(
                "Stored %d of %d bodies that waited since %s.",
                self.at_first.count - waiting.count,
                self.at_first.count,
                f"{self.at_first.since:%Y-%m-%d %H:%M:%S} UTC",
                extra={"fields": {"event": "backlog", "waiting": waiting.count}},
            )
