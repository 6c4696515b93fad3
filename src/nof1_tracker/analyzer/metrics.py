"""Pure functions over sequences of numbers; an undefined result is None, never 0."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, overload

from nof1_tracker.records.stored import LegCounts

if TYPE_CHECKING:
    # Not at run time: standings need this module, but not numpy.
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Completed legs by how they ended.

    Attributes:
        unknown: Those whose net PnL is not known.
    """

    wins: int
    losses: int
    breakevens: int
    unknown: int = 0

    @property
    def legs(self) -> int:
        """The number of all of them."""
        return self.wins + self.losses + self.breakevens + self.unknown

    @property
    def win_rate(self) -> Decimal | None:
        """Wins as a fraction of all that are known; None without any."""
        total = self.wins + self.losses + self.breakevens
        return Decimal(self.wins) / total if total else None


@overload
def is_win(net_pnl: Decimal | float) -> bool: ...
@overload
def is_win(net_pnl: "NDArray[np.float64]") -> "NDArray[np.bool_]": ...
def is_win(
    net_pnl: "Decimal | float | NDArray[np.float64]",
) -> "bool | NDArray[np.bool_]":
    """True where net PnL > 0. Source: nof1's analytics, which also use net."""
    return net_pnl > 0


@overload
def is_loss(net_pnl: Decimal | float) -> bool: ...
@overload
def is_loss(net_pnl: "NDArray[np.float64]") -> "NDArray[np.bool_]": ...
def is_loss(
    net_pnl: "Decimal | float | NDArray[np.float64]",
) -> "bool | NDArray[np.bool_]":
    """True where net PnL < 0; a leg that is neither a win nor a loss is a breakeven."""
    return net_pnl < 0


def split_outcomes(net_pnls: Iterable[Decimal | float | None]) -> Outcomes:
    """Wins (net > 0), losses (net < 0) and breakevens; a None is unknown."""
    nets = list(net_pnls)
    known = [net for net in nets if net is not None]
    wins = sum(1 for net in known if is_win(net))
    losses = sum(1 for net in known if is_loss(net))
    return Outcomes(wins, losses, len(known) - wins - losses, len(nets) - len(known))


def counted_outcomes(counts: LegCounts) -> Outcomes:
    """The same as `split_outcomes` of the net PnLs that were counted by their sign."""
    return Outcomes(counts.positive, counts.negative, counts.zero, counts.unknown)


def total_return(equity: Decimal, initial_equity: Decimal) -> Decimal | None:
    """Gain as a fraction of the initial equity; None where the latter is 0."""
    return (equity - initial_equity) / initial_equity if initial_equity else None


def exact_sum(values: Sequence[float]) -> float | None:
    """The sum, rounded once, so that it does not depend on the order.

    None where a value is unknown (NaN or infinite); 0 without values.
    Source: Shewchuk (1997), as in math.fsum.
    """
    try:
        total = math.fsum(values)
    except (OverflowError, ValueError):
        return None
    return total if math.isfinite(total) else None


def mean(values: Sequence[float]) -> float | None:
    """Sum / n, in the unit of the values; None where empty or a value is unknown."""
    return quotient(exact_sum(values), len(values))


def median(values: Sequence[float]) -> float | None:
    """The middle value, or the mean of the two middle values; None as for `mean`."""
    if exact_sum(values) is None or not values:
        return None
    ordered, middle = sorted(values), len(values) // 2
    if len(values) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def sample_std(values: Sequence[float]) -> float | None:
    """sqrt(sum((x - mean)^2) / (n - 1)), in the unit of the values, >= 0.

    None for n < 2 and with unknown values. Equal values give exactly 0, although
    their rounded mean may differ from them.
    Source: Bessel's correction; nof1's analytics use the same.
    """
    return mean_and_std(values)[1]


def mean_and_std(values: Sequence[float]) -> tuple[float | None, float | None]:
    """`mean` and `sample_std` together, at the cost of `sample_std` alone."""
    average = mean(values)
    if average is None or len(values) < 2:
        return average, None
    if min(values) == max(values):
        return average, 0.0
    squares = exact_sum([(value - average) * (value - average) for value in values])
    if squares is None:
        return average, None
    return average, math.sqrt(squares / (len(values) - 1))


def quotient(dividend: float | None, divisor: float | None) -> float | None:
    """The ratio of two numbers; None where one is None or the divisor is 0."""
    if dividend is None or not divisor:
        return None
    ratio = dividend / divisor
    return ratio if math.isfinite(ratio) else None
