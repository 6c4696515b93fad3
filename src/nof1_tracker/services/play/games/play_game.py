"""Use cases of a game that is played: shown, orders, time that passes, its end."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from nof1_tracker.errors import MoveError, TooManyAttemptsError
from nof1_tracker.game.session import moves
from nof1_tracker.game.session.fairness import ORDERS_A_MINUTE, wait_for_order
from nof1_tracker.game.session.view_game import shown_entry, view_game
from nof1_tracker.records.play.session.games import Game, Move, OrderRequest
from nof1_tracker.records.play.session.shown_game import GameView, OrderAnswer
from nof1_tracker.records.play.stored_games import GameMode, Player
from nof1_tracker.services.play.games.game_services import GameServices
from nof1_tracker.services.play.games.kept_game import KeptGame
from nof1_tracker.services.play.games.store_moves import change_game


def show_game(services: GameServices, player: Player, game_id: UUID) -> GameView:
    """The game as its player sees it now.

    Where its time passes by itself, what has happened since is stored.

    Raises:
        NoSuchGameError: The player has no such game.
        DatabaseError: The database cannot be used.
    """
    return change_game(
        services,
        player,
        game_id,
        lambda kept: (kept.game, ()),
        lambda kept, game: _view(services, kept, game),
    )


def place_order(
    services: GameServices, player: Player, game_id: UUID, asked: OrderRequest
) -> OrderAnswer:
    """Places an order, once: sent again under its client id, it is the same one.

    Args:
        asked: In the symbols, prices and quantities that the player sees.

    Raises:
        NoSuchGameError: The player has no such game.
        MoveError: The game is over, the client id stands for another order, or the order
            has values that are not possible.
        ConfigurationError: There is no such symbol, or it has not so high a leverage.
        TooManyAttemptsError: The player has placed 60 orders within a minute.
        DatabaseError: The database cannot be used, or is locked for too long.
    """

    def act(kept: KeptGame) -> tuple[Game, Sequence[Move]]:
        game, move = moves.place_order(
            kept.game, kept.look, asked, by_token=player.by_token
        )
        if game is kept.game:
            return game, ()
        _require_slowness(kept.placed_at, services.clock.now())
        return game, (move,)

    return change_game(
        services,
        player,
        game_id,
        act,
        lambda kept, game: _answer(kept, game, asked.client_id),
        with_levels=False,
        placed_since=services.clock.now() - timedelta(minutes=1),
    )


def cancel_order(
    services: GameServices, player: Player, game_id: UUID, client_id: str
) -> OrderAnswer:
    """Takes an order back; one that no longer waits stays as it is.

    Raises:
        NoSuchGameError: The player has no such game.
        MoveError: The game is over, or has no such order.
        DatabaseError: The database cannot be used, or is locked for too long.
    """

    def act(kept: KeptGame) -> tuple[Game, Sequence[Move]]:
        game, move = moves.cancel_order(kept.game, client_id, by_token=player.by_token)
        return game, (() if game is kept.game else (move,))

    return change_game(
        services,
        player,
        game_id,
        act,
        lambda kept, game: _answer(kept, game, client_id),
        with_levels=False,
    )


def next_turn(
    services: GameServices, player: Player, game_id: UUID, turn: int
) -> GameView:
    """The game after that turn; asked for twice, it passes once.

    Args:
        turn: The turn that the player has seen, 0 for the first.

    Raises:
        NoSuchGameError: The player has no such game.
        MoveError: The game has no turns, or has not come to that one.
        DatabaseError: The database cannot be used, or is locked for too long.
    """
    return change_game(
        services,
        player,
        game_id,
        lambda kept: (moves.next_turn(kept.game, turn), ()),
        lambda kept, game: _view(services, kept, game),
    )


def finish_game(services: GameServices, player: Player, game_id: UUID) -> GameView:
    """The game at its end: the rest of the window passes with what is held.

    Raises:
        NoSuchGameError: The player has no such game.
        MoveError: The game is played live or in a room, and its window has not ended.
        DatabaseError: The database cannot be used, or is locked for too long.
    """
    return change_game(
        services,
        player,
        game_id,
        lambda kept: (_at_end(services, kept), ()),
        lambda kept, game: _view(services, kept, game),
    )


def set_pace(
    services: GameServices,
    player: Player,
    game_id: UUID,
    *,
    speed: int | None,
    is_paused: bool,
) -> GameView:
    """The game at another speed from now on, paused, or going on; twice it is the same.

    Args:
        speed: Game time / real time; None leaves it as it is.

    Raises:
        NoSuchGameError: The player has no such game.
        MoveError: The game does not run by itself, or shares the clock of a room.
        ConfigurationError: The speed is not possible.
        DatabaseError: The database cannot be used, or is locked for too long.
    """

    def act(kept: KeptGame) -> tuple[Game, Sequence[Move]]:
        if kept.stored.opened.room_id is not None:
            raise MoveError(
                "Everybody in a room plays on one clock.",
                "Open a game of your own to choose its speed.",
            )
        return moves.set_pace(kept.game, speed=speed, is_paused=is_paused), ()

    return change_game(
        services,
        player,
        game_id,
        act,
        lambda kept, game: _view(services, kept, game),
    )


def _at_end(services: GameServices, kept: KeptGame) -> Game:
    is_live = kept.game.setup.mode is GameMode.LIVE
    if is_live and services.clock.now() < kept.game.setup.window.end:
        raise MoveError("A live game ends with its window.", "Wait for its end.")
    if kept.stored.opened.room_id is not None and not kept.game.is_finished:
        # Who has seen the reveal knows what comes, and could tell the others.
        raise MoveError(
            "A game in a room ends with the room.", "Wait for its end, or the host's."
        )
    return kept.game if kept.game.is_finished else moves.finish(kept.game)


def _view(services: GameServices, kept: KeptGame, game: Game) -> GameView:
    market = kept.window.market
    if not game.setup.is_blind:
        words = services.markets.words(kept.stored.opened, game.moment)
        market = market.saying(words)
    return view_game(game, kept.run, market, kept.look)


def _answer(kept: KeptGame, game: Game, client_id: str) -> OrderAnswer:
    ids = {
        move.order.order_id: move.client_id
        for move in game.moves
        if move.order is not None
    }
    engine = kept.run.engine
    return OrderAnswer(
        client_id=client_id,
        is_waiting=any(ids[each] == client_id for each in engine.state.orders),
        entries=tuple(
            shown_entry(entry, kept.look, client_id)
            for entry in engine.entries
            if entry.order is not None and ids.get(entry.order.order_id) == client_id
        ),
    )


def _require_slowness(placed_at: Sequence[datetime], now: datetime) -> None:
    wait = wait_for_order(placed_at, now)
    if wait:
        seconds = -(-wait.total_seconds() // 1)
        raise TooManyAttemptsError(
            f"You have placed {ORDERS_A_MINUTE} orders within a minute.",
            f"Place the next one in {seconds:.0f} seconds.",
            retry_after=seconds,
        )
