"""The API of games: opened, shown, played, ended."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from nof1_tracker.game.session.moves import LONGEST_CLIENT_ID
from nof1_tracker.records.play.session.games import OrderRequest
from nof1_tracker.records.play.stored_games import GameMode
from nof1_tracker.services.play.games.open_games import AskedGame, open_window
from nof1_tracker.services.play.games.own_games import list_games
from nof1_tracker.services.play.games.play_game import (
    cancel_order,
    finish_game,
    next_turn,
    place_order,
    set_pace,
    show_game,
)
from nof1_tracker.services.play.games.reveal_games import show_reveal
from nof1_tracker.web.game.asking_games import TheAsking
from nof1_tracker.web.game.game_shapes import (
    AskedGameShape,
    GameShape,
    GamesShape,
    ListedGameShape,
    OrderShape,
    PaceShape,
    PlacedShape,
    TurnShape,
    shaped,
)
from nof1_tracker.web.game.reveal_shapes import RevealShape
from nof1_tracker.web.players.asking_players import PLAYS
from nof1_tracker.web.problems import documented

router = APIRouter(
    tags=["game"],
    dependencies=[PLAYS],
    responses=documented(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN),
)
_OF_GAME = documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
ClientId = Annotated[
    str,
    Path(
        min_length=1,
        max_length=LONGEST_CLIENT_ID,
        pattern=r"^[\w.:-]+$",
        description="Your own id of the order, unique in the game.",
        examples=["order-1"],
    ),
]


@router.get("/games", response_model=GamesShape)
async def show_games(asking: TheAsking) -> Response:
    """Your games, the newest first. An open blind game hides its window."""
    return await asking.answer(
        lambda player: GamesShape(
            data=[
                shaped(ListedGameShape, each)
                for each in list_games(asking.games, player)
            ]
        )
    )


@router.post("/games", response_model=GameShape, status_code=HTTPStatus.CREATED)
async def open_a_game(asking: TheAsking, asked: AskedGameShape) -> Response:
    """Opens a game in a window that is drawn among those that you have not played."""
    wanted = _wanted(asked)
    games = asking.games
    return await asking.answer(
        lambda player: shaped(
            GameShape, show_game(games, player, open_window(games, player, wanted).id)
        ),
        HTTPStatus.CREATED,
        is_slow=True,
    )


@router.get("/games/{game_id}", response_model=GameShape, responses=_OF_GAME)
async def show_a_game(asking: TheAsking, game_id: UUID) -> Response:
    """The game as you see it now: nothing in it was known later."""
    return await asking.answer(
        lambda player: shaped(GameShape, show_game(asking.games, player, game_id))
    )


@router.put(
    "/games/{game_id}/orders/{client_id}", response_model=OrderShape, responses=_OF_GAME
)
async def place_an_order(
    asking: TheAsking, game_id: UUID, client_id: ClientId, asked: PlacedShape
) -> Response:
    """Places an order. Sent again under the same id it is the same order.

    A market order is filled at the first price after it. Whether the account accepts an
    order is said by its entries. 60 orders a minute are possible.
    """
    request = OrderRequest(client_id=client_id, **asked.model_dump())
    return await asking.answer(
        lambda player: shaped(
            OrderShape, place_order(asking.games, player, game_id, request)
        )
    )


@router.delete(
    "/games/{game_id}/orders/{client_id}", response_model=OrderShape, responses=_OF_GAME
)
async def take_an_order_back(
    asking: TheAsking, game_id: UUID, client_id: ClientId
) -> Response:
    """Takes an order back; one that no longer waits stays as it is."""
    return await asking.answer(
        lambda player: shaped(
            OrderShape, cancel_order(asking.games, player, game_id, client_id)
        )
    )


@router.post("/games/{game_id}/turn", response_model=GameShape, responses=_OF_GAME)
async def pass_a_turn(asking: TheAsking, game_id: UUID, passed: TurnShape) -> Response:
    """The game after that turn. Sent twice, it passes once."""
    return await asking.answer(
        lambda player: shaped(
            GameShape, next_turn(asking.games, player, game_id, passed.turn)
        )
    )


@router.put("/games/{game_id}/pace", response_model=GameShape, responses=_OF_GAME)
async def set_the_pace(asking: TheAsking, game_id: UUID, wanted: PaceShape) -> Response:
    """Pauses a game that runs by itself, lets it go on, or changes its speed.

    Its time goes on from where it is, and never back; sent twice, it changes once.
    """
    pace = wanted.model_dump()
    return await asking.answer(
        lambda player: shaped(
            GameShape, set_pace(asking.games, player, game_id, **pace)
        )
    )


@router.post("/games/{game_id}/finish", response_model=GameShape, responses=_OF_GAME)
async def finish_a_game(asking: TheAsking, game_id: UUID) -> Response:
    """The game at its end: the rest of the window passes with what you hold."""
    return await asking.answer(
        lambda player: shaped(GameShape, finish_game(asking.games, player, game_id))
    )


@router.get("/games/{game_id}/reveal", response_model=RevealShape, responses=_OF_GAME)
async def reveal_a_game(asking: TheAsking, game_id: UUID) -> Response:
    """What everything was, and where you stand among the models, once it is over."""
    return await asking.answer(
        lambda player: shaped(RevealShape, show_reveal(asking.games, player, game_id)),
        is_slow=True,
    )


def _wanted(asked: AskedGameShape) -> AskedGame:
    is_turns = asked.mode is GameMode.TURNS
    return AskedGame(
        mode=asked.mode,
        season=asked.season,
        days=asked.days,
        speed=asked.speed,
        is_ranked=is_turns if asked.is_ranked is None else asked.is_ranked,
    )
