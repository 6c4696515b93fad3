"""Opens the archive of a monitor, also later than at its start."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from nof1_tracker.errors import ArchiveFullError, DatabaseError, TrackerError
from nof1_tracker.records.archive.archive_positions import Waiting
from nof1_tracker.services.recorded.recording import Recording

log = logging.getLogger("nof1_tracker.monitor")


@dataclass
class LateOpening:
    """Opens an archive, and tries again while its disk is full or read-only.

    Attributes:
        open_now: Opens it; None if nothing is to be recorded.
        recording: The open archive; None while there is none.
        trouble: Why it is not open yet; None if it is, or if nothing is to be recorded.
    """

    open_now: Callable[[], Recording | None]
    recording: Recording | None = None
    trouble: TrackerError | None = None

    @property
    def is_wanted(self) -> bool:
        """False if nothing is to be recorded, now or later."""
        return self.recording is not None or self.trouble is not None

    @property
    def waiting(self) -> Waiting:
        """What is recorded, and not stored yet."""
        return Waiting() if self.recording is None else self.recording.waiting

    def begin(self) -> None:
        """Opens the archive, if its disk lets us.

        Raises:
            ConfigurationError: A setting is wrong.
            ArchiveError: The archive is of another site, cannot be used for another
                reason, or the database does not know it.
        """
        try:
            self.recording = self.open_now()
        except (ArchiveFullError, DatabaseError) as error:
            self._note(error)
            return
        self.trouble = None
        if self.recording is not None:
            self.recording.introduce()

    def try_again(self) -> bool:
        """Opens the archive if it is not open yet; True if it was opened by this.

        A failure of any kind is logged: it must not end what runs meanwhile.
        """
        if not self._is_shut():
            return False
        try:
            self.begin()
        except TrackerError as error:
            self.close()
            self.recording = None
            self._note(error)
        if self._is_shut():
            return False
        log.info("What is fetched is recorded from now on.")
        return True

    def _is_shut(self) -> bool:
        return self.trouble is not None

    def _note(self, error: TrackerError) -> None:
        """Keeps why nothing is recorded, and logs it each time that it changes."""
        if self.trouble is None or self.trouble.message != error.message:
            log.error("Nothing is recorded until that can be written. %s", error)
        self.trouble = error

    def close(self, *, wait: bool = True) -> None:
        """Lets go of the archive. May be called twice; see `Recording.close`."""
        if self.recording is not None:
            self.recording.close(wait=wait)
