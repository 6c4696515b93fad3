"""Use case: what is said when a game is over."""

from uuid import UUID

from nof1_tracker.game.session.reveal_game import reveal_game
from nof1_tracker.records.play.session.revealed_game import Reveal
from nof1_tracker.records.play.stored_games import Player, StoredGame
from nof1_tracker.records.progress.xp_entries import XpEntry
from nof1_tracker.services.play.games.game_services import GameServices
from nof1_tracker.services.play.games.kept_game import kept_game


def show_reveal(services: GameServices, player: Player, game_id: UUID) -> Reveal:
    """The game with everything under its own name, among the models.

    Raises:
        NoSuchGameError: The player has no such game.
        MoveError: The game is not over.
        DatabaseError: The database cannot be used.
    """
    kept = kept_game(services, player, game_id)
    earned = _earned(services, kept.stored)
    return reveal_game(kept.game, kept.run, kept.window.market, kept.look, earned)


def _earned(services: GameServices, stored: StoredGame) -> tuple[XpEntry, ...]:
    """The lines of XP that were written when the game ended; none for a guest."""
    user_id, finished_at = stored.opened.user_id, stored.finished_at
    if user_id is None or finished_at is None:
        return ()
    with services.reading() as unit:
        return unit.profiles.written_at(user_id, finished_at)
