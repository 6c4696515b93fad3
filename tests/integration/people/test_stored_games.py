"""Games as they are stored: orders once, ledgers whole, one writer, on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine

from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.errors import DatabaseError
from nof1_tracker.game.engine.ledger_replay import replayed
from nof1_tracker.game.engine.trading_engine import TradingEngine
from nof1_tracker.game.engine.trading_rules import TradingRules
from nof1_tracker.records.history.hyperliquid import FillSide
from nof1_tracker.records.play.orders import Order, OrderKind
from nof1_tracker.records.play.quotes import single_price
from nof1_tracker.records.play.session.games import Move
from nof1_tracker.records.play.stored_games import (
    GameMode,
    GameState,
    NewGame,
    Player,
    StoredOrder,
    WindowPlan,
)
from nof1_tracker.records.progress.play_windows import Turn
from tests.integration.people.players import ANNA, NOON, add_users

HOUR = timedelta(hours=1)
NEW = NewGame(
    user_id=ANNA,
    season=Decimal("1.5"),
    starts_at=NOON,
    ends_at=NOON + timedelta(days=2),
    seed="ab",
    mode=GameMode.TURNS,
    is_ranked=True,
    plan=WindowPlan(
        {"BTC": Decimal("110000.123456789")},
        ("gpt-5",),
        (Turn(NOON, NOON + HOUR, False), Turn(NOON + HOUR, NOON + 2 * HOUR, True)),
    ),
)
BUY = Order(
    *(1, NOON, "BTC", FillSide.BUY, Decimal("0.0123456789")),
    leverage=Decimal(7),
)
SECOND = replace(BUY, order_id=2)


def moved(client_id: str, order: Order | None, *, by_token: bool = False) -> Move:
    return Move(0, NOON, client_id, order, by_token)


@pytest.fixture
def unit(engine: Engine) -> Iterator[PeopleUnit]:
    add_users(engine)
    with PeopleUnit(engine, writes=True) as unit:
        yield unit


@pytest.fixture
def game(unit: PeopleUnit) -> UUID:
    return unit.games.open(NEW, NOON).id


def test_a_game_is_read_as_it_was_opened(unit: PeopleUnit, game: UUID) -> None:
    stored = unit.games.get(game)
    assert stored is not None
    assert stored.opened == NEW
    assert (stored.clock, stored.state, stored.entries) == (NOON, GameState.OPEN, 0)
    assert unit.games.of_user(ANNA) == [stored]


def test_an_account_has_one_ranked_game_of_a_window(
    engine: Engine, unit: PeopleUnit, game: UUID
) -> None:
    unit.games.open(replace(NEW, is_ranked=False), NOON)
    unit.commit()
    with (
        pytest.raises(DatabaseError),
        PeopleUnit(engine, writes=True) as second,
    ):
        second.games.open(NEW, NOON)


def test_a_guests_games_are_kept_by_the_account(unit: PeopleUnit) -> None:
    guest = replace(NEW, user_id=None, guest_digest="d", is_ranked=False)
    played = unit.games.open(guest, NOON)
    unit.games.keep("d", ANNA)
    kept = replace(played, opened=replace(NEW, is_ranked=False))
    assert unit.games.of_user(ANNA) == [kept]


def test_orders_are_read_as_they_were_placed_and_taken_back(
    unit: PeopleUnit, game: UUID
) -> None:
    placed, taken = moved("a", BUY, by_token=True), moved("a", None)
    later: Any = {"after": 0, "clock": NOON, "now": NOON}
    assert unit.games.append(game, [], moves=[placed, moved("b", SECOND)], **later)
    assert unit.games.append(game, [], moves=[taken], **later)
    assert unit.games.orders(game) == [
        StoredOrder(
            order=BUY,
            client_id="a",
            by_token=True,
            cancelled_at=NOON,
            cancelled_by_token=False,
        ),
        StoredOrder(
            order=SECOND,
            client_id="b",
            by_token=False,
            cancelled_at=None,
            cancelled_by_token=False,
        ),
    ]
    assert len(unit.games.ordered_since(Player(user_id=ANNA), NOON - HOUR)) == 2
    assert unit.games.ordered_since(Player(user_id=ANNA), NOON) == []


def test_a_ledger_is_replayed_to_the_account_that_wrote_it(
    unit: PeopleUnit, game: UUID
) -> None:
    """Prices and fees with more digits than a double holds."""
    engine = TradingEngine(NOON, TradingRules(slippage=Decimal("0.00033333333333")))
    stop = replace(BUY, kind=OrderKind.STOP, side=FillSide.SELL, price=Decimal(90_000))
    refused = replace(BUY, leverage=Decimal(1000))
    moves = []
    for number, order in enumerate((BUY, stop, refused), start=1):
        moves.append(moved(str(number), replace(order, order_id=number)))
        engine.place(replace(order, order_id=number))
    for hours, price in ((1, "100001.23456789"), (2, "99999.87654321"), (3, "89000.1")):
        engine.observe(single_price("BTC", NOON + hours * HOUR, Decimal(price)))
    assert unit.games.append(
        game, engine.entries, after=0, clock=NOON + 3 * HOUR, now=NOON, moves=moves
    )
    stored = unit.games.ledger(game)
    assert list(stored) == engine.entries
    assert replayed(stored) == engine.state
    kept = unit.games.get(game)
    assert kept is not None
    assert (kept.entries, kept.clock) == (len(engine.entries), NOON + 3 * HOUR)


def test_of_two_who_write_at_once_the_second_is_told(
    unit: PeopleUnit, game: UUID
) -> None:
    entries = TradingEngine(NOON).entries
    games, later = unit.games, NOON + HOUR
    assert games.append(game, entries, after=0, clock=later, now=NOON)
    assert not games.append(game, entries, after=0, clock=later, now=NOON)
    assert not games.append(game, [], after=1, clock=NOON, now=NOON)
    assert len(games.ledger(game)) == 1


def test_of_two_at_once_one_writes(
    engine: Engine, unit: PeopleUnit, game: UUID
) -> None:
    unit.commit()
    entries = TradingEngine(NOON).entries

    def play(_: int) -> bool:
        with PeopleUnit(engine, writes=True) as own:
            times: Any = {"after": 0, "clock": NOON, "now": NOON}
            written = own.games.append(game, entries, moves=[moved("a", BUY)], **times)
            own.commit()
        return written

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(play, range(2))) == [False, True]
    with PeopleUnit(engine) as after:
        assert len(after.games.orders(game)) == 1


def test_games_of_guests_are_forgotten_after_a_while(unit: PeopleUnit) -> None:
    guest = replace(NEW, user_id=None, guest_digest="d")
    unit.games.open(guest, NOON)
    unit.games.open(NEW, NOON)
    assert unit.games.forget_guests(NOON) == 0
    assert unit.games.forget_guests(NOON + HOUR) == 1
    assert len(unit.games.of_user(ANNA)) == 1


def test_nothing_is_added_to_a_game_that_is_over(unit: PeopleUnit, game: UUID) -> None:
    assert unit.games.finish(game, NOON)
    assert not unit.games.finish(game, NOON)
    entries = TradingEngine(NOON).entries
    assert not unit.games.append(game, entries, after=0, clock=NOON, now=NOON)
