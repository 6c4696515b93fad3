"""The API of windows: what can be played, and the window of the day."""

from http import HTTPStatus

from fastapi import APIRouter, Response

from nof1_tracker.services.play.games.open_games import open_daily
from nof1_tracker.services.play.games.own_games import show_daily
from nof1_tracker.services.play.games.play_game import show_game
from nof1_tracker.services.play.games.playable_seasons import playable_seasons
from nof1_tracker.web.game.asking_games import TheAsking
from nof1_tracker.web.game.game_shapes import (
    DailyShape,
    GameShape,
    SeasonShape,
    WindowsShape,
    shaped,
)
from nof1_tracker.web.players.asking_players import PLAYS
from nof1_tracker.web.problems import documented

router = APIRouter(
    tags=["game"],
    dependencies=[PLAYS],
    responses=documented(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN),
)


@router.get("/windows", response_model=WindowsShape)
async def show_windows(asking: TheAsking) -> Response:
    """Which seasons can be played, and which command fills in prices that lack."""
    games = asking.games
    return await asking.answer(
        lambda _: WindowsShape(
            data=[
                shaped(SeasonShape, each)
                for each in playable_seasons(games.seasons, games.clock.now())
            ]
        ),
        is_slow=True,
    )


@router.get("/daily", response_model=DailyShape)
async def show_the_daily(asking: TheAsking) -> Response:
    """The window of the day, and your game of it."""
    return await asking.answer(
        lambda player: shaped(DailyShape, show_daily(asking.games, player)),
        is_slow=True,
    )


@router.post("/daily", response_model=GameShape)
async def play_the_daily(asking: TheAsking) -> Response:
    """Your game of the window of the day: blind, in turns. Sent twice, it is one."""
    games = asking.games
    return await asking.answer(
        lambda player: shaped(
            GameShape, show_game(games, player, open_daily(games, player).id)
        ),
        is_slow=True,
    )
