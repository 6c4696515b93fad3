"""What an order was filled at, and what it paid, as far as the record tells.

A leg states the price of its order's last fill. An order that was filled at several
prices paid another on average, which follows from its fee: fee = rate * notional.
"""

from decimal import Decimal

from nof1_tracker.game.engine.fees import fee_of, rates_at
from nof1_tracker.records.play.recorded_legs import LegEnd

CENT = Decimal("0.01")
_ROUNDING = Decimal("0.00001")
"""USD: fees are stated to a millionth for each fill, and an order has several."""


def rate_of(end: LegEnd) -> Decimal:
    """The fee's rate, by its time and role; a taker's where the role is not known."""
    return rates_at(end.at).of(is_taker=end.is_taker is not False)


def expected_fee(end: LegEnd, units: Decimal) -> Decimal:
    """USD by the rate, at the stated price."""
    return fee_of(rate_of(end), abs(units) * end.price)


def blends_rates(end: LegEnd, units: Decimal) -> bool:
    """Whether it was charged what no single rate gives: maker and taker in one order."""
    return end.fee is not None and abs(end.fee - expected_fee(end, units)) > CENT


def average_price(end: LegEnd, units: Decimal) -> Decimal:
    """USD per unit that the order was filled at on average, as its fee tells.

    The stated price where the fee agrees with it, or tells nothing.
    """
    if end.fee is None or blends_rates(end, units):
        return end.price
    if abs(end.fee - expected_fee(end, units)) <= _ROUNDING:
        return end.price
    return end.fee / rate_of(end) / abs(units)
