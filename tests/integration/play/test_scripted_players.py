"""Three scripted players who play a whole season, on both databases."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from nof1_tracker.database.models import LLMModel, Trade
from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.game.engine.ledger_replay import replayed
from nof1_tracker.game.session.game_run import require_same_ledger, run_of
from nof1_tracker.game.turns.cut_turns import cut_turns
from nof1_tracker.records.history.hyperliquid import FillSide
from nof1_tracker.records.play.orders import OrderKind
from nof1_tracker.records.play.session.games import OrderRequest
from nof1_tracker.records.play.session.shown_game import GameView
from nof1_tracker.records.play.stored_games import GameMode, NewGame, WindowPlan
from nof1_tracker.services.play.games.kept_game import kept_game
from nof1_tracker.services.play.games.open_games import store_new_game
from nof1_tracker.services.play.games.play_game import (
    next_turn,
    place_order,
    show_game,
)
from nof1_tracker.services.play.games.reveal_games import show_reveal
from tests.integration.people.players import ANNA
from tests.integration.play.played_world import (
    BEGINS,
    ENDS,
    FIRST,
    MODELS,
    PERSON,
    SEASON,
    Played,
    played_world,
)

Player = Callable[[GameView], Sequence[OrderRequest]]
HOUR: Final = timedelta(hours=1)


def wanted(client_id: str, symbol: str, units: Decimal, **asked: Any) -> OrderRequest:
    side = FillSide.BUY if units > 0 else FillSide.SELL
    quantity = abs(units).quantize(Decimal("1e-8"))
    return OrderRequest(
        client_id=client_id, symbol=symbol, side=side, quantity=quantity, **asked
    )


def buys_and_holds(view: GameView) -> Sequence[OrderRequest]:
    if view.turn:
        return ()
    price = {each.symbol: each.prices[-1][1] for each in view.markets}
    return [
        wanted(symbol, symbol, 2_500 / price[symbol], leverage=Decimal(1))
        for symbol in FIRST
    ]


def copying(trades: Sequence[Any]) -> Player:
    """Opens and closes what a model did, an hour and more later, each once."""

    def copies(view: GameView) -> Sequence[OrderRequest]:
        asked = []
        for trade in trades:
            opened, closed = _late(trade.opened_at), _late(trade.closed_at)
            if opened <= view.elapsed:
                name = f"{trade.trade_id}-in"
                order = wanted(name, trade.symbol, trade.size * 20, leverage=Decimal(2))
                asked.append(order)
            if closed <= view.elapsed:
                name = f"{trade.trade_id}-out"
                asked.append(
                    wanted(name, trade.symbol, -trade.size * 20, leverage=Decimal(2))
                )
        known = {each.client_id for each in view.entries}
        return [each for each in asked if each.client_id not in known]

    return copies


def _late(at: datetime | None) -> timedelta:
    assert at is not None
    return at + HOUR - BEGINS


def at_random(seed: int) -> Player:
    chance = Random(seed)  # noqa: S311  reproducible, not secret

    def plays(view: GameView) -> Sequence[OrderRequest]:
        asked = []
        for number in range(chance.randint(0, 3)):
            market = chance.choice(view.markets)
            price, kind = market.prices[-1][1], chance.choice(list(OrderKind))
            units = Decimal(chance.randint(-4_000, 4_000) or 1) / price
            near = price * Decimal(chance.uniform(0.98, 1.02))
            limit = None if kind is OrderKind.MARKET else near.quantize(Decimal("1e-6"))
            name = f"{view.turn}-{number}"
            most = int(market.most_leverage)
            leverage = Decimal(chance.randint(1, most))
            asked.append(
                wanted(
                    *(name, market.symbol, units),
                    kind=kind,
                    price=limit,
                    leverage=leverage,
                )
            )
        return asked

    return plays


def _scripted(name: str, engine: Engine) -> Player:
    if name == "buys and holds":
        return buys_and_holds
    if name == "at random":
        return at_random(7)
    with engine.connect() as connection:
        model = select(LLMModel.id).where(LLMModel.model_id == "gpt-5")
        query = select(Trade).where(Trade.model_id == model.scalar_subquery())
        return copying(connection.execute(query).all())


@pytest.mark.parametrize("name", ["buys and holds", "copies", "at random"])
def test_a_scripted_player_plays_a_whole_season(engine: Engine, name: str) -> None:
    played = played_world(engine)
    plays, services = _scripted(name, engine), played.services
    game_id = store_new_game(services, _whole_season()).id
    view = show_game(services, PERSON, game_id)
    while not view.is_finished:
        for asked in plays(view):
            place_order(services, PERSON, game_id, asked)
        played.clock.advance(300)
        view = next_turn(services, PERSON, game_id, view.turn)
        unrealized = sum(each.unrealized_pnl for each in view.positions)
        assert view.equity == view.cash + view.margin + unrealized
    assert sum(each.kind.trades for each in view.entries) >= 3
    _check_ledger(played, game_id)
    reveal = show_reveal(services, PERSON, game_id)
    assert reveal.equity == view.equity
    assert reveal.total_return == view.equity / 10_000 - 1
    assert {each.contestant for each in reveal.table} == {*MODELS, str(game_id)}
    assert reveal.place.result == pytest.approx(float(reveal.total_return), abs=1e-9)
    results = [each.result for each in reveal.table]
    assert results == sorted(results, reverse=True)
    for place, line in enumerate(reveal.table, start=1):
        assert line.place.best <= line.place.rank == place <= line.place.worst


def _whole_season() -> NewGame:
    start = BEGINS + HOUR
    trades = [start + 3 * each * HOUR for each in range(30)]
    return NewGame(
        user_id=ANNA,
        season=SEASON,
        starts_at=start,
        ends_at=ENDS,
        seed="ab" * 16,
        mode=GameMode.TURNS,
        plan=WindowPlan(FIRST, tuple(MODELS), cut_turns(start, ENDS, trades)),
    )


def _check_ledger(played: Played, game_id: UUID) -> None:
    """Stored, replayed and made again from the moves, the account is the same."""
    kept = kept_game(played.again(), PERSON, game_id)
    with PeopleUnit(played.engine) as unit:
        ledger = unit.games.ledger(kept.stored.id)
    assert replayed(ledger) == kept.run.engine.state
    require_same_ledger(run_of(kept.game, kept.window.market.feed), ledger)
