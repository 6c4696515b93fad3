"""Which files a path means, where not all of them may be read."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from nof1_tracker.errors import ConfigurationError


def files_at(path: Path, note: Callable[[OSError], None]) -> list[Path]:
    """The file, or the *.json files of the folder and of those in it, in order.

    Args:
        note: Told of each folder that cannot be looked into.

    Raises:
        ConfigurationError: There is nothing, or nobody here may know.
    """
    if not _is_folder(path):
        return [_real(path)]
    faults: list[OSError] = []
    found: list[Path] = []
    for folder, _, names in os.walk(_real(path), onerror=faults.append):
        files = (Path(folder, name) for name in names if name.endswith(".json"))
        found += [_real(file) for file in files if _may_be_read(file)]
    if not found and not faults:
        raise ConfigurationError(
            f"The folder {path} holds no *.json file.", "Give the path of a capture."
        )
    for fault in faults:
        note(fault)
    return sorted(found)


def _is_folder(path: Path) -> bool:
    """Whether the path is a folder; else it is a file.

    Raises:
        ConfigurationError: It is neither, or nobody here may know.
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
    """Pipes and devices are left alone; what is broken is read, to tell of it."""
    try:
        return stat.S_ISREG(file.stat().st_mode)
    except OSError:
        return True


def _real(path: Path) -> Path:
    """Absolute and without links; unlike Path.resolve, also where links run round."""
    return Path(os.path.realpath(path))
