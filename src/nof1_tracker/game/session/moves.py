"""The moves of a game: what may be done when, and what comes of it. Pure.

A move that was made already is answered as it was the first time, so that a request
that is sent twice, or a double click, changes nothing.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from nof1_tracker.errors import ConfigurationError, MoveError
from nof1_tracker.game.session.appearance import Appearance
from nof1_tracker.records.play.orders import Order
from nof1_tracker.records.play.session.games import (
    Game,
    GameSetup,
    Move,
    OrderRequest,
)
from nof1_tracker.records.play.stored_games import GameMode

FASTEST: Final = 3600
"""Game time / real time."""
LONGEST_CLIENT_ID: Final = 64
"""Characters."""
MOST_UNITS: Final = Decimal(10) ** 8
HIGHEST_PRICE: Final = Decimal(10) ** 7
"""USD per unit. With both of these at most, no amount loses a digit of the ledger's."""
MOST_LEVERAGE: Final = Decimal(1_000)


def open_game(setup: GameSetup) -> Game:
    """A game at the start of its window.

    Raises:
        ConfigurationError: The speed does not go with the mode, or is not possible; or
            the game is to be ranked, and is not played in turns.
    """
    if setup.is_ranked and setup.mode is not GameMode.TURNS:
        raise ConfigurationError(
            f"A game in the mode {setup.mode} is not ranked.",
            "Play in turns, or without a rank.",
        )
    runs = setup.mode is GameMode.RUNNING
    if runs != (setup.speed is not None):
        raise ConfigurationError(
            f"A game in the mode {setup.mode} has {'a' if runs else 'no'} speed.",
            f"State a speed of 1 to {FASTEST} with the mode running, and only there.",
        )
    require_speed(setup.speed)
    return Game(setup, setup.window.start)


def place_order(
    game: Game, look: Appearance, asked: OrderRequest, *, by_token: bool = False
) -> tuple[Game, Move]:
    """The game with an order, and the move that it is.

    Whether the account accepts the order is said by its ledger, not here.

    Args:
        asked: In the symbols, prices and quantities that the player sees.

    Raises:
        MoveError: The game is over; the client id stands for another order; the order
            has values that are not possible.
        ConfigurationError: There is no such symbol, or it has not so high a leverage.
    """
    # Judged as it was asked: limits on real quantities would give them away.
    _require_possible(asked)
    request = look.real_request(asked)
    before = _placed(game, request.client_id)
    if before is not None:
        _require_same(before, request)
        return game, before
    _require_playing(game)
    _require_traded(game.setup, request.symbol)
    number = 1 + sum(move.order is not None for move in game.moves)
    order = _order(request, number, game.moment)
    move = Move(game.turn, game.moment, request.client_id, order, by_token)
    return replace(game, moves=(*game.moves, move)), move


def cancel_order(
    game: Game, client_id: str, *, by_token: bool = False
) -> tuple[Game, Move]:
    """The game with an order taken back; one that no longer waits stays as it is.

    Raises:
        MoveError: The game is over, or has no such order.
    """
    for move in game.moves:
        if move.client_id == client_id and move.order is None:
            return game, move
    if _placed(game, client_id) is None:
        raise MoveError(
            f"There is no order {client_id!r} in this game.",
            "The game shows the ids of the orders that wait.",
        )
    _require_playing(game)
    move = Move(game.turn, game.moment, client_id, None, by_token)
    return replace(game, moves=(*game.moves, move)), move


def next_turn(game: Game, turn: int) -> Game:
    """The game after that turn; after the last one it is finished.

    Args:
        turn: The turn that the player has seen, 0 for the first.

    Raises:
        MoveError: The game is not played in turns, or has not come to that turn.
    """
    if game.setup.mode is not GameMode.TURNS:
        raise MoveError(
            "This game runs by itself and has no turns.", "Wait for time to pass."
        )
    if 0 <= turn < game.turn:
        return game
    if turn != game.turn or game.is_finished:
        raise MoveError(
            f"The game is at turn {game.turn}, not {turn}.", "Read the game again."
        )
    return _moved_to(game, game.setup.window.turns[turn].end)


def run_on(game: Game, running: timedelta) -> Game:
    """The game after it has run so long at one speed; never earlier than it was.

    Args:
        running: Real time since the clock of its room started.

    Raises:
        MoveError: The game is played in turns.
    """
    return _ran(game, game.setup.window.start, running)


