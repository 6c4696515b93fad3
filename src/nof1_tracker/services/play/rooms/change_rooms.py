"""Use cases that change rooms: opened, joined, left, started, ended."""

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.errors import ConfigurationError, MoveError, NoSuchGameError
from nof1_tracker.game.session.moves import require_speed
from nof1_tracker.game.turns.choose_window import SHORTEST_DAYS
from nof1_tracker.records.people.friendships import FriendshipState
from nof1_tracker.records.play.game_rooms import NewRoom, RoomState, StoredRoom
from nof1_tracker.records.play.stored_games import (
    GameMode,
    GameState,
    NewGame,
    window_id_of,
)
from nof1_tracker.services.play.games.draw_windows import (
    draw_unplayed,
    plan_of,
    season_windows,
)
from nof1_tracker.services.play.games.game_services import GameServices
from nof1_tracker.services.play.games.open_games import MOST_OPEN, open_in
from nof1_tracker.services.progress.player_profiles import ensure_profile_of
from nof1_tracker.services.progress.player_services import PlayerServices

MOST_PLAYERS: Final = 8
"""In a room."""
MOST_WAITING: Final = 5
"""Rooms that somebody may have joined and that have not started."""
USUAL_SPEED: Final = 240
"""Game time / real time: two days in twelve minutes."""
COUNTDOWN: Final = timedelta(seconds=10)
"""Real time from the start of a room to that of its clock, for everybody to come."""
WAITS: Final = timedelta(days=1)
"""How long a room that nobody starts is kept."""
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_CODE: Final = 16
"""Characters: 31 ** 16 codes, or 79 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRoom:
    """What somebody wants to play with friends. Fields as in `AskedGame`."""

    season: Decimal | None = None
    days: int = SHORTEST_DAYS
    speed: int = USUAL_SPEED
    is_blind: bool = True


def open_room(services: GameServices, user_id: UUID, asked: AskedRoom) -> UUID:
    """A room over a window that its host has not played; returns its id.

    Raises:
        ConfigurationError: The speed is not possible, nothing can be played, or the
            account is in too many rooms.
        DatabaseError: The database cannot be used.
    """
    require_speed(asked.speed)
    now = services.clock.now()
    ensure_profile_of(PlayerServices(services.people, services.clock), user_id)
    windows = season_windows(services, asked.season, now)
    played = _played(services, [user_id])
    window, symbols = draw_unplayed(windows, asked.days, played)
    room = NewRoom(
        host_id=user_id,
        join_code="".join(secrets.choice(_LETTERS) for _ in range(_CODE)),
        season=windows.season.number,
        starts_at=window.start,
        ends_at=window.end,
        speed=asked.speed,
        is_blind=asked.is_blind,
        seed=secrets.token_hex(32),
        plan=plan_of(services, windows.season, window, symbols),
    )
    with services.writing() as unit:
        unit.rooms.forget(now - WAITS)
        _require_few(unit, user_id)
        room_id = unit.rooms.open(room, now)
        unit.commit()
    return room_id


def join_room(services: GameServices, user_id: UUID, code: str) -> UUID:
    """Lets an account into the room with that code; who is in it stays.

    Raises:
        NoSuchGameError: No room has the code, or its host has blocked the account.
        MoveError: The room has started, or is full.
        ConfigurationError: The account is in too many rooms, or has too many open games.
        DatabaseError: The database cannot be used.
    """
    ensure_profile_of(PlayerServices(services.people, services.clock), user_id)
    now = services.clock.now()
    with services.writing() as unit:
        unit.rooms.forget(now - WAITS)
        room = unit.rooms.by_code(code.strip().lower())
        if room is None or _is_blocked(unit, room.opened.host_id, user_id):
            raise NoSuchGameError("No room has this code.", "Ask for the link again.")
        if user_id in room.members:
            return room.id
        if room.started_at is not None:
            raise MoveError("This room has started.", "Ask its host for another one.")
        if len(room.members) >= MOST_PLAYERS:
            raise MoveError(
                f"This room is full: {MOST_PLAYERS} play in it.", "Open another one."
            )
        _require_few(unit, user_id)
        unit.rooms.join(room.id, user_id, now)
        unit.commit()
    return room.id


def leave_room(services: GameServices, user_id: UUID, room_id: UUID) -> None:
    """Lets an account out of a room that waits; who came next is the host then.

    Raises:
        NoSuchGameError: The account is in no such room.
        MoveError: The room has started.
        DatabaseError: The database cannot be used.
    """
    with services.writing() as unit:
        room = _own(unit, user_id, room_id)
        if room.started_at is not None:
            raise MoveError(
                "This room has started, and its clock goes on.",
                "Close what you hold; there is nothing else to do.",
            )
        unit.rooms.leave(room, user_id)
        unit.commit()


def start_room(services: GameServices, user_id: UUID, room_id: UUID) -> None:
    """Starts the clock in ten seconds, and gives each player a game; once.

    Where somebody has played the room's window meanwhile, another one is drawn.

    Raises:
        NoSuchGameError: The account is in no such room.
        MoveError: The account is not its host, or nobody else has joined.
        ConfigurationError: No window of its length is left that nobody has played.
        DatabaseError: The database cannot be used.
    """
    with services.reading() as unit:
        known = _own(unit, user_id, room_id)
    if known.started_at is not None:
        return
    opened = _unplayed(services, known)
    now = services.clock.now()
    with services.writing() as unit:
        room = _own(unit, user_id, room_id)
        if room.started_at is not None:
            return  # a double click was faster
        _require_host(room, user_id)
        if len(room.members) < 2:
            raise MoveError("Nobody has joined yet.", "Send the link to a friend.")
        unit.rooms.start(room.id, opened, now + COUNTDOWN)
        for member in room.members:
            open_in(unit, _game(room.id, opened, member), now)
        unit.commit()


def end_room(services: GameServices, user_id: UUID, room_id: UUID) -> None:
    """Ends a room for everybody: the rest of the window passes with what is held.

    Raises:
        NoSuchGameError: The account is in no such room.
        MoveError: The account is not its host, or the room has not started.
        DatabaseError: The database cannot be used.
    """
    now = services.clock.now()
    with services.writing() as unit:
        room = _own(unit, user_id, room_id)
        _require_host(room, user_id)
        if room.started_at is None:
            raise MoveError("This room has not started.", "Leave it, if you want to.")
        if room.state(now) is RoomState.RUNNING:
            unit.rooms.end(room_id, now)
            unit.commit()


def no_such_room() -> NoSuchGameError:
    """What somebody is told who is not in a room, whether or not there is one."""
    return NoSuchGameError(
        "You are in no such room.", "GET /api/v1/game/rooms lists yours."
    )


# --- parts ----------------------------------------------------------------------------


def _own(unit: PeopleUnit, user_id: UUID, room_id: UUID) -> StoredRoom:
    """The room, if the account is in it; in a unit that writes, others wait with it."""
    room = unit.rooms.get(room_id, locked=unit.is_writing)
    if room is None or user_id not in room.members:
        raise no_such_room()
    return room


def _require_host(room: StoredRoom, user_id: UUID) -> None:
    if room.opened.host_id != user_id:
        raise MoveError("Only the host can do that.", "Ask the one who opened it.")


def _require_few(unit: PeopleUnit, user_id: UUID) -> None:
    waiting = sum(each.started_at is None for each in unit.rooms.of_user(user_id))
    if waiting >= MOST_WAITING:
        raise ConfigurationError(
            f"You are in {MOST_WAITING} rooms that wait.", "Leave one of them first."
        )
    games = unit.games.of_user(user_id)
    if sum(each.state is GameState.OPEN for each in games) >= MOST_OPEN:
        raise ConfigurationError(
            f"You have {MOST_OPEN} open games already.", "Finish one of them first."
        )


def _is_blocked(unit: PeopleUnit, host: UUID, user_id: UUID) -> bool:
    found = unit.friends.between(host, user_id)
    return found is not None and found.state is FriendshipState.BLOCKED


def _played(services: GameServices, users: list[UUID]) -> set[str]:
    """The windows that any of these accounts has opened."""
    with services.reading() as unit:
        games = [game for each in users for game in unit.games.of_user(each)]
    return {each.opened.window_id for each in games}


def _unplayed(services: GameServices, room: StoredRoom) -> NewRoom:
    """The room as it was opened, or over another window if somebody knows its own."""
    opened = room.opened
    own = window_id_of(opened.season, opened.starts_at, opened.ends_at)
    played = _played(services, list(room.members))
    if own not in played:
        return opened
    windows = season_windows(services, opened.season, services.clock.now())
    window, symbols = draw_unplayed(windows, room.length.days, played)
    plan = plan_of(services, windows.season, window, symbols)
    return replace(opened, starts_at=window.start, ends_at=window.end, plan=plan)


def _game(room_id: UUID, room: NewRoom, user_id: UUID) -> NewGame:
    return NewGame(
        user_id=user_id,
        season=room.season,
        starts_at=room.starts_at,
        ends_at=room.ends_at,
        seed=room.seed,
        mode=GameMode.RUNNING,
        speed=room.speed,
        is_blind=room.is_blind,
        room_id=room_id,
        plan=room.plan,
    )
