"""Fees as measured in the record of season 1, as fractions of the notional."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal

CHANGED_AT = datetime(2025, 10, 22, tzinfo=UTC)
"""From this instant on all six accounts paid the lower rates."""
_CENT_OF_A_CENT = Decimal("0.000001")
"""The exchange states fees to a millionth of a dollar."""


@dataclass(frozen=True, slots=True)
class FeeRates:
    """Fractions of the notional.

    Attributes:
        taker: For an order that is filled at once.
        maker: For one that waited in the book.
    """

    taker: Decimal
    maker: Decimal

    def of(self, *, is_taker: bool) -> Decimal:
        """The rate for either role."""
        return self.taker if is_taker else self.maker


_FIRST = FeeRates(taker=Decimal("0.00045"), maker=Decimal("0.00015"))
_LATER = FeeRates(taker=Decimal("0.00040"), maker=Decimal("0.00012"))


def rates_at(at: datetime) -> FeeRates:
    """What the accounts paid at that time. Source: 253 legs of October 2025."""
    return _FIRST if at < CHANGED_AT else _LATER


def fee_of(rate: Decimal, notional: Decimal) -> Decimal:
    """USD, to a millionth, as the exchange states it."""
    return (rate * notional).quantize(_CENT_OF_A_CENT, ROUND_HALF_EVEN)
