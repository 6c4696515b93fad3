"""Finds the capture files at a path, some of which may be unreadable."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from nof1_tracker.errors import ConfigurationError

_SUFFIXES = (".json", ".jsonl", ".ndjson", ".har")
_PATTERNS = [f"*{suffix}" for suffix in _SUFFIXES]


def files_at(path: Path, note: Callable[[OSError], None]) -> list[Path]:
    """The file itself, or the captures in the folder and its subfolders, in order.

    Captures are told by their names: *.json, *.jsonl, *.ndjson and *.har, each with
    .gz at the end or without.

    Args:
        note: Receives the error of each folder that cannot be read.

    Raises:
        ConfigurationError: The path does not exist, or may not be looked up.
    """
    if not _is_folder(path):
        return [_real(path)]
    faults: list[OSError] = []
    found: list[Path] = []
    for folder, _, names in os.walk(_real(path), onerror=faults.append):
        files = (Path(folder, name) for name in names if _may_be_capture(name))
        found += [_real(file) for file in files if _may_be_read(file)]
    if not found and not faults:
        raise ConfigurationError(
            f"The folder {path} holds no {', '.join(_PATTERNS)} file.",
            "Give the path of a capture.",
        )
    for fault in faults:
        note(fault)
    return sorted(found)


def _may_be_capture(name: str) -> bool:
    return name.removesuffix(".gz").endswith(_SUFFIXES)


def _is_folder(path: Path) -> bool:
    """True if the path is a folder, False if it is a file.

    Raises:
        ConfigurationError: It is neither, or may not be looked up.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        mode = 0
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read ({error.strerror}).",
            "Give the path of a capture that you may read.",
        ) from None
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise ConfigurationError(
            f"There is no file or folder {path}.", "Give the path of a capture."
        )
    return stat.S_ISDIR(mode)


def _may_be_read(file: Path) -> bool:
    """False for pipes and devices; True for broken files, to report why."""
    try:
        return stat.S_ISREG(file.stat().st_mode)
    except OSError:
        return True


def _real(path: Path) -> Path:
    """The absolute path without links; unlike Path.resolve, also for circular links."""
    return Path(os.path.realpath(path))
