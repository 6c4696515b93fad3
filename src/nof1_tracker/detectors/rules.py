"""The limits from which something is worth an event."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from nof1_tracker.records.events import EventKind


@dataclass(frozen=True, slots=True)
class Rules:
    """What is told; None switches a rule off.

    Attributes:
        kinds: Only these.
        large_notional: USD; a position opened at this or more is a large trade.
        large_loss: USD > 0; a leg that lost this or more net is a large loss.
        drawdown: Fraction of the peak, such as 0.25.
        places: Rank changes are told that concern these first places.
        rank_margin: Fraction by which an account must be ahead to have passed.
        stale_after: A source without news for so long is stale.
    """

    kinds: Collection[EventKind] = frozenset(EventKind)
    large_notional: Decimal | None = None
    large_loss: Decimal | None = None
    drawdown: Decimal | None = None
    places: int = 0
    rank_margin: Decimal = Decimal(0)
    stale_after: timedelta | None = None

    def gravest(self, *kinds: EventKind | None) -> EventKind | None:
        """The first of these that is told; None if none is."""
        return next((kind for kind in kinds if kind in self.kinds), None)
