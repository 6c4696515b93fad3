"""Is the archive whole, from which the tables can be made again?"""

from nof1_tracker.archive.maintenance import integrity
from nof1_tracker.database.connection import Engine
from nof1_tracker.errors import ArchiveError
from nof1_tracker.services.archive_location import archive_location


def archive_damage(engine: Engine) -> tuple[str, ...] | None:
    """What of the database's archive is damaged, a line each; None if there is none."""
    location = archive_location(engine)
    try:
        archive = location.existing() if location is not None else None
        if archive is None:
            return None
        return tuple(integrity.verify(archive).faults)
    except ArchiveError as error:
        return (error.message,)
