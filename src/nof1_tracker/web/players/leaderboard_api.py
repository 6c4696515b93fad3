"""The API of leaderboards."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from nof1_tracker.records.asking.asked_values import AnySeason
from nof1_tracker.records.progress.leaderboard_lines import LeaderboardKind
from nof1_tracker.records.progress.player_history import Character
from nof1_tracker.services.progress.rank_players import WantedBoard, read_leaderboard
from nof1_tracker.web.players.asking_players import PLAYS, TheAsking
from nof1_tracker.web.players.player_shapes import LeaderboardShape
from nof1_tracker.web.problems import documented

router = APIRouter(
    tags=["leaderboards"],
    dependencies=[PLAYS],
    responses=documented(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN),
)


class BoardQuery(AnySeason):
    """Which leaderboard; by default all players and models, over all seasons."""

    board: Annotated[
        LeaderboardKind,
        Field(description="`friends` needs a token; `programs` have their own."),
    ] = LeaderboardKind.OVERALL
    character: Annotated[
        Character | None, Field(description="Only players with it, and models.")
    ] = None


@router.get("/leaderboards", response_model=LeaderboardShape)
async def show_leaderboard(
    asking: TheAsking, asked: Annotated[BoardQuery, Query()]
) -> Response:
    """Players and models in one table, each rank with its interval.

    By `xp`, players alone. Without a token nobody is your own line or a friend.
    """
    wanted = WantedBoard(asked.board, asked.number, asked.character)
    return await asking.answer_anyone(
        lambda user: LeaderboardShape.of(read_leaderboard(asking.players, user, wanted))
    )
