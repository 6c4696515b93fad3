"""Use cases: which game it is, and the reveal of one that anybody may see."""

from uuid import UUID

from nof1_tracker.errors import NoSuchGameError
from nof1_tracker.records.play.session.revealed_game import Reveal
from nof1_tracker.records.play.stored_games import GameState, Player, StoredGame
from nof1_tracker.services.play.games.game_services import GameServices
from nof1_tracker.services.play.games.kept_game import is_of
from nof1_tracker.services.play.games.reveal_games import show_reveal


def find_game(services: GameServices, player: Player, game_id: UUID) -> StoredGame:
    """The player's game as it is stored.

    Raises:
        NoSuchGameError: The player has no such game.
        DatabaseError: The database cannot be used.
    """
    with services.reading() as unit:
        stored = unit.games.get(game_id)
    if stored is None or not is_of(stored, player):
        raise NoSuchGameError("You have no such game.", "Open one of yours.")
    return stored


def reveal_to_anybody(
    services: GameServices, game_id: UUID
) -> tuple[StoredGame, Reveal]:
    """A game that is over, for those who have its address.

    Raises:
        NoSuchGameError: There is none, or it is still played.
        DatabaseError: The database cannot be used.
    """
    with services.reading() as unit:
        stored = unit.games.get(game_id)
    if stored is None or stored.state is not GameState.FINISHED:
        raise NoSuchGameError("There is no such card.", "Finish the game first.")
    return stored, show_reveal(services, stored.opened.player, game_id)
