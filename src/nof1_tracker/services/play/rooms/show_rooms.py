"""Use cases that show rooms: to those who are in them, and to friends of their hosts."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.game.session.reveal_game import own_curve
from nof1_tracker.game.session.window_table import table_of_window
from nof1_tracker.records.people.friendships import FriendshipState
from nof1_tracker.records.play.game_rooms import (
    RoomPlayer,
    RoomRank,
    RoomState,
    RoomView,
    StoredRoom,
)
from nof1_tracker.records.play.session.games import STARTING_MONEY
from nof1_tracker.records.play.stored_games import GameState, StoredGame
from nof1_tracker.services.play.games.game_services import GameServices
from nof1_tracker.services.play.games.kept_game import KeptGame, kept_game
from nof1_tracker.services.play.games.play_game import show_game
from nof1_tracker.services.play.rooms.change_rooms import WAITS, no_such_room

_SOMEBODY = "A deleted account"
_Equities = Mapping[UUID, Decimal]


def list_rooms(services: GameServices, user_id: UUID) -> Sequence[RoomView]:
    """Rooms of the account, then those of friends who show their games and wait.

    Raises:
        DatabaseError: The database cannot be used.
    """
    now = services.clock.now()
    with services.reading() as unit:
        own = unit.rooms.of_user(user_id)
        others = unit.rooms.waiting_of(_shown_by(unit, user_id))
        rooms = [*own, *(each for each in others if user_id not in each.members)]
        rooms = [each for each in rooms if _is_kept(each, now)]
        names = _names(unit, {one for each in rooms for one in each.members})
        games = {each.opened.room_id: each for each in unit.games.of_user(user_id)}
    return [_view(each, user_id, names, games.get(each.id), now) for each in rooms]


def show_room(services: GameServices, user_id: UUID, room_id: UUID) -> RoomView:
    """A room with what everybody has at its clock; once it is over, with ranks.

    Raises:
        NoSuchGameError: There is none that the account may see.
        DatabaseError: The database cannot be used.
    """
    now = services.clock.now()
    with services.reading() as unit:
        room = unit.rooms.get(room_id)
        if room is None or not _is_kept(room, now) or not _sees(unit, user_id, room):
            raise no_such_room()
        games = unit.games.of_room(room_id)
        users = {*room.members, *(each.opened.user_id for each in games)}
        names = _names(unit, {each for each in users if each is not None})
    own = next((each for each in games if each.opened.user_id == user_id), None)
    is_over = room.state(now) is RoomState.OVER
    if is_over:
        _settle(services, games)
    kept = [
        kept_game(services, each.opened.player, each.id, with_levels=is_over, now=now)
        for each in games
    ]
    equities = {_user(each): each.run.equity for each in kept}
    table = _table(kept, names, user_id) if is_over else ()
    return _view(room, user_id, names, own, now, equities, table)


# --- parts ----------------------------------------------------------------------------


def _settle(services: GameServices, games: Sequence[StoredGame]) -> None:
    """Ends the games of those who have not looked since the room was over."""
    for each in games:
        if each.state is GameState.OPEN:
            show_game(services, each.opened.player, each.id)


def _table(
    kept: Sequence[KeptGame], names: Mapping[UUID, str], user_id: UUID
) -> tuple[RoomRank, ...]:
    """Players and models by total return, each with the interval of its rank."""
    if not kept:
        return ()
    first, curves = kept[0], {str(e.stored.id): own_curve(e.game, e.run) for e in kept}
    models = first.window.market.known_by(first.game.setup.window.end).models
    told = {each.account_id: each.name for each in models}
    users = {str(each.stored.id): _user(each) for each in kept}
    return tuple(
        RoomRank(
            name=(
                told[each.contestant]
                if each.is_model
                else names.get(users[each.contestant], _SOMEBODY)
            ),
            is_model=each.is_model,
            is_you=users.get(each.contestant) == user_id,
            place=each.place,
            result=each.result,
        )
        for each in table_of_window(first.game.setup, curves, models)
    )


def _view(
    room: StoredRoom,
    user_id: UUID,
    names: Mapping[UUID, str],
    own: StoredGame | None,
    now: datetime,
    equities: _Equities | None = None,
    table: tuple[RoomRank, ...] = (),
) -> RoomView:
    opened, state = room.opened, room.state(now)
    is_open = state is RoomState.OVER or not opened.is_blind
    is_told = is_open and state is not RoomState.WAITING
    started = room.started_at
    return RoomView(
        room_id=str(room.id),
        state=state,
        opened_at=room.created_at,
        is_host=opened.host_id == user_id,
        is_member=user_id in room.members,
        join_code=opened.join_code if state is RoomState.WAITING else None,
        length=room.length,
        elapsed=room.elapsed(now),
        starts_in=None if started is None else max(started - now, timedelta(0)),
        speed=opened.speed,
        is_blind=opened.is_blind,
        season=opened.season if is_open else None,
        starts_at=opened.starts_at if is_told else None,
        game_id=None if own is None else str(own.id),
        players=_players(room, user_id, names, equities or {}),
        table=table,
    )


def _players(
    room: StoredRoom, user_id: UUID, names: Mapping[UUID, str], equities: _Equities
) -> tuple[RoomPlayer, ...]:
    players = [
        RoomPlayer(
            name=names.get(each, _SOMEBODY),
            is_you=each == user_id,
            is_host=each == room.opened.host_id,
            equity=equities.get(each),
            total_return=(
                equities[each] / STARTING_MONEY - 1 if each in equities else None
            ),
        )
        for each in room.members
    ]
    return tuple(sorted(players, key=lambda each: -(each.equity or Decimal(0))))


def _user(kept: KeptGame) -> UUID:
    user_id = kept.stored.opened.user_id
    assert user_id is not None  # noqa: S101  guests are in no room
    return user_id


def _names(unit: PeopleUnit, users: set[UUID]) -> Mapping[UUID, str]:
    found = unit.profiles.of_users(list(users))
    return {user_id: each.display_name for user_id, each in found.items()}


def _is_kept(room: StoredRoom, now: datetime) -> bool:
    return room.started_at is not None or now - room.created_at < WAITS


def _sees(unit: PeopleUnit, user_id: UUID, room: StoredRoom) -> bool:
    """Whether the account is in it, or its host shows games to the account."""
    if user_id in room.members:
        return True
    is_waiting = room.started_at is None
    return is_waiting and room.opened.host_id in _shown_by(unit, user_id)


def _shown_by(unit: PeopleUnit, user_id: UUID) -> set[UUID]:
    """Friends who let the account see their games."""
    return {
        other
        for each in unit.friends.of_user(user_id)
        if each.state is FriendshipState.ACCEPTED
        for other in each.shown_by - {user_id}
    }
