"""Brings what is stored of a player up to date."""

from uuid import UUID

from nof1_tracker.services.progress.player_progress import (
    RecordedProgress,
    progress_in,
)
from nof1_tracker.services.progress.player_services import PlayerServices


def record_progress(services: PlayerServices, user_id: UUID) -> RecordedProgress | None:
    """Stores everything that follows from what a player did.

    It may be done at any time and any number of times, by several at once: nothing that
    was earned is taken away or earned twice.

    Returns:
        None where the account has no profile.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with services.writing() as unit:
        found = progress_in(unit, user_id, services.clock.now())
        unit.commit()
    return found
