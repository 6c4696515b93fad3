"""Pure functions on sequences of numbers; an undefined result is None, never 0."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Completed legs by how they ended."""

    wins: int
    losses: int
    breakevens: int

    @property
    def win_rate(self) -> Decimal | None:
        """Wins as a fraction of all outcomes; None without any."""
        total = self.wins + self.losses + self.breakevens
        return Decimal(self.wins) / total if total else None


def split_outcomes(net_pnls: Iterable[Decimal | None]) -> Outcomes:
    """Wins (net > 0), losses (net < 0) and breakevens; what has no net is none."""
    known = [net for net in net_pnls if net is not None]
    wins = sum(1 for net in known if net > 0)
    losses = sum(1 for net in known if net < 0)
    return Outcomes(wins, losses, len(known) - wins - losses)


def total_return(equity: Decimal, initial_equity: Decimal) -> Decimal | None:
    """Gain as a fraction of the initial equity; None where that is 0."""
    return (equity - initial_equity) / initial_equity if initial_equity else None
