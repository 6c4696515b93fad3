"""What an order would come to, before it is placed."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPreview:
    """An order as if it were filled at once, in what the player sees.

    Attributes:
        price: USD per unit: the order's own, or the last one with slippage.
        units: What would change hands; 0 where it reduces what is not held.
        notional, fee: USD.
        margin: USD that would be set aside for it; negative where it is freed.
        cash: USD that would be free afterwards.
        liquidation_price: USD per unit, of the position afterwards; None where there is
            none, or no price is low enough.
        refusal: Why the account would refuse it; empty where it would not.
    """

    price: Decimal
    units: Decimal
    notional: Decimal
    fee: Decimal
    is_taker: bool
    margin: Decimal
    cash: Decimal
    liquidation_price: Decimal | None
    refusal: str
