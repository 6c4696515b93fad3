"""Why nothing was found: what is stored, and which filter leaves none of it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Stored:
    """Rows of one kind in the tables.

    Attributes:
        first, last: The oldest and the newest time of them; None without any.
    """

    rows: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Emptiness:
    """What is stored where nothing was found.

    Attributes:
        left: The options that narrow, in the order in which they were applied, and how
            many rows each leaves of those that the ones before it left. The last
            leaves none.
    """

    stored: Stored
    left: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class StoredSpan:
    """From when to when something of a season is stored."""

    season: Decimal
    first: datetime
    last: datetime
