"""How many prices a span has, and whether it can be played."""

from dataclasses import dataclass
from datetime import datetime

ENOUGH = 0.95
"""The share of quarter hours with a price from which on a span can be played."""


@dataclass(frozen=True, slots=True)
class SymbolSlots:
    """A symbol's quarter hours: those with a price, and all of them."""

    symbol: str
    priced: int
    total: int

    @property
    def share(self) -> float:
        """Fraction of its quarter hours that have a price."""
        return self.priced / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class PlayableSpan:
    """The span [since, until), and how much of it has prices."""

    since: datetime
    until: datetime
    symbols: tuple[SymbolSlots, ...]

    @property
    def is_playable(self) -> bool:
        """Whether every symbol has enough prices."""
        return bool(self.symbols) and not self.lacking

    @property
    def lacking(self) -> tuple[SymbolSlots, ...]:
        """The symbols with too few prices."""
        return tuple(row for row in self.symbols if row.share < ENOUGH)
