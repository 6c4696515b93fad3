"""An archive at a glance: what it is of, what it holds, and who reads it."""

from dataclasses import dataclass

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.maintenance.consumers import Consumer, consumers
from nof1_tracker.archive.maintenance.listing import Listing, list_archive
from nof1_tracker.archive.space import SpaceLimits, SpaceUsed, space_used


@dataclass(frozen=True, slots=True)
class Reader:
    """A database that stores what the archive holds.

    Attributes:
        stored: Number of the present segments that it has stored to their end.
    """

    consumer: Consumer
    stored: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What an archive is of, what it holds, what it takes, and who reads it."""

    archive: ArchiveFolder
    listing: Listing
    space: SpaceUsed
    readers: tuple[Reader, ...]


def overview(archive: ArchiveFolder, limits: SpaceLimits) -> Overview:
    """The archive at a glance.

    Raises:
        ArchiveError: The archive cannot be read.
    """
    listing = list_archive(archive)
    readers = [Reader(each, _stored(each, listing)) for each in consumers(archive)]
    return Overview(archive, listing, space_used(archive, limits), tuple(readers))


def _stored(consumer: Consumer, listing: Listing) -> int:
    return sum(consumer.has_passed(*each) for each in listing.last_records.items())
