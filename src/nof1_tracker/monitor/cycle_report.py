"""What one cycle of the monitor did, as the loop tells it to whoever listens."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from nof1_tracker.records.enums import Kind, RunStatus
from nof1_tracker.records.run_summary import SummaryLine


@dataclass(frozen=True, slots=True)
class KindOutcome:
    """What became of one kind in a cycle.

    Attributes:
        status: None where it was not tried (not due, or its breaker is open).
        seconds: Wall time it took, >= 0.
        error: Why it failed, for a person; None where it did not.
    """

    kind: Kind
    status: RunStatus | None
    seconds: float
    error: str | None = None


@dataclass(frozen=True, slots=True)
class CycleReport:
    """One cycle.

    Attributes:
        number: From 1, since this process started.
        lines: The summary lines (rows by kind, source and outcome) of all its runs.
        is_leader: False where another monitor held the lock and nothing was scraped.
    """

    number: int
    started_at: datetime
    finished_at: datetime
    outcomes: tuple[KindOutcome, ...]
    lines: tuple[SummaryLine, ...]
    is_leader: bool = True


class CycleListener(Protocol):
    """Whoever is told of each cycle; what it raises is logged and ends nothing."""

    def cycle_ended(self, report: CycleReport) -> None:
        """Takes the report; returns soon, the next cycle waits for it."""
        ...
