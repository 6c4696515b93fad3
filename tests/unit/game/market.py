"""Orders and prices of an afternoon, for tests of the engine."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from nof1_tracker.game.engine.trading_engine import TradingEngine
from nof1_tracker.game.engine.trading_rules import TradingRules
from nof1_tracker.records.play.ledger import EntryKind, LedgerEntry
from nof1_tracker.records.play.orders import Order, OrderKind, side_of
from nof1_tracker.records.play.quotes import Quote, QuoteSource, single_price

NOON: Final = datetime(2025, 10, 28, 12, 1, tzinfo=UTC)
"""After the change of the fees: 4 bp for takers, 1.2 bp for makers."""


def at(minutes: float) -> datetime:
    """So many minutes after the account opened."""
    return NOON + timedelta(minutes=minutes)


def tick(
    minutes: float, price: object, symbol: str = "BTC", rate: object = None
) -> Quote:
    """A single price, and perhaps the funding rate beside it."""
    funding = None if rate is None else Decimal(str(rate))
    source = QuoteSource.PROMPT
    return single_price(symbol, at(minutes), Decimal(str(price)), source, funding)


def candle(minutes: float, prices: tuple[int, int, int, int]) -> Quote:
    """Open, high, low and close of five minutes."""
    first, high, low, last = map(Decimal, prices)
    start = at(minutes)
    end = start + timedelta(minutes=5)
    return Quote("BTC", start, end, first, high, low, last, QuoteSource.CANDLE)


def order(number: int, units: object, minutes: float = 0, **asked: Any) -> Order:
    """A market order at 10x by default; units below 0 sell."""
    signed = Decimal(str(units))
    if "price" in asked:
        asked["price"] = Decimal(str(asked["price"]))
    wanted: dict[str, Any] = {"symbol": "BTC", "leverage": Decimal(10), **asked}
    return Order(
        order_id=number,
        placed_at=at(minutes),
        side=side_of(signed),
        quantity=abs(signed),
        **wanted,
    )


def stop(number: int, units: object, price: object, minutes: float = 0) -> Order:
    """Closes so many units at a price as bad as this."""
    return order(number, units, minutes, kind=OrderKind.STOP, price=price)


def target(number: int, units: object, price: object, minutes: float = 0) -> Order:
    """Closes so many units at a price as good as this."""
    return order(number, units, minutes, kind=OrderKind.TAKE_PROFIT, price=price)


def limit(number: int, units: object, price: object, minutes: float = 0) -> Order:
    """Trades so many units at this price or not at all."""
    return order(number, units, minutes, kind=OrderKind.LIMIT, price=price)


def played(*events: Order | Quote, rules: TradingRules | None = None) -> TradingEngine:
    """An account of $10,000 after these orders and quotes."""
    engine = TradingEngine(NOON, rules)
    for event in events:
        if isinstance(event, Order):
            engine.place(event)
        else:
            engine.observe(event)
    return engine


def trades(engine: TradingEngine) -> list[LedgerEntry]:
    """What changed hands."""
    return [entry for entry in engine.entries if entry.kind.trades]


def reasons(engine: TradingEngine) -> list[tuple[EntryKind, str]]:
    """Why orders were refused or cancelled."""
    return [(entry.kind, entry.reason) for entry in engine.entries if entry.reason]
