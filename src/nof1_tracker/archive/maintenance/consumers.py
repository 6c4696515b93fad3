"""The databases that read an archive, each with how far it has come."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from nof1_tracker.archive.archive_folder import ArchiveFolder, as_json
from nof1_tracker.archive.durable_files import explained, make_folder, remove
from nof1_tracker.archive.durable_files import replace as put
from nof1_tracker.archive.warc_records import sha256, timestamp
from nof1_tracker.errors import ArchiveError

_SUFFIX: Final = ".json"


@dataclass(frozen=True, slots=True)
class Consumer:
    """A database that stores what the archive holds.

    Attributes:
        id: The database's own id.
        name: What people call it; never with a password.
        positions: Number of the last record that it has stored, by segment. It may be
            less than what the database says, never more.
    """

    id: str
    name: str
    registered_at: str
    positions: Mapping[str, int] = field(default_factory=dict)

    def has_passed(self, segment: str, last_record: int) -> bool:
        """True if it has stored all records of the segment."""
        return self.positions.get(segment, 0) >= last_record


def register(archive: ArchiveFolder, consumer_id: str, name: str, at: datetime) -> None:
    """Takes the consumer in, on its first use of the archive; later, nothing happens.

    Raises:
        ArchiveError: The archive cannot be written.
    """
    with explained(archive.path):
        make_folder(archive.consumers)
        if not _file(archive, consumer_id).exists():
            _write(archive, Consumer(consumer_id, name, timestamp(at)))


def report(
    archive: ArchiveFolder, consumer_id: str, positions: Mapping[str, int]
) -> None:
    """Notes how far the consumer has come; only then may segments be pruned.

    Raises:
        ArchiveError: It is not registered, or the archive cannot be written.
    """
    with explained(archive.path):
        found = _read(_file(archive, consumer_id))
        if found is None:
            raise _unknown(archive, consumer_id)
        _write(archive, replace(found, positions=dict(positions)))


def forget(archive: ArchiveFolder, consumer: str) -> Consumer:
    """Takes a consumer out, by its id or its name; pruning no longer waits for it.

    Raises:
        ArchiveError: There is none, several have that name, or the archive cannot be
            written.
    """
    found = [each for each in consumers(archive) if consumer in (each.id, each.name)]
    if len(found) > 1:
        ids = ", ".join(each.id for each in found)
        raise ArchiveError(
            f"Several databases are registered as {consumer!r} in {archive.path}.",
            f"Name one of these ids: {ids}.",
        )
    if not found:
        raise _unknown(archive, consumer)
    with explained(archive.path):
        remove(_file(archive, found[0].id))
    return found[0]


def consumers(archive: ArchiveFolder) -> list[Consumer]:
    """The registered consumers, the first one first.

    Raises:
        ArchiveError: A file of the registry cannot be read.
    """
    with explained(archive.path):
        files = archive.consumers.glob(f"*{_SUFFIX}")
        found = [each for file in files if (each := _read(file)) is not None]
    return sorted(found, key=lambda each: (each.registered_at, each.id))


def _file(archive: ArchiveFolder, consumer_id: str) -> Path:
    """Its file; whatever the id is, the name has letters and digits alone."""
    digest = sha256(consumer_id.encode())[:32]
    return archive.consumers / f"{digest}{_SUFFIX}"


def _read(file: Path) -> Consumer | None:
    """The consumer in the file; None if there is no such file."""
    try:
        return Consumer(**json.loads(file.read_bytes()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        raise ArchiveError(
            f"{file} cannot be read: it is damaged.",
            "Remove it: the database registers again when it next uses the archive.",
        ) from None


def _write(archive: ArchiveFolder, consumer: Consumer) -> None:
    put(_file(archive, consumer.id), as_json(asdict(consumer)) + b"\n")


def _unknown(archive: ArchiveFolder, consumer: str) -> ArchiveError:
    known = ", ".join(each.name for each in consumers(archive)) or "none"
    return ArchiveError(
        f"No database {consumer!r} is registered in the archive {archive.path}.",
        f"Registered: {known}.",
    )
