"""Games of services, from the first window to the reveal, on both databases."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, update

from nof1_tracker.database.models import Season
from nof1_tracker.errors import (
    ConfigurationError,
    MoveError,
    NoSuchGameError,
    TooManyAttemptsError,
)
from nof1_tracker.records.history.hyperliquid import FillSide
from nof1_tracker.records.play.ledger import EntryKind
from nof1_tracker.records.play.orders import OrderKind
from nof1_tracker.records.play.session.game_boards import Board, Unranked
from nof1_tracker.records.play.session.games import OrderRequest
from nof1_tracker.records.play.stored_games import (
    GameMode,
    GameState,
    Pace,
    PaceChange,
)
from nof1_tracker.services.play.games.open_games import (
    AskedGame,
    open_daily,
    open_window,
)
from nof1_tracker.services.play.games.own_games import keep_games, list_games
from nof1_tracker.services.play.games.play_game import (
    cancel_order,
    finish_game,
    next_turn,
    place_order,
    set_pace,
    show_game,
)
from nof1_tracker.services.play.games.playable_seasons import playable_seasons
from nof1_tracker.services.play.games.reveal_games import show_reveal
from tests.integration.people.players import ANNA
from tests.integration.play.played_world import (
    BEGINS,
    GUEST,
    NOW,
    OTHER,
    PERSON,
    PROGRAM,
    SEASON,
    Played,
    played_world,
)

BLIND = AskedGame(is_ranked=True)


@pytest.fixture
def played(engine: Engine) -> Played:
    return played_world(engine)


def buy(client_id: str, symbol: str, **asked: Any) -> OrderRequest:
    values: dict[str, Any] = {"quantity": Decimal(1), "leverage": Decimal(2), **asked}
    return OrderRequest(client_id=client_id, symbol=symbol, side=FillSide.BUY, **values)


def test_a_season_tells_what_can_be_played(played: Played) -> None:
    found = playable_seasons(played.services.seasons, NOW)
    (season,) = [each for each in found if each.number == SEASON]
    # A window begins where there was a price in the hour before.
    assert (season.days, season.windows) == ((2, 3), 48)
    assert season.symbols == ("BTC", "DOGE", "ETH")
    assert (season.is_running, season.remedy) == (False, "")


def test_a_blind_window_is_played_from_its_first_turn_to_the_reveal(
    played: Played,
) -> None:
    services = played.services
    stored = open_window(services, PERSON, BLIND)
    view = show_game(services, PERSON, stored.id)
    assert (view.turn, view.starts_at) == (0, None)
    assert view.equity == 10_000
    symbol = view.markets[0].symbol
    assert symbol.startswith("Market ")
    price = view.markets[0].prices[-1][1]
    quantity = (Decimal(5_000) / price).quantize(Decimal("1e-6"))
    answer = place_order(
        services, PERSON, stored.id, buy("a", symbol, quantity=quantity)
    )
    assert answer.is_waiting
    turns = 0
    while not view.is_finished:
        view = next_turn(services, PERSON, stored.id, view.turn)
        # Another process, which has nothing in memory, shows the same.
        if turns % 8 == 0:
            assert show_game(played.again(), PERSON, stored.id) == view
        turns += 1
    assert 24 <= turns <= 40
    assert view.positions[0].symbol == symbol
    reveal = show_reveal(services, PERSON, stored.id)
    assert reveal.equity == view.equity
    assert reveal.symbols.keys() == {each.symbol for each in view.markets}
    assert {each.name for each in reveal.models} == {"GPT 5", "Qwen3 Max"}
    assert reveal.starts_at >= BEGINS
    (listed,) = list_games(services, PERSON)
    assert (listed.state, listed.board) == (GameState.FINISHED, Board.PEOPLE)


def test_an_order_that_is_sent_twice_or_at_once_is_one(played: Played) -> None:
    services = played.services
    stored = open_window(services, PERSON, AskedGame())
    asked = buy("a", "BTC", quantity=Decimal("0.01"))

    def place(_: int) -> int:
        return len(place_order(services, PERSON, stored.id, asked).entries)

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(place, range(8))) == {1}
    view = show_game(services, PERSON, stored.id)
    assert [each.client_id for each in view.orders] == ["a"]
    with pytest.raises(MoveError, match="another order"):
        place_order(services, PERSON, stored.id, replace(asked, quantity=Decimal(2)))


def test_of_many_orders_at_once_each_is_placed_once(played: Played) -> None:
    services = played.services
    stored = open_window(services, PERSON, AskedGame())

    def place(number: int) -> None:
        asked = buy(str(number), "ETH", quantity=Decimal("0.01"))
        place_order(services, PERSON, stored.id, asked)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(place, range(6)))
    view = next_turn(services, PERSON, stored.id, 0)
    kinds = Counter(each.kind for each in view.entries)
    assert (kinds[EntryKind.PLACED], kinds[EntryKind.FILL]) == (6, 6)
    numbers = [each.number for each in view.entries]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_double_click_passes_one_turn(played: Played) -> None:
    services = played.services
    stored = open_window(services, PERSON, AskedGame())
    with ThreadPoolExecutor(2) as pool:
        turns = list(
            pool.map(lambda _: next_turn(services, PERSON, stored.id, 0).turn, range(2))
        )
    assert turns == [1, 1]
    with pytest.raises(MoveError, match="turn 1, not 3"):
        next_turn(services, PERSON, stored.id, 3)


def test_an_order_is_taken_back_once(played: Played) -> None:
    services = played.services
    stored = open_window(services, PERSON, AskedGame())
    limit = buy("a", "BTC", kind=OrderKind.LIMIT, price=Decimal(1))
    place_order(services, PERSON, stored.id, limit)
    first = cancel_order(services, PERSON, stored.id, "a")
    assert not first.is_waiting
    assert cancel_order(services, PERSON, stored.id, "a") == first
    view = show_game(services, PERSON, stored.id)
    assert [each.kind.value for each in view.entries] == [
        "deposit",
        "placed",
        "cancelled",
    ]


def test_nobody_sees_or_plays_anothers_game(played: Played) -> None:
    services = played.services
    game = open_window(services, PERSON, AskedGame()).id
    for stranger in (OTHER, GUEST):
        for attempt in (
            lambda who: show_game(services, who, game),
            lambda who: place_order(services, who, game, buy("a", "BTC")),
            lambda who: cancel_order(services, who, game, "a"),
            lambda who: next_turn(services, who, game, 0),
            lambda who: finish_game(services, who, game),
            lambda who: show_reveal(services, who, game),
        ):
            with pytest.raises(NoSuchGameError):
                attempt(stranger)
    with pytest.raises(NoSuchGameError):
        show_game(services, PERSON, UUID(int=5))
    assert len(show_game(services, PERSON, game).entries) == 1


def test_a_running_game_passes_by_itself_and_ends(played: Played) -> None:
    services = played.services
    asked = AskedGame(mode=GameMode.RUNNING, speed=3600)
    game = open_window(services, PERSON, asked).id
    place_order(services, PERSON, game, buy("a", "BTC", quantity=Decimal("0.01")))
    played.clock.advance(1)
    view = show_game(services, PERSON, game)
    assert view.elapsed == timedelta(hours=1)
    assert [each.symbol for each in view.positions] == ["BTC"]
    played.clock.advance(3600)
    view = show_game(services, PERSON, game)
    assert (view.left, view.is_finished) == (timedelta(0), True)
    assert show_reveal(services, PERSON, game).equity == view.equity


def test_a_running_game_pauses_and_changes_its_speed_and_never_runs_back(
    played: Played,
) -> None:
    services = played.services
    asked = AskedGame(mode=GameMode.RUNNING, speed=3600)
    game = open_window(services, PERSON, asked).id

    def pace(speed: int | None, *, is_paused: bool) -> timedelta:
        view = set_pace(services, PERSON, game, speed=speed, is_paused=is_paused)
        assert view.is_paused is is_paused
        return view.elapsed

    played.clock.advance(2)
    # A double click pauses once.
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda _: pace(None, is_paused=True), range(2))
        assert set(found) == {timedelta(hours=2)}
    played.clock.advance(50)
    place_order(services, PERSON, game, buy("a", "BTC", quantity=Decimal("0.01")))
    view = show_game(played.again(), PERSON, game)
    assert (view.elapsed, view.positions) == (timedelta(hours=2), ())
    assert pace(60, is_paused=False) == timedelta(hours=2)
    played.clock.advance(60)
    view = show_game(played.again(), PERSON, game)
    assert (view.elapsed, view.speed) == (timedelta(hours=3), 60)
    assert [each.symbol for each in view.positions] == ["BTC"]
    turns = open_window(services, PERSON, AskedGame()).id
    with pytest.raises(MoveError, match="has no speed"):
        set_pace(services, PERSON, turns, speed=60, is_paused=False)
    # Who read the game before its pace was changed stores nothing by the old one.
    old = PaceChange(Pace(3600), Pace(3600))
    with services.writing() as unit:
        stored = unit.games.get(game)
        assert stored is not None
        assert not unit.games.append(
            game,
            [],
            after=stored.entries,
            clock=stored.clock + timedelta(hours=1),
            now=NOW,
            pace=old,
        )


def test_a_live_game_goes_on_beside_its_season(engine: Engine) -> None:
    played = played_world(engine, now=BEGINS + timedelta(days=3, minutes=7))
    with engine.begin() as connection:
        running = update(Season).where(Season.season_number == SEASON)
        connection.execute(running.values(end_date=None))
    services, asked = played.services, AskedGame(mode=GameMode.LIVE)
    game = open_window(services, PERSON, asked).id
    place_order(services, PERSON, game, buy("a", "BTC", quantity=Decimal("0.01")))
    first = show_game(services, PERSON, game)
    assert (first.starts_at, first.positions) == (BEGINS + timedelta(days=3), ())
    played.clock.advance(1800)
    # A process that has read the market before knows of no later price for a while.
    later = show_game(played.again(), PERSON, game)
    assert timedelta(minutes=20) <= later.elapsed <= timedelta(minutes=37)
    assert [each.symbol for each in later.positions] == ["BTC"]
    with pytest.raises(MoveError, match="ends with its window"):
        finish_game(services, PERSON, game)


def test_the_daily_window_is_the_same_for_all_and_opened_once(played: Played) -> None:
    services = played.services
    with ThreadPoolExecutor(2) as pool:
        first, again = pool.map(lambda _: open_daily(services, PERSON), range(2))
    assert first.id == again.id
    others = open_daily(played.again(), OTHER), open_daily(played.again(), GUEST)
    for other in others:
        assert other.opened.window_id == first.opened.window_id
        assert other.opened.seed != first.opened.seed
    played.clock.advance(86_400)
    assert open_daily(services, PERSON).id != first.id


def test_a_guests_games_are_kept_and_ranked_once(played: Played) -> None:
    services = played.services
    own, guests = open_daily(services, PERSON), open_daily(services, GUEST)
    more = open_window(services, GUEST, AskedGame())
    finish_game(services, GUEST, guests.id)
    assert list_games(services, GUEST)[-1].board is Unranked.GUEST
    # The account has played this window already: that game stays the guest's.
    assert keep_games(services, "a" * 64, ANNA) == 1
    assert {each.game_id for each in list_games(services, PERSON)} == {
        str(own.id),
        str(more.id),
    }
    assert keep_games(services, "a" * 64, ANNA) == 0


def test_programs_have_a_board_of_their_own(played: Played) -> None:
    game = open_window(played.services, PROGRAM, BLIND)
    finish_game(played.services, PROGRAM, game.id)
    assert list_games(played.services, PERSON)[0].board is Board.PROGRAMS


def test_sixty_orders_a_minute_are_enough(played: Played) -> None:
    services = played.services
    games = [open_window(services, PERSON, AskedGame()).id for _ in range(2)]
    for number in range(60):
        order = buy(str(number), "BTC", quantity=Decimal("0.0001"))
        place_order(services, PERSON, games[number % 2], order)
    with pytest.raises(TooManyAttemptsError) as refused:
        place_order(services, PERSON, games[0], buy("more", "BTC"))
    assert refused.value.retry_after == 60
    # What was placed already is answered all the same.
    again = buy("0", "BTC", quantity=Decimal("0.0001"))
    assert place_order(services, PERSON, games[0], again).is_waiting
    played.clock.advance(61)
    place_order(services, PERSON, games[0], buy("more", "BTC"))


def test_what_does_not_go_together_is_refused(played: Played) -> None:
    services = played.services
    for asked in (
        AskedGame(speed=5),
        AskedGame(mode=GameMode.RUNNING),
        AskedGame(mode=GameMode.RUNNING, speed=9, is_ranked=True),
        AskedGame(days=1),
        AskedGame(days=7),
        AskedGame(season=Decimal(9)),
        AskedGame(mode=GameMode.LIVE),
    ):
        with pytest.raises(ConfigurationError):
            open_window(services, PERSON, asked)
    assert list_games(services, PERSON) == []
