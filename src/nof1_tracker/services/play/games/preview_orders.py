"""Use case: what orders would come to, before they are placed."""

from collections.abc import Sequence
from uuid import UUID

from nof1_tracker.game.session.preview_order import preview_order
from nof1_tracker.records.play.session.games import OrderRequest
from nof1_tracker.records.play.session.order_preview import OrderPreview
from nof1_tracker.records.play.stored_games import Player
from nof1_tracker.services.play.games.game_services import GameServices
from nof1_tracker.services.play.games.kept_game import kept_game


def preview_orders(
    services: GameServices,
    player: Player,
    game_id: UUID,
    asked: Sequence[OrderRequest],
) -> Sequence[OrderPreview]:
    """Each as if it alone were filled now; nothing is changed.

    Raises:
        NoSuchGameError: The player has no such game.
        MoveError: An order is not possible.
        ConfigurationError: There is no such symbol, or it has not so high a leverage.
        DatabaseError: The database cannot be used.
    """
    kept = kept_game(services, player, game_id, with_levels=False)
    return [preview_order(kept.game, kept.run, kept.look, each) for each in asked]
