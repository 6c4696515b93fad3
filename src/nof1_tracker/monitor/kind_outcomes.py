"""Derives the outcome of each kind from the summary of the run that fetched it."""

from nof1_tracker.errors import DatabaseError, WaitingError
from nof1_tracker.monitor.cycle_report import KindOutcome
from nof1_tracker.records.enums import Kind, RunStatus
from nof1_tracker.records.run_summary import RunSummary
from nof1_tracker.services.collect import OWN, WANTED


def outcome_of(kind: Kind, summary: RunSummary) -> KindOutcome:
    """The kind's outcome: failed without its own rows, partial if others are absent."""
    own, problems = OWN[kind], _problems(kind, summary)
    if own not in summary.delivered:
        status = RunStatus.FAILED
        problems = problems or [f"{own}: nothing in it could be used."]
    else:
        status = RunStatus.PARTIAL if problems else RunStatus.COMPLETE
    error = " ".join(problems) or None
    return KindOutcome(kind, status, round(summary.seconds, 3), error)


def _problems(kind: Kind, summary: RunSummary) -> list[str]:
    problems = []
    waits: WaitingError | None = None
    for endpoint in WANTED[kind]:
        error = summary.errors.get(endpoint)
        if isinstance(error, WaitingError):
            waits = error
        elif error:
            problems.append(f"{endpoint}: {error.message}")
        if count := summary.rejected_rows[endpoint]:
            problems.append(f"{endpoint}: {count} rows or bodies rejected.")
    # The same of each endpoint, and nothing that the source could mend.
    return [*problems, str(waits)] if waits else problems


def failed_by_database(kind: Kind, summary: RunSummary) -> bool:
    """True if the kind failed through no fault of the source."""
    return isinstance(summary.errors.get(OWN[kind]), DatabaseError)


def waits_for_database(kind: Kind, summary: RunSummary) -> WaitingError | None:
    """Why the kind is recorded, and not stored yet; None if it is stored, or failed."""
    error = summary.errors.get(OWN[kind])
    return error if isinstance(error, WaitingError) else None
