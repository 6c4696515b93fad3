"""The moves of a game: what may be done when, and what is done once only."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from nof1_tracker.errors import ConfigurationError, MoveError
from nof1_tracker.game.engine.fees import CHANGED_AT
from nof1_tracker.game.session.game_run import rules_of, run_of
from nof1_tracker.game.session.moves import (
    cancel_order,
    finish,
    go_on,
    live_on,
    next_turn,
    open_game,
    place_order,
    run_on,
    set_pace,
)
from nof1_tracker.records.play.ledger import EntryKind
from nof1_tracker.records.play.orders import OrderKind
from nof1_tracker.records.play.session.games import Game, Move, OrderRequest
from nof1_tracker.records.play.stored_games import GameMode
from tests.unit.game.generated_market import (
    BEGINS,
    ENDS,
    QUARTER,
    after,
    drawn_market,
    look_of,
    opened,
    request,
    setup,
    shown,
)
from tests.unit.game.market import order

MARKET = drawn_market(1)
LIMIT = request("low", 1, kind=OrderKind.LIMIT, price=Decimal(1))


def placed(game: Game, asked: OrderRequest) -> tuple[Game, Move]:
    return place_order(game, look_of(game, MARKET), asked)


def test_a_game_goes_turn_by_turn_to_the_end_of_its_window() -> None:
    game = opened()
    turns = game.setup.window.turns
    for number, turn in enumerate(turns):
        assert (game.turn, game.moment, game.is_finished) == (number, turn.start, False)
        game = next_turn(game, number)
    assert (game.turn, game.moment, game.is_finished) == (len(turns), ENDS, True)


def test_a_turn_that_is_taken_twice_passes_once() -> None:
    first = next_turn(opened(), 0)
    assert next_turn(first, 0) == first
    with pytest.raises(MoveError, match="at turn 1, not 2"):
        next_turn(first, 2)
    with pytest.raises(MoveError, match="at turn 1, not -1"):
        next_turn(first, -1)


def test_an_order_that_is_sent_twice_is_one_order_even_later() -> None:
    game, move = placed(opened(), request("one", 1))
    assert placed(game, request("one", 1)) == (game, move)
    later = finish(game)
    assert placed(later, request("one", 1)) == (later, move)
    with pytest.raises(MoveError, match="'one' stands for another order"):
        placed(game, request("one", 2))


def test_orders_are_numbered_and_know_their_turn() -> None:
    game, first = placed(opened(), request("a", 1))
    game = next_turn(game, 0)
    game, second = placed(game, request("b", -1))
    assert [(m.turn, m.order and m.order.order_id) for m in game.moves] == [
        (0, 1),
        (1, 2),
    ]
    assert (first.at, second.at) == (BEGINS, game.moment)


def test_an_order_is_taken_back_once_and_one_that_is_gone_stays_gone() -> None:
    game, _ = placed(opened(), LIMIT)
    game, move = cancel_order(game, "low")
    assert cancel_order(game, "low") == (game, move)
    run = run_of(game, MARKET.feed)
    kinds = [EntryKind.DEPOSIT, EntryKind.PLACED, EntryKind.CANCELLED]
    assert [each.kind for each in run.engine.entries] == kinds

    game, _ = placed(opened(), request("now", "0.01"))
    game, _ = cancel_order(next_turn(game, 0), "now")
    entries = run_of(game, MARKET.feed).engine.entries
    assert EntryKind.CANCELLED not in {each.kind for each in entries}
    with pytest.raises(MoveError, match="no order 'other' in this game"):
        cancel_order(game, "other")


def test_nothing_is_done_in_a_game_that_is_over() -> None:
    game, _ = placed(opened(), LIMIT)
    over = finish(game)
    assert finish(over) == over
    with pytest.raises(MoveError, match="The game is over"):
        placed(over, request("late", 1))
    with pytest.raises(MoveError, match="The game is over"):
        cancel_order(over, "low")


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (request("", 1), "1 to 64 characters"),
        (request("a" * 65, 1), "1 to 64 characters"),
        (request("a", 1, symbol="SOL"), "'SOL' is not traded"),
        (replace(request("a", 1), quantity=Decimal("NaN")), "quantity is not"),
        (request("a", 1, price=Decimal("Infinity")), "price is not possible"),
        (request("a", "100000001"), "quantity is not possible"),
        (request("a", 1, leverage=Decimal(-5)), "leverage is not possible"),
    ],
)
def test_an_order_that_is_not_possible_is_refused(
    asked: OrderRequest, why: str
) -> None:
    with pytest.raises(MoveError, match=why):
        placed(opened(), asked)


def test_the_largest_order_is_refused_by_the_account_and_breaks_nothing() -> None:
    for is_ranked in (False, True):
        game = opened(is_ranked=is_ranked)
        look = look_of(game, MARKET)
        for number, symbol in enumerate(game.setup.symbols):
            asked = replace(
                request(f"all-{number}", Decimal(10) ** 8),
                symbol=look.symbol(symbol),
                kind=OrderKind.LIMIT,
                price=Decimal(10) ** 7,
            )
            game, _ = place_order(game, look, asked)
        run = run_of(next_turn(game, 0), MARKET.feed)
        assert run.equity == 10_000
        assert {each.reason for each in run.engine.entries} == {
            "",
            "the free cash does not secure it",
        }


def test_limits_of_quantities_are_the_same_for_every_symbol_of_a_blind_game() -> None:
    game = opened(is_ranked=True)
    look = look_of(game, MARKET)
    for symbol in game.setup.symbols:
        most = shown(look, request(symbol, 1, symbol=symbol))
        place_order(game, look, replace(most, quantity=Decimal(10) ** 8))
        with pytest.raises(MoveError, match="quantity is not possible"):
            place_order(game, look, replace(most, quantity=Decimal(10) ** 8 + 1))


def test_a_blind_game_charges_the_same_whenever_it_is() -> None:
    taker, maker = Decimal("0.0004"), Decimal("0.00012")
    for is_ranked, early in ((True, taker), (False, Decimal("0.00045"))):
        rules = rules_of(opened(is_ranked=is_ranked).setup)
        charged = partial(rules.fee_rate, order(1, 1))
        assert charged(CHANGED_AT - QUARTER, True) == early
        assert charged(CHANGED_AT, True) == taker
        assert charged(CHANGED_AT, False) == maker


def test_a_running_game_runs_at_its_speed_and_never_back() -> None:
    game = run_on(opened(mode=GameMode.RUNNING, speed=3600), timedelta(seconds=5))
    assert (game.moment, game.is_finished) == (after(5), False)
    assert run_on(game, timedelta(seconds=4)) == game
    over = run_on(game, timedelta(seconds=48))
    assert (over.moment, over.is_finished) == (ENDS, True)
    assert run_on(over, timedelta.max) == over
    with pytest.raises(MoveError, match="has no turns"):
        next_turn(game, 0)
    with pytest.raises(MoveError, match="played in turns"):
        run_on(opened(), timedelta(seconds=5))


def test_a_game_goes_on_at_another_speed_from_where_it_is_and_not_while_paused() -> (
    None
):
    second = timedelta(seconds=1)
    game = go_on(opened(mode=GameMode.RUNNING, speed=3600), 5 * second)
    slower = set_pace(game, speed=60, is_paused=False)
    assert (game.moment, slower.moment) == (after(5), after(5))
    assert go_on(slower, 60 * second).moment == after(6)
    paused = set_pace(slower, speed=None, is_paused=True)
    assert set_pace(paused, speed=None, is_paused=True) == paused
    assert go_on(paused, timedelta.max) == paused
    resumed = set_pace(paused, speed=None, is_paused=False)
    assert go_on(resumed, -second) == resumed == slower
    # However often it is looked at meanwhile, it comes to the same.
    bit = timedelta(microseconds=333_333)
    assert go_on(go_on(resumed, bit), second - bit) == go_on(resumed, second)
    over = go_on(resumed, timedelta.max)
    assert set_pace(over, speed=None, is_paused=True) == over
    for speed in (0, 3601):
        with pytest.raises(ConfigurationError, match="not possible"):
            set_pace(resumed, speed=speed, is_paused=False)
    live = opened(mode=GameMode.LIVE)
    for other in (opened(), live_on(live, after(1))):
        with pytest.raises(MoveError, match="has no speed"):
            set_pace(other, speed=60, is_paused=False)


@pytest.mark.parametrize(
    ("mode", "speed"),
    [
        (GameMode.TURNS, 60),
        (GameMode.LIVE, 60),
        (GameMode.RUNNING, None),
        (GameMode.RUNNING, 0),
        (GameMode.RUNNING, 3601),
    ],
)
def test_a_speed_goes_with_the_mode_running_alone(
    mode: GameMode, speed: int | None
) -> None:
    with pytest.raises(ConfigurationError, match="speed"):
        open_game(setup(mode=mode, speed=speed))


def test_only_turns_are_ranked() -> None:
    with pytest.raises(ConfigurationError, match="not ranked"):
        open_game(setup(mode=GameMode.RUNNING, speed=60, is_ranked=True))


def test_one_move_of_a_program_makes_a_game_a_programs() -> None:
    game, _ = placed(opened(), request("mine", 1))
    assert not game.by_program
    game, _ = cancel_order(game, "mine", by_token=True)
    assert game.by_program
