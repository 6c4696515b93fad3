"""The API of friends."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from nof1_tracker.records.people.people import User
from nof1_tracker.records.people.player_pages import FriendMove
from nof1_tracker.services.progress.friends import (
    friend_games,
    list_friends,
    move_friend,
    show_games,
)
from nof1_tracker.web.players.asking_players import PLAYS, AskingPlayer, TheAsking
from nof1_tracker.web.players.player_shapes import (
    FriendGameRow,
    FriendGames,
    FriendRow,
    Friends,
)
from nof1_tracker.web.problems import documented

router = APIRouter(
    tags=["friends"],
    dependencies=[PLAYS],
    responses=documented(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN),
)
TheName = Annotated[str, Path(max_length=100, description="Display name.")]


class FriendWish(BaseModel):
    """Whom it is about, and what is to be done."""

    model_config = ConfigDict(extra="forbid")

    display_name: Annotated[str, Field(max_length=100, examples=["Quiet Heron"])]
    move: FriendMove


class ShowWish(BaseModel):
    """Whether the friend may see your games."""

    model_config = ConfigDict(extra="forbid")

    shown: bool


@router.get("/friends", response_model=Friends)
async def show_friends(asking: TheAsking) -> Response:
    """Your friends, who waits for your answer, and whom you have blocked."""
    return await asking.answer(lambda user: _friends(asking, user))


@router.post("/friends", response_model=Friends)
async def move(asking: TheAsking, wish: FriendWish) -> Response:
    """Asks a player to be your friend, or accepts, refuses, blocks or ends.

    The answer does not tell whether the other one has blocked you, or is there at all.
    """

    def work(user: User) -> Friends:
        move_friend(asking.players, user, wish.display_name, wish.move)
        return _friends(asking, user)

    return await asking.answer(work)


@router.put("/friends/{display_name}/games", response_model=Friends)
async def show_own_games(
    asking: TheAsking, display_name: TheName, wish: ShowWish
) -> Response:
    """Lets a friend see your games, or not any more."""

    def work(user: User) -> Friends:
        show_games(asking.players, user, display_name, shown=wish.shown)
        return _friends(asking, user)

    return await asking.answer(work)


@router.get("/friends/{display_name}/games", response_model=FriendGames)
async def show_games_of(asking: TheAsking, display_name: TheName) -> Response:
    """The games of a friend who shows them to you, once they are over."""

    def work(user: User) -> FriendGames:
        games = friend_games(asking.players, user, display_name)
        return FriendGames(data=list(map(FriendGameRow.of, games)))

    return await asking.answer(work)


def _friends(asking: AskingPlayer, user: User) -> Friends:
    return Friends(data=list(map(FriendRow.of, list_friends(asking.players, user))))
