"""Finds the files at a path that may hold payloads, some of which may be unreadable."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from errno import ELOOP
from pathlib import Path
from typing import Final

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.scraper.containers.byte_streams import begins_as_json

HEAD_BYTES: Final = 4096
_SUFFIXES: Final = (".json", ".jsonl", ".ndjson", ".har")
_COMPRESSED: Final = (".gz", ".zst", ".xz", ".bz2")
IsPacked = Callable[[bytes, str], bool]


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that may hold payloads.

    Attributes:
        path: Without links.
        is_expected: True if it is called as a capture or was named itself: then it is
            told if it holds none.
    """

    path: Path
    is_expected: bool


def files_at(
    path: Path, note: Callable[[OSError], None], is_packed: IsPacked
) -> list[FoundFile]:
    """The file itself, or the files in the folder and its subfolders, in order.

    In a folder, files are told by their content: JSON, whatever it is, and what
    `is_packed`. What is called like a capture (*.json, *.jsonl, *.ndjson, *.har, each
    also compressed) is always found. A link is not followed out of the folder.

    Args:
        note: Receives the error of each folder and of each link that is not read.
        is_packed: Whether a file with this beginning and name can be unpacked.

    Raises:
        ConfigurationError: The path does not exist, or may not be looked up.
    """
    if not _is_folder(path):
        return [FoundFile(_real(path), is_expected=True)]
    faults: list[OSError] = []
    found = list(_in_folder(_real(path), is_packed, faults.append))
    if not found and not faults:
        raise ConfigurationError(
            f"The folder {path} holds no file with JSON, and no archive.",
            "Give the path of a capture.",
        )
    for fault in faults:
        note(fault)
    return sorted(found, key=lambda each: each.path)


def is_called_capture(name: str) -> bool:
    """Whether a file is called like one that holds payloads."""
    stem, suffix = os.path.splitext(name.lower())  # noqa: PTH122  a name, not a path
    return (stem if suffix in _COMPRESSED else name.lower()).endswith(_SUFFIXES)


def _in_folder(
    root: Path, is_packed: IsPacked, note: Callable[[OSError], None]
) -> Iterator[FoundFile]:
    for folder, _, names in os.walk(root, onerror=note):
        for name in names:
            file, is_expected = Path(folder, name), is_called_capture(name)
            real = _real(file)
            if file.is_symlink() and not real.is_relative_to(root):
                if is_expected:
                    note(
                        OSError(ELOOP, "it is a link that leads out of here", str(file))
                    )
            elif _may_be_read(real) and (is_expected or _may_hold(real, is_packed)):
                yield FoundFile(real, is_expected)


def _may_hold(file: Path, is_packed: IsPacked) -> bool:
    """Whether a file of any name begins as one that may hold payloads."""
    if file.name.startswith("."):
        return False  # drafts and the like
    try:
        with file.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except OSError:
        return True  # to report why
    return begins_as_json(head) or is_packed(head, file.name)


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
