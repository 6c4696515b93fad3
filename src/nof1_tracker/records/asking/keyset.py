"""Where a list is continued: after the last row that was returned, not at a number.

Rows that are added meanwhile shift no later page, so that each row is returned once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class Keyset:
    """The place of a row in a list that is ordered by time, then by id, newest first."""

    time: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of a list is wanted.

    Attributes:
        after: The last row of the part before; None for the first part.
        limit: The most rows that are returned, > 0.
    """

    limit: int
    after: Keyset | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """A part of a list.

    Attributes:
        next: Its last row, where the list goes on; None at the end of the list.
    """

    rows: tuple[RowT, ...]
    next: Keyset | None
