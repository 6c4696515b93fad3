"""A lock on a file whose holder has to show that it makes progress."""

import fcntl
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

_FOR_ITS_OWNER: Final = 0o600


class LeasedFile:
    """A lock on a file, which ends with its process at the latest.

    A process that was stopped, or hangs, keeps it. So its holder renews it, and once it has
    not done so for the time of a lease, another one puts a file of its own in its place.
    Two that do so at once may both believe that they succeeded, until the next look of the
    one whose file is no longer in place.
    """

    def __init__(
        self,
        path: Path,
        lease: float,
        tell_late: Callable[[float], None] = lambda _: None,
    ) -> None:
        """Takes nothing yet.

        Args:
            lease: Seconds without renewal after which another may take the place of one.
            tell_late: Told how many seconds a holder, whose place is taken, has not
                renewed it.
        """
        self._path, self._lease, self._tell_late = path, lease, tell_late
        self._file: int | None = None

    def take(self) -> bool:
        """Takes and renews the lock, unless another process has it.

        Raises:
            OSError: The file cannot be used.
        """
        if self._file is not None and not self._is_in_place(self._file):
            self.release()
        if self._file is None:
            self._file = self._locked()
        if self._file is None and self._is_late():
            self._path.unlink(missing_ok=True)
            self._file = self._locked()
        self.renew()
        return self._file is not None

    def renew(self) -> None:
        """Shows that its holder makes progress; where nothing can be written, it cannot."""
        if self._file is not None:
            with suppress(OSError):
                os.utime(self._file)

    def release(self) -> None:
        """Gives the lock back. May be called twice."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def _locked(self) -> int | None:
        """The file, open and locked; None if another process has locked it."""
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        file = os.open(self._path, flags, mode=_FOR_ITS_OWNER)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(file)
            if isinstance(error, BlockingIOError):
                return None
            raise
        return file

    def _is_in_place(self, file: int) -> bool:
        """False if another process has removed the file, or put its own there."""
        try:
            return os.path.samestat(os.fstat(file), self._path.stat())
        except FileNotFoundError:
            return False

    def _is_late(self) -> bool:
        """True if the lease of the one that has the lock is over."""
        try:
            seconds = time.time() - self._path.stat().st_mtime
        except FileNotFoundError:
            return False
        if seconds > self._lease:
            self._tell_late(seconds)
        return seconds > self._lease
