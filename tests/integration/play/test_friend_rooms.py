"""Rooms: friends who play one window on one clock, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, insert

from nof1_tracker.database.people.people_tables import UserRow
from nof1_tracker.errors import ConfigurationError, MoveError, NoSuchGameError
from nof1_tracker.records.history.hyperliquid import FillSide
from nof1_tracker.records.play.game_rooms import RoomState
from nof1_tracker.records.play.session.game_boards import Unranked
from nof1_tracker.records.play.session.games import OrderRequest
from nof1_tracker.records.play.stored_games import Player
from nof1_tracker.services.play.games.own_games import list_games
from nof1_tracker.services.play.games.play_game import (
    finish_game,
    place_order,
    set_pace,
    show_game,
)
from nof1_tracker.services.play.games.reveal_games import show_reveal
from nof1_tracker.services.play.rooms.change_rooms import (
    MOST_PLAYERS,
    MOST_WAITING,
    AskedRoom,
    end_room,
    join_room,
    leave_room,
    open_room,
    start_room,
)
from nof1_tracker.services.play.rooms.show_rooms import list_rooms, show_room
from tests.integration.people.players import ANNA, BERT
from tests.integration.play.played_world import (
    BEGINS,
    OTHER,
    PERSON,
    Played,
    played_world,
)

BLIND = AskedRoom(speed=3600)
OPEN = AskedRoom(speed=3600, is_blind=False)


@pytest.fixture
def played(engine: Engine) -> Played:
    return played_world(engine)


def others(played: Played, count: int) -> list[UUID]:
    """More accounts."""
    found = [uuid4() for _ in range(count)]
    with played.services.writing() as unit:
        for each in found:
            names = {"username": each.hex[:20], "username_key": each.hex[:20]}
            names |= {"email": f"{each.hex}@example.com", "password_hash": "x"}
            names |= {"email_key": f"{each.hex}@example.com"}
            unit.session.execute(insert(UserRow).values(id=each, **names))
        unit.commit()
    return found


def code_of(played: Played, room: UUID, user: UUID = ANNA) -> str:
    return show_room(played.services, user, room).join_code or ""


def started(played: Played, asked: AskedRoom = BLIND) -> UUID:
    """A room of both players whose clock has just started."""
    room = open_room(played.services, ANNA, asked)
    join_room(played.services, BERT, code_of(played, room))
    start_room(played.services, ANNA, room)
    played.clock.advance(10)
    return room


def game_of(played: Played, room: UUID, player: Player) -> UUID:
    assert player.user_id is not None
    return UUID(show_room(played.services, player.user_id, room).game_id)


def test_friends_play_one_blind_window_on_one_clock_to_the_reveal(
    played: Played,
) -> None:
    services = played.services
    room = open_room(services, ANNA, BLIND)
    seen = show_room(services, ANNA, room)
    assert (seen.state, seen.season, seen.starts_at) == (RoomState.WAITING, None, None)
    assert list_games(services, PERSON) == []
    assert join_room(services, BERT, code_of(played, room).upper()) == room
    start_room(services, ANNA, room)
    seen = show_room(services, BERT, room)
    assert (seen.state, seen.starts_in) == (RoomState.RUNNING, timedelta(seconds=10))
    games = [game_of(played, room, each) for each in (PERSON, OTHER)]
    played.clock.advance(12)
    views = [
        show_game(services, player, game)
        for player, game in zip((PERSON, OTHER), games, strict=True)
    ]
    # The same window, under the same names and factors, at the same time.
    assert views[0].markets == views[1].markets
    assert {each.starts_at for each in views} == {None}
    assert {each.elapsed for each in views} == {timedelta(hours=2)}
    symbol, price = views[0].markets[0].symbol, views[0].markets[0].prices[-1][1]
    units = (Decimal(5_000) / price).quantize(Decimal("1e-6"))
    bought = OrderRequest(
        client_id="a", symbol=symbol, side=FillSide.BUY, quantity=units
    )
    place_order(services, PERSON, games[0], replace(bought, leverage=Decimal(2)))
    played.clock.advance(10)
    # Who does not look is at the room's clock all the same.
    board = show_room(played.again(), BERT, room)
    assert board.elapsed == timedelta(hours=12)
    equities = {each.name: each.equity for each in board.players}
    own = show_game(services, PERSON, games[0])
    assert own.elapsed == board.elapsed
    assert own.equity != 10_000
    assert equities == {"Anna": own.equity, "Bert": Decimal(10_000)}
    assert (board.season, board.starts_at, board.table) == (None, None, ())
    for attempt in (
        lambda: finish_game(services, OTHER, games[1]),
        lambda: set_pace(services, OTHER, games[1], speed=1, is_paused=True),
        lambda: show_reveal(services, OTHER, games[1]),
        lambda: leave_room(services, BERT, room),
        lambda: end_room(services, BERT, room),
    ):
        with pytest.raises(MoveError):
            attempt()
    played.clock.advance(60)
    over = show_room(services, BERT, room)
    assert (over.state, over.elapsed) == (RoomState.OVER, over.length)
    assert over.starts_at is not None
    assert over.starts_at >= BEGINS
    told = {each.name: each for each in over.table}
    assert told.keys() == {"Anna", "Bert", "GPT 5", "Qwen3 Max"}
    assert told["Bert"].result == 0
    assert [each.place.rank for each in over.table] == sorted(
        each.place.rank for each in over.table
    )
    # Somebody else's look has ended the game of who was away, with its result.
    reveal = show_reveal(services, PERSON, games[0])
    assert float(reveal.total_return) == pytest.approx(told["Anna"].result)
    with services.reading() as unit:
        assert unit.results.get(games[0]) is not None
        assert unit.results.ranked() == []
    (listed,) = list_games(services, OTHER)
    assert (listed.board, listed.room_id) == (Unranked.ROOM, str(room))


def test_of_two_at_once_each_joins_once_and_a_room_starts_once(played: Played) -> None:
    services = played.services
    room = open_room(services, ANNA, BLIND)
    code, many = code_of(played, room), [BERT, *others(played, MOST_PLAYERS)]
    with pytest.raises(MoveError, match="Nobody has joined"):
        start_room(services, ANNA, room)

    def join(user: UUID) -> bool:
        try:
            return join_room(services, user, code) == room
        except MoveError:
            return False

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(join, [*many, *many[:2]]))
    assert sum(found[: len(many)]) == MOST_PLAYERS - 1
    members = show_room(services, ANNA, room).players
    assert len({each.name for each in members}) == MOST_PLAYERS
    with pytest.raises(MoveError, match="Only the host"):
        start_room(services, many[found.index(True)], room)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: start_room(services, ANNA, room), range(2)))
    with services.reading() as unit:
        games = unit.games.of_room(room)
    assert len({each.opened.user_id for each in games}) == len(games) == MOST_PLAYERS
    assert len({(e.opened.seed, e.opened.window_id) for e in games}) == 1
    late = many[found.index(False)]
    with pytest.raises(MoveError, match="has started"):
        join_room(services, late, code)
    with pytest.raises(NoSuchGameError):
        show_room(services, late, room)
    assert join_room(services, ANNA, code) == room


def test_a_host_who_leaves_or_is_deleted_leaves_the_room_to_the_others(
    played: Played,
) -> None:
    services = played.services
    room = open_room(services, ANNA, BLIND)
    join_room(services, BERT, code_of(played, room))
    leave_room(services, ANNA, room)
    assert show_room(services, BERT, room).is_host
    join_room(services, ANNA, code_of(played, room, BERT))
    start_room(services, BERT, room)
    played.clock.advance(20)
    with services.writing() as unit:
        unit.rooms.leave_all(BERT)
        unit.users.delete(BERT)
        unit.commit()
    left = show_room(services, ANNA, room)
    assert left.is_host
    assert [each.name for each in left.players] == ["Anna"]
    view = show_game(services, PERSON, game_of(played, room, PERSON))
    assert view.elapsed == left.elapsed == timedelta(hours=10)
    end_room(services, ANNA, room)
    end_room(services, ANNA, room)
    over = show_room(services, ANNA, room)
    assert (over.state, len(over.table)) == (RoomState.OVER, 3)
    alone = open_room(services, ANNA, BLIND)
    leave_room(services, ANNA, alone)
    with pytest.raises(NoSuchGameError):
        show_room(services, ANNA, alone)


def test_friends_see_rooms_of_hosts_who_show_their_games(played: Played) -> None:
    services, now = played.services, played.clock.now()
    room = open_room(services, ANNA, OPEN)
    with services.writing() as unit:
        unit.friends.ask(BERT, ANNA, now)
        unit.friends.accept(ANNA, BERT, now)
        unit.commit()
    assert list_rooms(services, BERT) == []
    with pytest.raises(NoSuchGameError):
        show_room(services, BERT, room)
    with services.writing() as unit:
        assert unit.friends.show_games(ANNA, BERT, shown=True)
        unit.commit()
    (seen,) = list_rooms(services, BERT)
    assert show_room(services, BERT, room) == seen
    assert (seen.is_member, seen.season) == (False, Decimal(1))
    code = seen.join_code or ""
    with services.writing() as unit:
        unit.friends.block(ANNA, BERT, now)
        unit.commit()
    for wrong in (code, "x" * 16):
        with pytest.raises(NoSuchGameError, match="No room has this code"):
            join_room(services, BERT, wrong)


def test_rooms_of_one_person_are_few_and_those_that_nobody_starts_go(
    played: Played,
) -> None:
    services = played.services
    for asked in (replace(BLIND, speed=0), replace(BLIND, days=7)):
        with pytest.raises(ConfigurationError):
            open_room(services, ANNA, asked)
    rooms = [open_room(services, ANNA, BLIND) for _ in range(MOST_WAITING)]
    with pytest.raises(ConfigurationError, match="rooms that wait"):
        open_room(services, ANNA, BLIND)
    played.clock.advance(24 * 3600)
    assert list_rooms(services, ANNA) == []
    open_room(services, ANNA, BLIND)
    with services.reading() as unit:
        assert unit.rooms.get(rooms[0]) is None


def test_a_window_that_somebody_has_played_is_drawn_again_at_the_start(
    played: Played,
) -> None:
    services = played.services
    first = open_room(services, ANNA, OPEN)
    with services.writing() as unit:
        known = unit.rooms.get(first)
        assert known is not None
        again = unit.rooms.open(
            replace(known.opened, join_code="another-code"), played.clock.now()
        )
        unit.commit()
    for room in (first, again):
        join_room(services, BERT, code_of(played, room))
        start_room(services, ANNA, room)
    views = [show_room(services, ANNA, each) for each in (first, again)]
    assert views[0].starts_at != views[1].starts_at
