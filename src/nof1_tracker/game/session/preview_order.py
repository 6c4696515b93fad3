"""What an order would come to, if it were filled at what is known now. Pure."""

from decimal import Decimal

from nof1_tracker.game.engine.bookkeeping import Execution, closing_units, fill_entries
from nof1_tracker.game.engine.ledger_replay import applied
from nof1_tracker.game.engine.trading_engine import UNSECURED, TradingEngine
from nof1_tracker.game.session.appearance import Appearance
from nof1_tracker.game.session.game_run import GameRun
from nof1_tracker.game.session.moves import place_order
from nof1_tracker.records.play.orders import Order, OrderKind
from nof1_tracker.records.play.session.games import Game, OrderRequest
from nof1_tracker.records.play.session.order_preview import OrderPreview


def preview_order(
    game: Game, run: GameRun, look: Appearance, asked: OrderRequest
) -> OrderPreview:
    """The order as if it were filled now; nothing is changed.

    A market order is really filled at a price that nobody knows yet.

    Args:
        run: The game's account at its moment.
        asked: In the symbols, prices and quantities that the player sees.

    Raises:
        MoveError: As `place_order`.
        ConfigurationError: As `place_order`.
    """
    _, move = place_order(game, look, asked)
    order, engine = move.order, run.engine
    if order is None:
        raise ValueError("an order that is placed is an order")
    price, is_taker = _price(order, engine)
    state = engine.state
    units = order.quantity * order.direction
    if order.only_reduces:
        units = closing_units(state.positions.get(order.symbol), units)
    rate = engine.rules.fee_rate(order, game.moment, is_taker)
    fill = Execution(order, game.moment, units, price, rate, is_taker)
    entries = list(fill_entries(state, fill)) if units else []
    for entry in entries:
        state = applied(state, entry)
    held = state.positions.get(order.symbol)
    level = None if held is None else engine.rules.liquidation_of(held)
    refusal = engine.why_refused(order)
    is_unsecured = state.cash < 0 and not order.only_reduces
    return OrderPreview(
        price=look.price(order.symbol, price),
        units=look.quantity(order.symbol, units),
        notional=abs(units) * price,
        fee=sum((each.fee for each in entries), Decimal(0)),
        is_taker=is_taker,
        margin=sum((each.margin for each in entries), Decimal(0)),
        cash=state.cash,
        liquidation_price=None if level is None else look.price(order.symbol, level),
        refusal=refusal or (UNSECURED if is_unsecured else ""),
    )


def _price(order: Order, engine: TradingEngine) -> tuple[Decimal, bool]:
    """What it would be filled at, and whether as a taker."""
    mark = engine.marks[order.symbol]
    if order.price is None:
        return engine.rules.slipped(mark, order.direction), True
    if order.kind is OrderKind.LIMIT:
        return order.price, (order.price - mark) * order.direction >= 0
    return engine.rules.slipped(order.price, order.direction), True
