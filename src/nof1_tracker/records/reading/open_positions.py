"""Open positions as last observed, of several accounts."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from nof1_tracker.records.reading.emptiness import StoredSpan
from nof1_tracker.records.stored import OpenPosition


@dataclass(frozen=True, slots=True)
class AccountPosition:
    """An open position, and whose it is; `name` is a display name."""

    account_id: str
    name: str
    position: OpenPosition


@dataclass(frozen=True, slots=True)
class PositionList:
    """What was open at a time, by account and symbol.

    Attributes:
        at: Nothing observed later is included.
        season: Number of the season; None where nothing is stored.
        observed: Accounts whose positions are known, and when each was last observed.
        in_all: How many positions there are in all symbols.
        stored: The seasons of which positions were observed, where none was here.
    """

    at: datetime
    season: Decimal | None
    observed: dict[str, datetime]
    in_all: int
    rows: tuple[AccountPosition, ...]
    stored: tuple[StoredSpan, ...] = ()
