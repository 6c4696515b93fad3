"""The models as somebody who plays sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ModelCurve:
    """A model's equity.

    Attributes:
        colour: #rrggbb.
        points: When each equity was known, and how much it was, USD; oldest first.
    """

    account_id: str
    name: str
    colour: str
    points: Sequence[tuple[datetime, Decimal]]


@dataclass(frozen=True, slots=True)
class ModelWords:
    """What a model said at a time."""

    account_id: str
    at: datetime
    text: str
