"""Is the archive whole, from which the tables can be made again?"""

from dataclasses import dataclass

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.maintenance import integrity
from nof1_tracker.database.connection import Engine
from nof1_tracker.errors import ArchiveError
from nof1_tracker.services.archive_location import archive_location


@dataclass(frozen=True, slots=True)
class ArchiveCheck:
    """The archive of a database.

    Attributes:
        folder: None if there is none, or it cannot be read.
        damage: What of it is damaged, a line each.
    """

    folder: ArchiveFolder | None = None
    damage: tuple[str, ...] = ()


def check_archive(engine: Engine) -> ArchiveCheck:
    """Reads the whole archive of a database for damage."""
    location = archive_location(engine)
    try:
        archive = location.existing() if location is not None else None
        if archive is None:
            return ArchiveCheck()
        return ArchiveCheck(archive, tuple(integrity.verify(archive).faults))
    except ArchiveError as error:
        return ArchiveCheck(damage=(error.message,))
