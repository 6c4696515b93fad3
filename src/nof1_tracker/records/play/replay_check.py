"""How the engine's arithmetic agrees with the record, in figures for people."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from nof1_tracker.records.stored import SeasonSpan


@dataclass(frozen=True, slots=True)
class AccountReplay:
    """One account's own orders, replayed through the engine. "Agrees" is to the cent.

    Attributes:
        legs: Completed legs with the fees of both orders, and a net PnL.
        left_out: Legs without them.
        fees_agree: Legs whose fees, by rate and role at the stated prices, are as charged.
        blended: Legs with an order that paid no single rate.
        net_agrees: Legs whose net PnL is as served.
        net_agrees_as_stated: The same at the stated prices alone: a leg states the price
            of its orders' last fills.
        largest_difference: USD of net PnL, over the legs that do not blend rates.
        largest_fraction: The largest of those differences as a fraction of its leg's
            notional.
        liquidations: Entries with a stated liquidation price.
        liquidations_agree: Those that the engine's own price meets within the tolerance.
        farthest_liquidation: Largest difference, as a fraction of the entry price.
    """

    name: str
    legs: int
    left_out: int
    fees_agree: int
    blended: int
    net_agrees: int
    net_agrees_as_stated: int
    largest_difference: Decimal
    largest_fraction: Decimal
    liquidations: int
    liquidations_agree: int
    farthest_liquidation: Decimal


@dataclass(frozen=True, slots=True)
class ReplayCheck:
    """The accounts of a season, and what they come to together.

    Attributes:
        season: None where nothing is stored.
        tolerance: Of a liquidation price, as a fraction of the entry price.
    """

    season: SeasonSpan | None
    at: datetime
    tolerance: Decimal
    accounts: tuple[AccountReplay, ...]

    @property
    def total(self) -> AccountReplay:
        """All accounts: counts are sums, differences the largest."""
        return together("All", self.accounts)


def together(name: str, accounts: tuple[AccountReplay, ...]) -> AccountReplay:
    """Several accounts as one: counts are sums, differences the largest."""
    none = Decimal(0)
    return AccountReplay(
        name=name,
        legs=sum(each.legs for each in accounts),
        left_out=sum(each.left_out for each in accounts),
        fees_agree=sum(each.fees_agree for each in accounts),
        blended=sum(each.blended for each in accounts),
        net_agrees=sum(each.net_agrees for each in accounts),
        net_agrees_as_stated=sum(each.net_agrees_as_stated for each in accounts),
        largest_difference=max((a.largest_difference for a in accounts), default=none),
        largest_fraction=max((a.largest_fraction for a in accounts), default=none),
        liquidations=sum(each.liquidations for each in accounts),
        liquidations_agree=sum(each.liquidations_agree for each in accounts),
        farthest_liquidation=max(
            (a.farthest_liquidation for a in accounts), default=none
        ),
    )
