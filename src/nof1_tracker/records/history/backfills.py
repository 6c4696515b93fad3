"""What a backfill is asked for, and what it did."""

from dataclasses import dataclass, field
from datetime import datetime

from nof1_tracker.records.stored import Tally


@dataclass(frozen=True, slots=True)
class BackfillSpan:
    """The time to fill in, both ends included."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Wallet:
    """The address of an account at the exchange.

    Attributes:
        model_id: `llm_models.id`.
        address: In lower case.
    """

    model_id: int
    account_id: str
    address: str


@dataclass
class BackfillSummary:
    """What a backfill did.

    Attributes:
        rows: By source and kind of rows.
        notes: What it could not fill in, and why, for a person.
        rejected: How many rows were not valid.
    """

    rows: dict[str, Tally] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    rejected: int = 0

    def add(self, kind: str, tally: Tally) -> None:
        """Counts rows of a kind."""
        self.rows[kind] = self.rows.get(kind, Tally()) + tally

    def note(self, text: str) -> None:
        """Adds a note, once."""
        if text not in self.notes:
            self.notes.append(text)
