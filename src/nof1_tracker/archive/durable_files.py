"""Files that survive a loss of power: flushed to the disk, with the folder they are in."""

import errno
import fcntl
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NoReturn

from nof1_tracker.errors import ArchiveError, ArchiveFullError

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def flush(file: int) -> None:
    """Flushes an open file, or folder, to the disk itself.

    On macOS, fsync leaves the data in the disk's own cache.
    """
    if sys.platform == "darwin":
        with suppress(OSError):  # not every file system there knows it
            fcntl.fcntl(file, fcntl.F_FULLFSYNC)
            return
    os.fsync(file)


def flush_folder(folder: Path) -> None:
    """Makes durable which files the folder holds, and their names."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        flush(file)
    finally:
        os.close(file)


def make_folder(folder: Path) -> None:
    """Creates the folder, readable by its owner alone, unless it exists."""
    if not folder.is_dir():
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        flush_folder(folder.parent)


def create(path: Path) -> int:
    """A new file to write and read, open, for its owner alone.

    Raises:
        FileExistsError: There is one.
    """
    return os.open(
        path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode=FILE_MODE
    )


@contextmanager
def created(path: Path) -> Iterator[int]:
    """A new file, open; flushed to the disk and closed at the end.

    Raises:
        FileExistsError: There is one.
    """
    file = create(path)
    try:
        yield file
        flush(file)
    finally:
        os.close(file)


def write_all(file: int, content: bytes | memoryview) -> None:
    """Writes all of the content at the file's position."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(file, rest) :]


def replace(path: Path, content: bytes) -> None:
    """Puts a file with the content in place, at once and durably."""
    with _draft(path, content) as draft:
        draft.replace(path)
    flush_folder(path.parent)


def put_first(path: Path, content: bytes) -> None:
    """As `replace`, where there is no such file yet.

    Raises:
        FileExistsError: There is one.
    """
    with _draft(path, content) as draft:
        path.hardlink_to(draft)
    flush_folder(path.parent)


@contextmanager
def _draft(path: Path, content: bytes) -> Iterator[Path]:
    """A flushed file with the content beside the path, gone at the end if still there."""
    draft = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        with created(draft) as file:
            write_all(file, content)
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def remove(path: Path) -> None:
    """Removes the file durably; nothing happens if there is none."""
    path.unlink(missing_ok=True)
    flush_folder(path.parent)


def is_locked(file: int) -> bool:
    """True if another open file of the same path holds its lock."""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(file, fcntl.LOCK_UN)
    return False


def lock(file: int) -> None:
    """Locks the open file for this process, as soon as no other has it."""
    fcntl.flock(file, fcntl.LOCK_EX)


def try_lock(file: int) -> bool:
    """Locks the open file for this process, unless another has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def open_lock(path: Path) -> int:
    """The lock file, open and not locked yet; created if there is none."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, mode=FILE_MODE)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds the lock file, and waits for it as long as another process holds it."""
    file = open_lock(path)
    try:
        lock(file)
        yield
    finally:
        os.close(file)


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turns the system's errors into those of the archive.

    Raises:
        ArchiveFullError: The disk is full or read-only, or a limit on files is reached.
        ArchiveError: Any other failure.
    """
    try:
        yield
    except OSError as error:
        refuse(folder, error)


def refuse(folder: Path, error: OSError) -> NoReturn:
    """Raises what `explained` does."""
    reason = error.strerror or str(error)
    if error.errno in _FULL:
        raise ArchiveFullError(
            f"The archive {folder} cannot be written: {reason}.",
            "Free some space, or let `nof1-tracker archive prune` do so.",
        ) from error
    if error.errno == errno.EROFS:
        raise ArchiveFullError(
            f"The archive {folder} cannot be written: {reason}.",
            "Mount its disk so that it can be written.",
        ) from error
    raise ArchiveError(
        f"The archive {folder} cannot be used: {reason}.",
        "Make the folder readable and writable for this user.",
    ) from error
