"""What is stored around a trade, from which its story is told.

Conventions: `records.parsed`.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from nof1_tracker.records.asking.listed_rows import ListedDecision, ObservedPosition
from nof1_tracker.records.history.hyperliquid import Fill
from nof1_tracker.records.stored import StoredTrade


@dataclass(frozen=True, slots=True)
class SeenPrice:
    """A price of the symbol, USD per unit, and when it was seen."""

    at: datetime
    price: Decimal


@dataclass(frozen=True, slots=True)
class TradeEvidence:
    """Rows about a trade; each list is in order of time.

    Attributes:
        trade: The leg or the open position that is asked about.
        legs: All rows of `trades` with its entry order, itself included.
        decisions: Those of its account for its symbol, from shortly before it was
            opened until shortly after it was closed or last seen.
        positions: Its position as it was observed.
        prices: Those of its symbol while it was held.
        fills: The executions of its entry order; empty where the exchange's record is
            not stored.
    """

    trade: StoredTrade
    legs: tuple[StoredTrade, ...]
    decisions: tuple[ListedDecision, ...]
    positions: tuple[ObservedPosition, ...]
    prices: tuple[SeenPrice, ...]
    fills: tuple[Fill, ...]
