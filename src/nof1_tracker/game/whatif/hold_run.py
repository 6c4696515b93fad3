"""A coin bought with all of an account's money, and held. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from nof1_tracker.game.engine.fees import rates_at
from nof1_tracker.game.engine.played_columns import EquityLevel, EquityRecorder
from nof1_tracker.game.engine.trading_engine import TradingEngine
from nof1_tracker.game.engine.trading_rules import START, TradingRules
from nof1_tracker.records.history.hyperliquid import FillSide
from nof1_tracker.records.play.copy_scenario import FeeChoice
from nof1_tracker.records.play.orders import Order
from nof1_tracker.records.play.quotes import Quote

_UNIT = Decimal("1e-8")


@dataclass(frozen=True, slots=True)
class HoldRun:
    """An account that bought once.

    Attributes:
        bought_at: When the first price after the start was known.
        price: USD per unit that was paid.
    """

    engine: TradingEngine
    equity: Decimal
    fees: Decimal
    bought_at: datetime
    price: Decimal
    levels: Sequence[EquityLevel]


def hold(
    quotes: Sequence[Quote],
    since: datetime,
    until: datetime,
    *,
    fees: FeeChoice = FeeChoice.TAKER,
    slippage: Decimal = Decimal(0),
) -> HoldRun | None:
    """Buys at the first price after `since`; None where there is none.

    Args:
        quotes: One symbol's, in the order in which they became known.
    """
    first = next((quote for quote in quotes if quote.starts_at > since), None)
    if first is None:
        return None

    def rate_of(_: Order, at: datetime, is_taker: bool) -> Decimal:  # noqa: ARG001
        return _rate(fees, at)

    rules = TradingRules(slippage=slippage, fee_rate=rate_of)
    engine = TradingEngine(since, rules)
    paid = rules.slipped(first.open, 1) * (1 + _rate(fees, first.known_at))
    units = (START / paid).quantize(_UNIT, ROUND_DOWN) - _UNIT
    side, one = FillSide.BUY, Decimal(1)
    engine.place(Order(1, since, first.symbol, side, units, leverage=one))
    recorder = EquityRecorder(engine, since)
    for quote in quotes:
        recorder.up_to(quote.known_at)
        engine.observe(quote)
    recorder.note_now(until)
    (fill,) = (entry for entry in engine.entries if entry.kind.trades)
    return HoldRun(
        engine=engine,
        equity=engine.state.equity(engine.marks),
        fees=fill.fee,
        bought_at=fill.at,
        price=fill.price,
        levels=recorder.levels,
    )


def _rate(fees: FeeChoice, at: datetime) -> Decimal:
    if fees is FeeChoice.NONE:
        return Decimal(0)
    return rates_at(at).of(is_taker=fees is not FeeChoice.MAKER)
