"""Lets one monitor at a time record into an archive."""

from typing import Final, Self

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.durable_files import explained
from nof1_tracker.errors import ArchiveError
from nof1_tracker.locks.leased_file import LeasedFile

LEASE: Final = 600.0
"""Seconds without renewal after which another monitor may take the place of one."""


class MonitorLock:
    """A leased lock on a file in the archive.

    `scrape` and `import` do without it: they write segments of their own.
    """

    def __init__(self, archive: ArchiveFolder) -> None:
        self._archive = archive
        self._file = LeasedFile(archive.monitor_lock, LEASE)

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
            return self._file.take()

    def renew(self) -> None:
        """Shows that its holder makes progress; where nothing can be written, it cannot."""
        self._file.renew()

    def release(self) -> None:
        """Gives the lock back. May be called twice."""
        self._file.release()
