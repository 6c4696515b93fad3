"""The API of rooms: opened, joined, started, shown, ended."""

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Response

from nof1_tracker.errors import SignInError
from nof1_tracker.records.play.stored_games import Player
from nof1_tracker.services.play.games.game_services import GameServices
from nof1_tracker.services.play.rooms.change_rooms import (
    AskedRoom,
    end_room,
    join_room,
    leave_room,
    open_room,
    start_room,
)
from nof1_tracker.services.play.rooms.show_rooms import list_rooms, show_room
from nof1_tracker.web.game.asking_games import AskingGames, TheAsking
from nof1_tracker.web.game.game_shapes import shaped
from nof1_tracker.web.game.room_shapes import (
    AskedRoomShape,
    JoinShape,
    RoomShape,
    RoomsShape,
)
from nof1_tracker.web.players.asking_players import PLAYS
from nof1_tracker.web.problems import documented

router = APIRouter(
    prefix="/rooms",
    tags=["rooms"],
    dependencies=[PLAYS],
    responses=documented(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN),
)
_OF_ROOM = documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
_Deed = Callable[[GameServices, UUID, UUID], None]


@router.get("", response_model=RoomsShape)
async def show_rooms(asking: TheAsking) -> Response:
    """Your rooms, then those that wait of friends who show their games to you."""
    return await asking.answer(
        lambda player: RoomsShape(
            data=[
                shaped(RoomShape, each)
                for each in list_rooms(asking.games, account_of(player))
            ]
        )
    )


@router.post("", response_model=RoomShape, status_code=HTTPStatus.CREATED)
async def open_a_room(asking: TheAsking, asked: AskedRoomShape) -> Response:
    """Opens a room over a drawn window; its code lets others in."""
    wanted = AskedRoom(**asked.model_dump())
    return await asking.answer(
        lambda player: _shown(
            asking, player, open_room(asking.games, account_of(player), wanted)
        ),
        HTTPStatus.CREATED,
        is_slow=True,
    )


@router.post("/join", response_model=RoomShape, responses=_OF_ROOM)
async def join_a_room(asking: TheAsking, joined: JoinShape) -> Response:
    """Joins the room with that code, until it starts. Sent twice, you join once."""
    return await asking.answer(
        lambda player: _shown(
            asking, player, join_room(asking.games, account_of(player), joined.code)
        )
    )


@router.get("/{room_id}", response_model=RoomShape, responses=_OF_ROOM)
async def show_a_room(asking: TheAsking, room_id: UUID) -> Response:
    """What everybody has at the room's clock; once it is over, everybody's rank."""
    return await asking.answer(
        lambda player: _shown(asking, player, room_id), is_slow=True
    )


@router.post("/{room_id}/leave", response_model=RoomsShape, responses=_OF_ROOM)
async def leave_a_room(asking: TheAsking, room_id: UUID) -> Response:
    """Leaves a room that has not started; who came next is its host then."""

    def work(player: Player) -> RoomsShape:
        user_id = account_of(player)
        leave_room(asking.games, user_id, room_id)
        rooms = list_rooms(asking.games, user_id)
        return RoomsShape(data=[shaped(RoomShape, each) for each in rooms])

    return await asking.answer(work)


@router.post("/{room_id}/start", response_model=RoomShape, responses=_OF_ROOM)
async def start_a_room(asking: TheAsking, room_id: UUID) -> Response:
    """Starts the clock in ten seconds and gives everybody a game; for its host."""
    return await _done(asking, room_id, start_room)


@router.post("/{room_id}/end", response_model=RoomShape, responses=_OF_ROOM)
async def end_a_room(asking: TheAsking, room_id: UUID) -> Response:
    """Ends the room for everybody, with what each holds; for its host."""
    return await _done(asking, room_id, end_room)


async def _done(asking: AskingGames, room_id: UUID, do: _Deed) -> Response:
    def work(player: Player) -> RoomShape:
        do(asking.games, account_of(player), room_id)
        return _shown(asking, player, room_id)

    return await asking.answer(work, is_slow=True)


def _shown(asking: AskingGames, player: Player, room_id: UUID) -> RoomShape:
    found = show_room(asking.games, account_of(player), room_id)
    return RoomShape.model_validate(found)


def account_of(player: Player) -> UUID:
    """The account of the one who plays.

    Raises:
        SignInError: A guest, who has no name that others could know.
    """
    if player.user_id is None:
        raise SignInError(
            "Rooms are for those who have an account.", "Register, or sign in."
        )
    return player.user_id
