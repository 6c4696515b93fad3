"""Keeps a SQLite file, its journals and its folder from other users of the machine."""

import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700
_FOR_OTHERS: Final = 0o007

log = logging.getLogger(__name__)


def keep_private(file: Path) -> None:
    """Creates the file for its owner alone, or closes one that everybody may use.

    SQLite gives its journals the mode of the file. A file that only a group may use
    keeps its mode: somebody chose that. One of another user is left alone.
    """
    with suppress(OSError):  # SQLite says better why it cannot be opened
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE))
        return
    for each in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        with suppress(OSError):
            _close_to_others(each)


def _close_to_others(file: Path) -> None:
    found = file.stat()
    if found.st_uid != os.geteuid() or not found.st_mode & _FOR_OTHERS:
        return
    file.chmod(FILE_MODE)
    log.info("%s was open to all users of this machine; its mode is now 0600.", file)
