"""Games that accounts have played, as the tables hold them."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.game.engine.trading_engine import TradingEngine
from nof1_tracker.records.history.hyperliquid import FillSide
from nof1_tracker.records.play.finished_games import GameResult
from nof1_tracker.records.play.orders import Order
from nof1_tracker.records.play.quotes import single_price
from nof1_tracker.records.play.session.games import Move
from nof1_tracker.records.play.stored_games import GameMode, NewGame

START = datetime.fromisoformat("2025-10-20T00:00:00+00:00")
HOUR = timedelta(hours=1)
LENGTH = timedelta(days=2)
MODELS = {"gpt-5": -0.01, "qwen3-max": 0.01}


def new_game(user_id: UUID, window: int, **changes: Any) -> NewGame:
    """A ranked game of the window with that number, each a day after the one before."""
    starts_at = START + window * timedelta(days=1)
    game = NewGame(
        user_id=user_id,
        season=Decimal(1),
        starts_at=starts_at,
        ends_at=starts_at + LENGTH,
        seed="ab",
        mode=GameMode.TURNS,
        is_ranked=True,
    )
    return replace(game, **changes)


def play(
    unit: PeopleUnit,
    game: NewGame,
    now: datetime,
    total_return: float = 0.0,
    *,
    price: int = 110,
    models: dict[str, float] | None = None,
) -> UUID:
    """Plays a game to its end: bought at 100 for half of the money, and sold.

    Args:
        price: What it is sold at.
        total_return: As it is kept in the result.
    """
    opened = unit.games.open(game, now)
    engine, start = TradingEngine(game.starts_at), game.starts_at
    buy = Order(1, start, "BTC", FillSide.BUY, Decimal(50), leverage=Decimal(2))
    engine.observe(single_price("BTC", start, Decimal(100)))
    engine.place(buy)
    engine.observe(single_price("BTC", start + HOUR, Decimal(100)))
    sell = replace(
        buy,
        order_id=2,
        placed_at=start + 2 * HOUR,
        side=FillSide.SELL,
        reduce_only=True,
    )
    engine.place(sell)
    engine.observe(single_price("BTC", start + 3 * HOUR, Decimal(price)))
    assert unit.games.append(
        opened.id,
        engine.entries,
        after=0,
        clock=game.ends_at,
        now=now,
        moves=[
            Move(0, each.placed_at, str(each.order_id), each) for each in (buy, sell)
        ],
    )
    assert unit.games.finish(opened.id, now)
    fills = [each.number for each in engine.entries if each.kind.trades]
    result = GameResult(
        total_return,
        MODELS if models is None else models,
        frozenset(fills[:1]),
        timedelta(days=17),
    )
    unit.results.keep(opened.id, result, now)
    return opened.id
