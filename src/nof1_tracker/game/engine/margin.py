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
    return 1 / (2 * most_leverage(symbol))


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
    kept = units - abs(units) * maintenance_fraction(symbol)
    price = (entry_value - margin) / kept
    return price if price > 0 else None


def liquidation_of(position: HeldPosition) -> Decimal | None:
    """As `liquidation_price`; None where the whole account secures the position."""
    if not position.is_isolated:
        return None
    return liquidation_price(
        position.symbol, position.units, position.entry_value, position.margin
    )
