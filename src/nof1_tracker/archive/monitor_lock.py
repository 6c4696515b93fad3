"""Lets one monitor at a time record into an archive."""

import os
import time
from contextlib import suppress
from typing import Final, Self

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.durable_files import explained, open_lock, try_lock
from nof1_tracker.errors import ArchiveError

LEASE: Final = 600.0
"""Seconds without renewal after which another monitor may take the place of one."""


class MonitorLock:
    """A lock on a file in the archive, which ends with its process at the latest.

    A process that was stopped keeps it, so that its place is taken once it has not
    renewed it for the time of a lease.

    `scrape` and `import` do without it: they write segments of their own.
    """

    def __init__(self, archive: ArchiveFolder) -> None:
        self._archive = archive
        self._file: int | None = None

    def __enter__(self) -> Self:
        """Takes the lock.

        Raises:
            ArchiveError: Another process has it.
        """
        if not self.take():
            raise ArchiveError(
                f"Another monitor records into the archive {self._archive.path}.",
                "Stop it, or give this one another folder with NOF1_ARCHIVE_DIR.",
            )
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def take(self) -> bool:
        """Takes and renews the lock, unless another process has it.

        Raises:
            ArchiveError: The lock file cannot be used.
        """
        with explained(self._archive.path):
            if self._file is not None and not self._is_in_place(self._file):
                self.release()
            if self._file is None:
                self._file = self._locked()
            if self._file is None and self._is_late():
                self._archive.monitor_lock.unlink(missing_ok=True)
                self._file = self._locked()
            self.renew()
            return self._file is not None

    def renew(self) -> None:
        """Shows that its holder makes progress; where nothing can be written, it cannot."""
        if self._file is not None:
            with suppress(OSError):
                os.utime(self._file)

    def _locked(self) -> int | None:
        file = open_lock(self._archive.monitor_lock)
        if try_lock(file):
            return file
        os.close(file)
        return None

    def _is_in_place(self, file: int) -> bool:
        """False if another monitor has put a file of its own there."""
        try:
            return os.path.samestat(os.fstat(file), self._archive.monitor_lock.stat())
        except FileNotFoundError:
            return False

    def _is_late(self) -> bool:
        """True if its holder has not renewed it for the time of a lease."""
        try:
            return time.time() - self._archive.monitor_lock.stat().st_mtime > LEASE
        except FileNotFoundError:
            return False

    def release(self) -> None:
        """Gives the lock back. May be called twice."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)
