"""An archive's folder: what it is an archive of, and where its files are."""

import json
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

from nof1_tracker.archive.durable_files import explained, make_folder, put_first
from nof1_tracker.archive.warc_records import timestamp
from nof1_tracker.clock import Clock, SystemClock
from nof1_tracker.errors import ArchiveError

FORMAT: Final = 1
SEALED: Final = ".warc.gz"
LIVE: Final = ".warc.gz.open"
NEW: Final = ".warc.gz.new"
_IDENTITY: Final = "archive.json"
_FOLDERS: Final = ("segments", "consumers")
_SEGMENT: Final = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Identity:
    """What an archive is of.

    Attributes:
        id: Random, and the archive's own for ever.
        site: Address of the site that it records, without a path.
        simulated: True if that is the simulated arena.
    """

    id: str
    site: str
    simulated: bool
    created_at: str
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class ArchiveFolder:
    """An archive, as its folder and its identity.

    `open` is how to get one.
    """

    path: Path
    identity: Identity

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        site: str,
        simulated: bool,
        known: str | None = None,
        adopt: bool = False,
        clock: Clock | None = None,
    ) -> Self:
        """The archive in the folder, which is created if there is none.

        Args:
            known: Id of the archive that the caller expects; None expects no certain one.
            adopt: Takes an archive of another site, or with another id.

        Raises:
            ArchiveError: The folder is not an archive, it is another one than expected,
                or it cannot be read or written.
            ArchiveFullError: There is no space for a new one.
        """
        with explained(path):
            if not _is_archive(path):
                _create(path, site, simulated, (clock or SystemClock()).now())
            found = cls.existing(path)
        if not adopt:
            _expect(path, found.identity, site, simulated, known)
        return found

    @classmethod
    def existing(cls, path: Path) -> Self:
        """The archive in the folder, whatever it is of.

        Raises:
            ArchiveError: There is none, or it cannot be read.
        """
        found = cls.find(path)
        if found is None:
            raise ArchiveError(
                f"{path} is not an archive: it has no {_IDENTITY}.",
                "Give the folder of an archive.",
            )
        return found

    @classmethod
    def find(cls, path: Path) -> Self | None:
        """The archive in the folder, whatever it is of; None if there is none.

        Raises:
            ArchiveError: It cannot be read.
        """
        with explained(path):
            return cls(path, _read_identity(path)) if _is_archive(path) else None

    # --- where things are ---------------------------------------------------------

    @property
    def segments(self) -> Path:
        return self.path / "segments"

    @property
    def manifest(self) -> Path:
        return self.path / "manifest.jsonl"

    @property
    def manifest_lock(self) -> Path:
        return self.path / "manifest.lock"

    @property
    def monitor_lock(self) -> Path:
        return self.path / "monitor.lock"

    @property
    def consumers(self) -> Path:
        return self.path / "consumers"

    def sealed(self, name: str) -> Path:
        """Where the segment's file is once it is sealed."""
        return self.segments / f"{name}{SEALED}"

    def live(self, name: str) -> Path:
        """Where the segment's file is until it is sealed."""
        return self.segments / f"{name}{LIVE}"

    def names(self) -> list[str]:
        """Names of all segments that have a file, oldest first."""
        return sorted({*self.names_of(SEALED), *self.names_of(LIVE)})

    def names_of(self, suffix: str) -> Iterator[str]:
        """Names of the segments with a file of this suffix, in no particular order."""
        with explained(self.path):
            for file in self.segments.glob(f"*{suffix}"):
                name = file.name.removesuffix(suffix)
                if _SEGMENT.fullmatch(name):
                    yield name


def new_name(at: datetime) -> str:
    """A name that no other segment anywhere has; names sort by their time."""
    return f"{at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(8)}"


def _is_archive(path: Path) -> bool:
    return (path / _IDENTITY).is_file()


def _create(path: Path, site: str, simulated: bool, at: datetime) -> None:
    if path.exists() and (not path.is_dir() or any(map(_is_foreign, path.iterdir()))):
        raise ArchiveError(
            f"{path} exists and is not an archive: it has no {_IDENTITY}.",
            "Give another folder, or an empty one.",
        )
    make_folder(path)
    for each in _FOLDERS:
        make_folder(path / each)
    identity = Identity(secrets.token_hex(16), site, simulated, timestamp(at))
    with suppress(FileExistsError):  # another process was quicker
        put_first(path / _IDENTITY, as_json(asdict(identity)) + b"\n")


def _is_foreign(path: Path) -> bool:
    """False for what another process that creates the archive right now has made."""
    is_draft = path.name.startswith(f".{_IDENTITY}.")
    return not is_draft and path.name not in (*_FOLDERS, _IDENTITY)


def as_json(value: Any) -> bytes:
    """The value as JSON in one line, always with the same bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _read_identity(path: Path) -> Identity:
    file = path / _IDENTITY
    try:
        fields = json.loads(file.read_bytes())
        if (version := fields["format"]) == FORMAT:
            return Identity(**fields)
    except (ValueError, TypeError, KeyError):
        raise ArchiveError(
            f"{file} cannot be read: it is damaged.", "Restore it from a backup."
        ) from None
    raise ArchiveError(
        f"The archive {path} has format {version}; this program reads {FORMAT}.",
        "Install the release that wrote it, or a newer one.",
    )


def _expect(
    path: Path, found: Identity, site: str, simulated: bool, known: str | None
) -> None:
    kind = {True: "the simulated arena", False: "the real site"}
    if found.simulated != simulated:
        what = f"of {kind[found.simulated]}, not of {kind[simulated]}"
    elif found.site != site:
        what = f"of {found.site}, not of {site}"
    elif known is not None and found.id != known:
        what = "another one than the one that was used before"
    else:
        return
    raise ArchiveError(
        f"The archive {path} is {what}.",
        "Name another folder with NOF1_ARCHIVE_DIR, or take this one with --adopt.",
    )
