"""Brings a player's XP, level, achievements and profit up to what the player did.

But for `record_progress`, all within a unit, which the caller commits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.game.progress.achievements import (
    PlayerProgress,
    achievements,
    progress_from,
    progress_of,
)
from nof1_tracker.game.progress.levels import level_at
from nof1_tracker.records.people.profiles import StoredProgress
from nof1_tracker.records.play.finished_games import GameResult
from nof1_tracker.records.play.stored_games import StoredGame
from nof1_tracker.records.progress.xp_entries import XpEntry, XpSource
from nof1_tracker.services.progress.days_first import note_days_in
from nof1_tracker.services.progress.gather_history import gather_history
from nof1_tracker.services.progress.player_services import PlayerServices


@dataclass(frozen=True, slots=True)
class RecordedProgress:
    """What a player has become.

    Attributes:
        new: Lines of XP that were not there before, oldest first.
    """

    progress: PlayerProgress
    new: tuple[XpEntry, ...]

    @property
    def reached(self) -> tuple[str, ...]:
        """Ids of the achievements that were not reached before."""
        return tuple(
            each.key.partition(":")[2]
            for each in self.new
            if each.source is XpSource.ACHIEVEMENT
        )


def progress_in(
    unit: PeopleUnit, user_id: UUID, now: datetime
) -> RecordedProgress | None:
    """Stores everything that follows from what a player did; the caller commits.

    It may be done at any time and any number of times, by several at once: nothing that
    was earned is taken away or earned twice.

    Returns:
        None where the account has no profile.
    """
    if not unit.profiles.lock(user_id):
        return None
    note_days_in(unit, now)
    kept = unit.profiles.ledger(user_id)
    progress = progress_from(gather_history(unit, user_id), now, kept)
    known = {each.key for each in kept}
    new = tuple(each for each in progress.entries if each.key not in known)
    unit.profiles.earn(user_id, new, now)
    unit.profiles.recompute(user_id, lambda xp: level_at(xp).level)
    unit.achievements.put(user_id, _achieved(progress), now)
    return RecordedProgress(progress, new)


def game_ended_in(
    unit: PeopleUnit, game: StoredGame, result: GameResult, now: datetime
) -> RecordedProgress | None:
    """Keeps how a game ended, and records what its player has become by it.

    Args:
        now: When it ended, as `GameRows.finish` was told.

    Returns:
        None for a guest, and where the account has no profile.
    """
    unit.results.keep(game.id, result, now)
    user_id = game.opened.user_id
    return None if user_id is None else progress_in(unit, user_id, now)


def day_in(unit: PeopleUnit, user_id: UUID, now: datetime) -> RecordedProgress | None:
    """Notes that the player is here today, a day of UTC; the first time it earns XP.

    Returns:
        None where the day was noted before, or the account has no profile.
    """
    day = now.astimezone(UTC).date()
    if unit.deeds.has_signed_in(user_id, day) or not unit.profiles.lock(user_id):
        return None
    if not unit.deeds.sign_in(user_id, day, now):
        return None
    return progress_in(unit, user_id, now)


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


def _achieved(progress: PlayerProgress) -> Mapping[str, StoredProgress]:
    reached_at = {
        each.key.partition(":")[2]: each.earned_at
        for each in progress.entries
        if each.source is XpSource.ACHIEVEMENT
    }
    return {
        name: StoredProgress(
            progress_of(achievement, progress.facts).done, reached_at.get(name)
        )
        for name, achievement in achievements().items()
    }
