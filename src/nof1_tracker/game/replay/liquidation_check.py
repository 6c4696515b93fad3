"""Compares the engine's liquidation prices with those that the record states."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from nof1_tracker.game.engine.margin import liquidation_price
from nof1_tracker.records.play.recorded_legs import StatedLiquidation

TOLERANCE = Decimal("0.0032")
"""A fraction of the entry price: prompts round prices to five digits or to cents."""


@dataclass(frozen=True, slots=True)
class LiquidationCheck:
    """The stated price of an entry, and the engine's.

    Attributes:
        difference: |stated - computed| / entry price; None where none is computed.
    """

    stated: StatedLiquidation
    difference: Decimal | None

    @property
    def agrees(self) -> bool:
        """Within the tolerance."""
        return self.difference is not None and self.difference <= TOLERANCE


def check_liquidations(
    stated: Iterable[StatedLiquidation],
) -> Sequence[LiquidationCheck]:
    """One check for each entry: by the observation that states it most exactly.

    Prompts round prices below a dollar to cents, so that of several observations of
    one entry the closest is the most exact.
    """
    best: dict[tuple[str, str, int], LiquidationCheck] = {}
    for each in stated:
        key = (each.account_id, each.symbol, each.entry_oid)
        check = LiquidationCheck(each, _difference(each))
        known = best.get(key)
        if known is None or _place(check) < _place(known):
            best[key] = check
    return list(best.values())


def _difference(stated: StatedLiquidation) -> Decimal | None:
    value = stated.entry_price * stated.units
    margin = abs(value) / stated.leverage
    price = liquidation_price(stated.symbol, stated.units, value, margin)
    return None if price is None else abs(price - stated.price) / stated.entry_price


def _place(check: LiquidationCheck) -> tuple[bool, Decimal]:
    return check.difference is None, check.difference or Decimal(0)
