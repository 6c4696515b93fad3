"""Leverage, maintenance margin and the price at which a position is liquidated.

Source: the liquidation prices that the record of season 1 states of open positions.
"""

from decimal import Decimal

from nof1_tracker.records.play.account_state import HeldPosition

MOST_LEVERAGE = {
    "BTC": Decimal(40),
    "ETH": Decimal(25),
    "SOL": Decimal(20),
    "XRP": Decimal(20),
    "BNB": Decimal(10),
    "DOGE": Decimal(10),
}
"""The exchange's maximum for each coin of season 1."""
UNMEASURED = Decimal(10)
"""For any other symbol: the least of those that are known. It is an assumption."""


def most_leverage(symbol: str) -> Decimal:
    """Notional / margin that the exchange allows at most."""
    return MOST_LEVERAGE.get(symbol, UNMEASURED)


def maintenance_fraction(symbol: str) -> Decimal:
    """Maintenance margin / notional: half the margin at the highest leverage."""
    return fraction_at(most_leverage(symbol))


def fraction_at(most: Decimal) -> Decimal:
    """Maintenance margin / notional where that is the highest leverage."""
    return 1 / (2 * most)


def liquidation_price(
    symbol: str, units: Decimal, entry_value: Decimal, margin: Decimal
) -> Decimal | None:
    """USD per unit at which equity has fallen to the maintenance margin.

    None where no price above 0 is low enough.

    Args:
        units: Negative for a short.
        entry_value: Sum of price * units, USD.
        margin: USD set aside for it.
    """
    return _price(maintenance_fraction(symbol), units, entry_value, margin)


def liquidation_of(
    position: HeldPosition, fraction: Decimal | None = None
) -> Decimal | None:
    """As `liquidation_price`; None where the whole account secures the position.

    Args:
        fraction: Maintenance margin / notional; None for the coin's own.
    """
    if not position.is_isolated:
        return None
    if fraction is None:
        fraction = maintenance_fraction(position.symbol)
    return _price(fraction, position.units, position.entry_value, position.margin)


def _price(
    fraction: Decimal, units: Decimal, entry_value: Decimal, margin: Decimal
) -> Decimal | None:
    price = (entry_value - margin) / (units - abs(units) * fraction)
    return price if price > 0 else None
