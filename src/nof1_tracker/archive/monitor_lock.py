"""Lets one monitor at a time record into an archive."""

import os
from typing import Self

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.durable_files import explained, open_lock, try_lock
from nof1_tracker.errors import ArchiveError


class MonitorLock:
    """A lock on a file in the archive, which ends with its process at the latest.

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
        """Takes the lock, unless another process has it.

        Raises:
            ArchiveError: The lock file cannot be used.
        """
        if self._file is not None:
            return True
        with explained(self._archive.path):
            file = open_lock(self._archive.monitor_lock)
            if try_lock(file):
                self._file = file
                return True
            os.close(file)
            return False

    def release(self) -> None:
        """Gives the lock back. May be called twice."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)
