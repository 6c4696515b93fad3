"""Notes what players do outside of games: days on which they are here, shared cards."""

from datetime import UTC
from uuid import UUID

from nof1_tracker.errors import MoveError, NoSuchGameError
from nof1_tracker.records.play.stored_games import GameState
from nof1_tracker.services.progress.player_progress import (
    RecordedProgress,
    day_in,
    progress_in,
)
from nof1_tracker.services.progress.player_services import PlayerServices


def note_day(services: PlayerServices, user_id: UUID) -> RecordedProgress | None:
    """Notes that the player is here today, a day of UTC; the first time it earns XP.

    Returns:
        None where the day was noted before, or the account has no profile.

    Raises:
        DatabaseError: The database cannot be used.
    """
    now = services.clock.now()
    with services.reading() as unit:
        if unit.deeds.has_signed_in(user_id, now.astimezone(UTC).date()):
            return None  # and nobody waits for the right to write
    with services.writing() as unit:
        found = day_in(unit, user_id, now)
        unit.commit()
    return found


def share_card(
    services: PlayerServices, user_id: UUID, game_id: UUID
) -> RecordedProgress | None:
    """Notes that the player shared the card of a game; a game counts once.

    Returns:
        None where it was shared before, or the account has no profile.

    Raises:
        NoSuchGameError: The player has no such game.
        MoveError: It is not over.
        DatabaseError: The database cannot be used.
    """
    now = services.clock.now()
    with services.writing() as unit:
        game = unit.games.get(game_id)
        if game is None or game.opened.user_id != user_id:
            raise NoSuchGameError("You have no such game.", "Share one of yours.")
        if game.state is not GameState.FINISHED:
            raise MoveError(
                "The game is not over yet.", "Play it to its end, or finish it."
            )
        if not unit.deeds.share(user_id, game_id, now):
            return None
        found = progress_in(unit, user_id, now)
        unit.commit()
    return found
