"""What a player sees at a moment: only what is known at it. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from nof1_tracker.game.session.appearance import Appearance
from nof1_tracker.game.session.game_run import GameRun
from nof1_tracker.game.session.known_market import GameMarket, KnownMarket
from nof1_tracker.records.play.account_state import HeldPosition
from nof1_tracker.records.play.ledger import LedgerEntry
from nof1_tracker.records.play.orders import Order
from nof1_tracker.records.play.session.games import Game
from nof1_tracker.records.play.session.model_curves import ModelCurve
from nof1_tracker.records.play.session.shown_game import (
    Curve,
    GameView,
    ShownEntry,
    ShownMarket,
    ShownModel,
    ShownOrder,
    ShownPosition,
    ShownWords,
)

LOOKED_BACK: Final = timedelta(hours=24)
"""How much of the past is shown from before the window."""


def view_game(
    game: Game, run: GameRun, market: GameMarket, appearance: Appearance
) -> GameView:
    """A game at its moment, as its player sees it.

    Args:
        run: The game's account at the same moment.

    Raises:
        ValueError: The account is at another moment.
    """
    if run.moment != game.moment:
        raise ValueError(f"the game is at {game.moment}, its account at {run.moment}")
    known, state = market.known_by(game.moment), run.engine.state
    shown = _Shown(game, known, appearance)
    window = game.setup.window
    return GameView(
        game_id=game.setup.game_id,
        turn=game.turn,
        elapsed=game.moment - window.start,
        left=window.end - game.moment,
        starts_at=None if game.setup.is_blind else window.start,
        is_trade=any(t.is_trade and t.start == game.moment for t in window.turns),
        is_finished=game.is_finished,
        speed=game.setup.speed,
        is_paused=game.is_paused,
        cash=state.cash,
        margin=state.margin,
        equity=run.equity,
        curve=tuple(
            (each.at - window.start, each.equity) for each in run.recorder.levels
        ),
        markets=shown.markets(),
        positions=shown.positions(run),
        orders=tuple(map(shown.order, state.orders.values())),
        entries=tuple(shown.entries(run.engine.entries)),
        models=shown_models(known.models, appearance, game.setup.start),
        words=() if game.setup.is_blind else tuple(shown.words()),
    )


def shown_entry(entry: LedgerEntry, look: Appearance, client_id: str) -> ShownEntry:
    """A line of the ledger.

    Args:
        client_id: The player's own id of its order; empty where it has none.
    """
    symbol = entry.symbol
    return ShownEntry(
        number=entry.number,
        elapsed=look.elapsed(entry.at),
        kind=entry.kind,
        client_id=client_id,
        symbol=look.symbol(symbol),
        units=look.quantity(symbol, entry.units),
        price=look.price(symbol, entry.price),
        fee=entry.fee,
        pnl=entry.pnl,
        over_gap=entry.over_gap,
        reason=entry.reason,
    )


def shown_models(
    models: Iterable[ModelCurve], appearance: Appearance, start: Decimal
) -> tuple[ShownModel, ...]:
    """The models that have an equity above 0 to begin with, by name.

    Args:
        start: What each of them begins the window with, USD.
    """
    curves = ((*appearance.model(each), each) for each in models)
    return tuple(
        ShownModel(name, colour, curve)
        for name, colour, model in sorted(curves, key=lambda each: each[0])
        if (curve := rebased(model, appearance.start, start))
    )


def rebased(model: ModelCurve, begins: datetime, start: Decimal) -> Curve:
    """A model's equity from a time on, as if it had been `start` then.

    It is measured against the last equity before that time, or the first one after it
    where there is none. Empty where that is not above 0.
    """
    base, points = _base(model, begins)
    if base is None or base <= 0:
        return ()
    return tuple((at - begins, start * equity / base) for at, equity in points)


def _base(
    model: ModelCurve, begins: datetime
) -> tuple[Decimal | None, list[tuple[datetime, Decimal]]]:
    """What a model begins with, and its curve from there on."""
    before = [equity for at, equity in model.points if at <= begins]
    later = [each for each in model.points if each[0] > begins]
    if before:
        return before[-1], [(begins, before[-1]), *later]
    return (later[0][1] if later else None), later


class _Shown:
    """The parts of a view."""

    def __init__(self, game: Game, known: KnownMarket, appearance: Appearance) -> None:
        self._symbols = game.setup.symbols
        self._known = known
        self._look = appearance
        self._client_ids = {
            move.order.order_id: move.client_id
            for move in game.moves
            if move.order is not None
        }

    def markets(self) -> tuple[ShownMarket, ...]:
        """The symbols, by the names that they are shown under."""
        found = (
            ShownMarket(
                symbol=self._look.symbol(symbol),
                prices=tuple(self._prices(symbol)),
                most_leverage=self._look.most_leverage(symbol),
            )
            for symbol in self._symbols
        )
        return tuple(sorted(found, key=lambda each: each.symbol))

    def _prices(self, symbol: str) -> Iterator[tuple[timedelta, Decimal]]:
        for at, price in self._known.prices.get(symbol, ()):
            elapsed = self._look.elapsed(at)
            if elapsed >= -LOOKED_BACK:
                yield elapsed, self._look.price(symbol, price)

    def positions(self, run: GameRun) -> tuple[ShownPosition, ...]:
        """What the player holds, by the names that it is shown under."""
        marks, held = run.engine.marks, run.engine.state.positions.values()
        found = (self._position(each, marks[each.symbol]) for each in held)
        return tuple(sorted(found, key=lambda each: each.symbol))

    def _position(self, held: HeldPosition, mark: Decimal) -> ShownPosition:
        look, symbol = self._look, held.symbol
        level = look.rules.liquidation_of(held)
        return ShownPosition(
            symbol=look.symbol(symbol),
            units=look.quantity(symbol, held.units),
            entry_price=look.price(symbol, held.entry_price),
            mark_price=look.price(symbol, mark),
            liquidation_price=None if level is None else look.price(symbol, level),
            margin=held.margin,
            unrealized_pnl=held.unrealized_pnl(mark),
        )

    def order(self, order: Order) -> ShownOrder:
        """An order that waits."""
        look, symbol, price = self._look, order.symbol, order.price
        return ShownOrder(
            client_id=self._client_ids[order.order_id],
            elapsed=look.elapsed(order.placed_at),
            symbol=look.symbol(symbol),
            side=order.side,
            quantity=look.quantity(symbol, order.quantity),
            kind=order.kind,
            price=None if price is None else look.price(symbol, price),
            leverage=order.leverage,
            reduce_only=order.reduce_only,
        )

    def entries(self, entries: Iterable[LedgerEntry]) -> Iterator[ShownEntry]:
        """The lines of the ledger."""
        for entry in entries:
            order = entry.order
            own = "" if order is None else self._client_ids[order.order_id]
            yield shown_entry(entry, self._look, own)

    def words(self) -> Iterator[ShownWords]:
        """What each model said last."""
        last = {
            each.account_id: each
            for each in sorted(self._known.words, key=lambda each: each.at)
        }
        for model in self._known.models:
            said = last.get(model.account_id)
            if said is not None:
                name, _ = self._look.model(model)
                yield ShownWords(name, self._look.elapsed(said.at), said.text)
