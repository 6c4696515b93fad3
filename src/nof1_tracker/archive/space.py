"""How much the archive takes, and how much is left."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.durable_files import explained
from nof1_tracker.errors import ArchiveFullError

LEFT_TO_DATABASE: Final = 500_000_000
"""Bytes of the disk that the archive leaves to a database beside it."""
_WARN_FROM: Final = 0.9
"""Share of the size limit from which on a warning is due."""


@dataclass(frozen=True, slots=True)
class SpaceLimits:
    """What the archive may take.

    Attributes:
        most: Most bytes of all its segments; None does not limit it.
        reserve: Bytes of the disk that it leaves free.
    """

    most: int | None = None
    reserve: int = 0


@dataclass(frozen=True, slots=True)
class SpaceUsed:
    """What the archive takes.

    Attributes:
        size: Bytes of all its segments.
        free: Bytes that this user may still write on its disk.
    """

    size: int
    free: int
    limits: SpaceLimits

    @property
    def is_nearly_full(self) -> bool:
        """True from 90 % of the size limit on: the time to warn, and to prune."""
        most = self.limits.most
        return most is not None and self.size >= most * _WARN_FROM

    @property
    def is_reserve_reached(self) -> bool:
        """True if only the bytes that are left to the database are free."""
        return self.free < self.limits.reserve


def space_used(archive: ArchiveFolder, limits: SpaceLimits) -> SpaceUsed:
    """What the archive takes now.

    Raises:
        ArchiveError: Its folder cannot be read.
    """
    with explained(archive.path):
        free = free_bytes(archive.path)
        return SpaceUsed(size_of(archive), free, limits)


def size_of(archive: ArchiveFolder) -> int:
    """Bytes of all segments; a file that goes away meanwhile counts nothing."""
    with os.scandir(archive.segments) as found:
        return sum(map(_size, found))


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except FileNotFoundError:
        return 0


def free_bytes(folder: Path) -> int:
    """Bytes that this user may still write on the disk of the folder."""
    return shutil.disk_usage(folder).free


def check_space(archive: ArchiveFolder, used: SpaceUsed) -> None:
    """Refuses to record any further where a limit is reached.

    Raises:
        ArchiveFullError: The size limit is reached, or only the reserve is free.
    """
    most = used.limits.most
    if most is not None and used.size >= most:
        raise ArchiveFullError(
            f"The archive {archive.path} has reached its limit of {megabytes(most)}.",
            "Raise the limit, or make room with `nof1-tracker archive prune`.",
        )
    if used.is_reserve_reached:
        raise ArchiveFullError(
            f"Only {megabytes(used.free)} are free on the disk of the archive"
            f" {archive.path}; the last {megabytes(used.limits.reserve)} are left to"
            " the database.",
            "Free some space, or let `nof1-tracker archive prune` do so.",
        )


def megabytes(size: int) -> str:
    """The bytes as a person reads them: 500 MB."""
    return f"{size / 1e6:,.0f} MB"