def go_on(game: Game, passed: timedelta) -> Game:
    """The game after some more time, unless it is paused.

    Args:
        passed: Real time since the game was at its moment.

    Raises:
        MoveError: The game is played in turns.
    """
    return game if game.is_paused else _ran(game, game.moment, passed)


def set_pace(game: Game, *, speed: int | None, is_paused: bool) -> Game:
    """The game with another speed from now on, paused, or going on.

    Asked for twice it is the same; a game that is over stays as it is.

    Args:
        speed: Game time / real time; None leaves it as it is.

    Raises:
        MoveError: The game does not run by itself, or is played live.
        ConfigurationError: The speed is not possible.
    """
    setup = game.setup
    if setup.mode is not GameMode.RUNNING:
        raise MoveError(
            f"The time of a game in the mode {setup.mode} has no speed.",
            "Open a game in the mode running.",
        )
    wanted = setup.speed if speed is None else speed
    require_speed(wanted)
    if game.is_finished:
        return game
    return replace(game, setup=replace(setup, speed=wanted), is_paused=is_paused)


def live_on(game: Game, known_until: datetime) -> Game:
    """The game beside a season, after all that is known by then has happened.

    Raises:
        MoveError: The game is not played live.
    """
    if game.setup.mode is not GameMode.LIVE:
        raise MoveError("This game is not played live.", "Let its own time pass.")
    moment = min(known_until, game.setup.window.end)
    return _moved_to(game, moment) if moment > game.moment else game


def finish(game: Game) -> Game:
    """The game at its end: the rest of the window passes with what is held."""
    return _moved_to(game, game.setup.window.end)


def _ran(game: Game, since: datetime, passed: timedelta) -> Game:
    """The game after real time has passed since it was at a moment, and never earlier."""
    speed, end = game.setup.speed, game.setup.window.end
    if speed is None:
        raise MoveError("This game is played in turns.", "Take the next turn.")
    # Compared before it is multiplied: a game that was forgotten has run for years.
    if passed >= (end - since) / speed:
        return _moved_to(game, end)
    moment = since + passed * speed
    return _moved_to(game, moment) if moment > game.moment else game


def require_speed(speed: int | None) -> None:
    """Nothing, where time can pass at this speed, or in turns.

    Raises:
        ConfigurationError: It is not 1 to FASTEST.
    """
    if speed is not None and not 1 <= speed <= FASTEST:
        raise ConfigurationError(
            f"A speed of {speed} is not possible.", f"Choose 1 to {FASTEST}."
        )


def _moved_to(game: Game, moment: datetime) -> Game:
    is_over = moment >= game.setup.window.end
    return replace(game, moment=moment, is_finished=is_over)


def _placed(game: Game, client_id: str) -> Move | None:
    found = (move for move in game.moves if move.order is not None)
    return next((move for move in found if move.client_id == client_id), None)


def _require_same(before: Move, request: OrderRequest) -> None:
    known = before.order
    if known != _order(request, known.order_id if known else 0, before.at):
        raise MoveError(
            f"The client id {request.client_id!r} stands for another order.",
            "Give each order an id of its own.",
        )


def _require_playing(game: Game) -> None:
    if game.is_finished:
        raise MoveError("The game is over.", "Open another one.")


def _require_traded(setup: GameSetup, symbol: str) -> None:
    if symbol not in setup.symbols:
        raise MoveError(
            f"{symbol!r} is not traded in this game.",
            f"Choose one of {', '.join(setup.symbols)}.",
        )


def _require_possible(request: OrderRequest) -> None:
    if not 1 <= len(request.client_id) <= LONGEST_CLIENT_ID:
        raise MoveError(
            f"A client id has 1 to {LONGEST_CLIENT_ID} characters.",
            "Give each order an id of its own.",
        )
    _require_number("quantity", request.quantity, MOST_UNITS)
    _require_number("price", request.price, HIGHEST_PRICE)
    _require_number("leverage", request.leverage, MOST_LEVERAGE)


def _require_number(name: str, value: Decimal | None, most: Decimal) -> None:
    if value is not None and not (value.is_finite() and 0 < value <= most):
        raise MoveError(
            f"The {name} is not possible.", f"It lies above 0, and at most at {most:f}."
        )


def _order(request: OrderRequest, number: int, at: datetime) -> Order:
    return Order(
        order_id=number,
        placed_at=at,
        symbol=request.symbol,
        side=request.side,
        quantity=request.quantity,
        kind=request.kind,
        price=request.price,
        leverage=request.leverage,
        reduce_only=request.reduce_only,
    )
