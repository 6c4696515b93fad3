"""A game played again with one thing changed, to see what it would have changed. Pure.

Each is the whole game again, order by order: what an order that was refused would have
brought is in it too. So a difference is what the one change makes, and several of them
do not add up.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from nof1_tracker.game.engine.trading_engine import TradingEngine
from nof1_tracker.game.knowledge.price_feed import PriceFeed
from nof1_tracker.game.session.game_run import GameRun, rules_of, run_of
from nof1_tracker.records.play.ledger import EntryKind, LedgerEntry
from nof1_tracker.records.play.orders import Order, side_of
from nof1_tracker.records.play.session.games import Game, Move
from nof1_tracker.records.play.session.revealed_game import Change, Counterfactual

LOSER_FROM: Final = Decimal("0.02")
"""A position is a loser once it has lost this fraction of the starting money."""
_FIRST_CUT: Final = 1_000_000_000
"""Ids of orders that close losers: beyond those of any player."""


def counterfactuals(
    game: Game, run: GameRun, feed: PriceFeed
) -> tuple[Counterfactual, ...]:
    """What each change would have brought, the largest difference first.

    Args:
        run: The game's account at its moment.
    """
    entries = run.engine.entries
    played = {
        Change.NO_FEES: _without_fees(game, feed),
        Change.NO_LEVERAGE: run_of(_without_leverage(game), feed),
        Change.LOSERS_CLOSED: run_of(
            _closing_only_what_is_held(game, entries),
            feed,
            after_quote=_LoserCut(LOSER_FROM * game.setup.start),
        ),
    }
    found = [
        Counterfactual(change, other.equity, other.equity - run.equity)
        for change, other in played.items()
    ]
    return tuple(sorted(found, key=lambda each: -abs(each.difference)))


def _without_fees(game: Game, feed: PriceFeed) -> GameRun:
    def nothing(_: Order, at: datetime, is_taker: bool) -> Decimal:  # noqa: ARG001
        return Decimal(0)

    return run_of(game, feed, replace(rules_of(game.setup), fee_rate=nothing))


def _without_leverage(game: Game) -> Game:
    """All orders of a symbol smaller by one factor, so that they still fit together."""
    highest: dict[str, Decimal] = {}
    for order in (move.order for move in game.moves if move.order is not None):
        known = highest.get(order.symbol, Decimal(1))
        highest[order.symbol] = max(known, order.leverage or known)

    def smaller(order: Order) -> Order:
        return replace(
            order,
            quantity=order.quantity / highest[order.symbol],
            leverage=None if order.leverage is None else Decimal(1),
        )

    return _with_orders(game, (m.order and smaller(m.order) for m in game.moves))


def _closing_only_what_is_held(game: Game, entries: Iterable[LedgerEntry]) -> Game:
    """Orders that only closed never open: what they would close may be gone already."""
    closed, opened = set[int](), set[int]()
    for entry in entries:
        if entry.kind is EntryKind.FILL and entry.order is not None:
            is_closing = entry.held_before * entry.units < 0
            (closed if is_closing else opened).add(entry.order.order_id)
    only_closed = closed - opened

    def reducing(order: Order) -> Order:
        is_one = order.order_id in only_closed
        return replace(order, reduce_only=order.reduce_only or is_one)

    return _with_orders(game, (m.order and reducing(m.order) for m in game.moves))


def _with_orders(game: Game, orders: Iterable[Order | None]) -> Game:
    moves: Iterable[Move] = (
        replace(move, order=order)
        for move, order in zip(game.moves, orders, strict=True)
    )
    return replace(game, moves=tuple(moves))


class _LoserCut:
    """Closes what has lost too much, at the first price after it is known."""

    def __init__(self, limit: Decimal) -> None:
        self._limit = limit
        self._placed = 0

    def __call__(self, engine: TradingEngine, at: datetime) -> None:
        """Places an order for each loser that has none yet."""
        waiting = {
            order.symbol
            for order in engine.state.orders.values()
            if order.order_id >= _FIRST_CUT
        }
        for symbol, held in engine.state.positions.items():
            loss = -held.unrealized_pnl(engine.marks[symbol])
            if symbol in waiting or loss < self._limit:
                continue
            number = _FIRST_CUT + self._placed
            self._placed += 1
            side, units = side_of(-held.units), abs(held.units)
            engine.place(Order(number, at, symbol, side, units, reduce_only=True))
