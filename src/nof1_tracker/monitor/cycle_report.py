"""The report of one cycle, which the loop passes to its listeners."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from nof1_tracker.records.changes import Archiving, Hold
from nof1_tracker.records.enums import Kind, RunStatus
from nof1_tracker.records.run_summary import SummaryLine


@dataclass(frozen=True, slots=True)
class KindOutcome:
    """The outcome of one kind in a cycle.

    Attributes:
        status: None if it was not tried (not due, or its breaker is open).
        seconds: Wall time it took, >= 0.
        error: Why it failed, in words for people; None if it did not.
    """

    kind: Kind
    status: RunStatus | None
    seconds: float
    error: str | None = None


@dataclass(frozen=True, slots=True)
class CycleReport:
    """What one cycle did.

    Attributes:
        number: Counted from 1 since this process started.
        lines: The summary lines (rows by kind, source and outcome) of all its runs.
        holds: Endpoints that the site asked to be left alone; None if it was not asked
            anything in this cycle.
        archiving: How recording went; None if there was nothing to record.
        is_leader: False if another monitor held the lock and nothing was scraped.
    """

    number: int
    started_at: datetime
    finished_at: datetime
    outcomes: tuple[KindOutcome, ...]
    lines: tuple[SummaryLine, ...]
    is_leader: bool = True
    holds: tuple[Hold, ...] | None = None
    archiving: Archiving | None = None


class CycleListener(Protocol):
    """Receives the report of each cycle; its exceptions are logged and end nothing."""

    def cycle_ended(self, report: CycleReport) -> None:
        """Receives the report. It must return soon, because the next cycle waits."""
        ...
