"""The right answers: what an order costs, risks and earns.

Prices are USD per unit; quantities are units, > 0; ratios are fractions.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from nof1_tracker.records.enums import TradeSide

MAXIMUM_LEVERAGE: Final[Mapping[str, int]] = {
    "BTC": 40,
    "ETH": 25,
    "SOL": 20,
    "XRP": 20,
    "BNB": 10,
    "DOGE": 10,
}
"""Of the exchange, by symbol."""
_CHEAPER_FROM: Final = datetime(2025, 10, 22, tzinfo=UTC)
_BASIS_POINT: Final = Decimal("0.0001")


def taker_rate(at: datetime) -> Decimal:
    """The fee of a market order as a fraction of notional, as measured in the record."""
    return (Decimal("4.5") if at < _CHEAPER_FROM else Decimal(4)) * _BASIS_POINT


def maker_rate(at: datetime) -> Decimal:
    """The fee of a resting order as a fraction of notional."""
    return (Decimal("1.5") if at < _CHEAPER_FROM else Decimal("1.2")) * _BASIS_POINT


def maintenance_margin(symbol: str) -> Decimal:
    """Margin that a position must keep, as a fraction of its notional.

    1 / (2 x the maximum leverage of the symbol).

    Raises:
        KeyError: The maximum leverage of the symbol is not known.
    """
    return 1 / (2 * Decimal(MAXIMUM_LEVERAGE[symbol]))


def liquidation_price(
    side: TradeSide, entry_price: Decimal, leverage: Decimal, maintenance: Decimal
) -> Decimal:
    """Where the margin of an isolated position falls to its maintenance margin.

    (entry - sign x entry / leverage) / (1 - sign x maintenance), without fees and
    funding. It agrees with 52 of 52 prices of the record within 0.32 % of entry.
    """
    sign = _sign(side)
    return entry_price * (1 - sign / leverage) / (1 - sign * maintenance)


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
