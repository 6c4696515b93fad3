"""What a monitor has recorded and could not store yet, and when it tries again."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from nof1_tracker.clock import Clock
from nof1_tracker.errors import ArchiveFullError, TrackerError
from nof1_tracker.records.archive.archive_positions import Waiting
from nof1_tracker.services.recorded.recording import Recording

log = logging.getLogger("nof1_tracker.monitor")

RETRY_EVERY: Final = 60.0
"""Seconds from one attempt to store what waits to the next."""


@dataclass
class Backlog:
    """Stores what waits between cycles, and lets one monitor at a time record.

    Attributes:
        catch_up: Stores what waits, for this many seconds at most; raises DatabaseError
            while that is not possible.
    """

    recording: Recording
    clock: Clock
    catch_up: Callable[[float], None]
    _tried_at: float = float("-inf")
    _told: str | None = field(default=None)
    _may_record: bool | None = field(default=None)

    @property
    def waiting(self) -> Waiting:
        """What is recorded, and not stored yet."""
        return self.recording.waiting

    def may_record(self) -> bool:
        """True if no other monitor records into the archive; keeps others from it then.

        Where nobody can record, as on a read-only disk, this monitor may go on: what it
        fetches is stored without being recorded.

        Raises:
            ArchiveError: The lock's file cannot be used for another reason.
        """
        try:
            may_record = self.recording.lock.take()
        except ArchiveFullError:
            return True
        if not may_record and self._may_record is not False:
            log.info(
                "Another monitor records into the archive %s: this one stores from it.",
                self.recording.archive.path,
            )
        self._may_record = may_record
        return may_record

    def release(self) -> None:
        """Lets another monitor record."""
        self.recording.lock.release()

    def stand_by(self) -> None:
        """Lets another monitor record, and stores what waits."""
        self.release()
        self._catch_up(RETRY_EVERY)

    def retry(self, seconds: float) -> None:
        """Stores what waits, for this many seconds at most, if it is time to try again.

        Called every few seconds between cycles, it also keeps the right to record.
        """
        self.recording.lock.renew()
        now = self.clock.monotonic()
        if self.waiting and now - self._tried_at >= RETRY_EVERY:
            self._catch_up(seconds)

    def _catch_up(self, seconds: float) -> None:
        self._tried_at = self.clock.monotonic()
        try:
            self.catch_up(seconds)
        except TrackerError as error:
            if self._told != error.message:
                log.warning("%s", error)
            self._told = error.message
        else:
            self._told = None
