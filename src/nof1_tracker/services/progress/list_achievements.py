"""All achievements, and how far a player is with each."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.game.progress.achievements import achievements, progress_of
from nof1_tracker.records.people.people import User
from nof1_tracker.records.people.player_pages import AchievementLine
from nof1_tracker.records.people.profiles import StoredProgress
from nof1_tracker.records.progress.player_facts import PlayerFacts
from nof1_tracker.services.progress.player_services import PlayerServices


def list_achievements(
    services: PlayerServices, user: User | None
) -> Sequence[AchievementLine]:
    """All 63 in the order of the list, each with how many players have it.

    Args:
        user: None for a guest, who has none.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with services.reading() as unit:
        return achievement_lines(unit, None if user is None else user.id)


def achievement_lines(
    unit: PeopleUnit, user_id: UUID | None
) -> Sequence[AchievementLine]:
    """The same within a unit."""
    stored = {} if user_id is None else unit.achievements.of_user(user_id)
    shares = unit.achievements.shares()
    nothing = StoredProgress(Decimal(0))
    return [
        AchievementLine(
            achievement_id=name,
            name=each.name,
            text=each.text,
            category=each.category,
            rarity=each.rarity,
            xp=each.xp,
            done=stored.get(name, nothing).done,
            needed=progress_of(each, PlayerFacts()).needed,
            reached_at=stored.get(name, nothing).reached_at,
            share=shares.get(name, Decimal(0)),
        )
        for name, each in achievements().items()
    ]
