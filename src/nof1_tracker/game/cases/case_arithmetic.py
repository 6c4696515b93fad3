"""The right answers: what an order costs, risks and earns.

Fees and liquidation are those of the engine. Prices are USD per unit; quantities are
units, > 0; ratios are fractions.
"""

from decimal import Decimal

from nof1_tracker.game.engine import margin
from nof1_tracker.records.enums import TradeSide


def liquidation_price(
    symbol: str, side: TradeSide, entry_price: Decimal, leverage: Decimal
) -> Decimal:
    """Where the margin of an isolated position falls to its maintenance margin.

    Raises:
        ValueError: At that leverage it is liquidated at no price.
    """
    sign = _sign(side)
    found = margin.liquidation_price(
        symbol, sign, sign * entry_price, entry_price / leverage
    )
    if found is None:
        raise ValueError(f"at {leverage} times leverage {symbol} is never liquidated")
    return found


def ruin_price(side: TradeSide, entry_price: Decimal, leverage: Decimal) -> Decimal:
    """Where all of the margin is lost, if no liquidation came before."""
    return entry_price * (1 - _sign(side) / leverage)


def unrealized_pnl(
    side: TradeSide, quantity: Decimal, entry_price: Decimal, price: Decimal
) -> Decimal:
    """USD that a position has gained at that price, before fees."""
    return _sign(side) * quantity * (price - entry_price)


def distance(price: Decimal, level: Decimal) -> Decimal:
    """How far the price has to move to the level, >= 0, as a fraction of the price."""
    return abs(level / price - 1)


def size_for_risk(
    equity: Decimal, share: Decimal, price: Decimal, stop: Decimal
) -> Decimal:
    """Units of which the loss between price and stop is that share of equity."""
    return equity * share / abs(price - stop)


def risk_multiple(
    side: TradeSide, entry_price: Decimal, price: Decimal, stop: Decimal
) -> Decimal:
    """The gain per unit, in units of what was at risk between entry and stop."""
    return _sign(side) * (price - entry_price) / abs(entry_price - stop)


def _sign(side: TradeSide) -> Decimal:
    return Decimal(1) if side is TradeSide.LONG else Decimal(-1)
