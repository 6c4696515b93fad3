"""What became of each kind, read off the summary of the run that fetched them all."""

from nof1_tracker.errors import DatabaseError, SourceBusyError, TrackerError
from nof1_tracker.monitor.cycle_report import KindOutcome
from nof1_tracker.records.enums import Endpoint, Kind, RunStatus
from nof1_tracker.records.run_summary import RunSummary
from nof1_tracker.services.collect import WANTED

OWN = {
    Kind.LEADERBOARD: Endpoint.ACCOUNT_TOTALS,
    Kind.TRADES: Endpoint.TRADES,
    Kind.MODEL_CHAT: Endpoint.CONVERSATIONS,
}
"""The endpoint that a kind is about: without its rows, the kind has failed."""


def outcome_of(kind: Kind, summary: RunSummary) -> KindOutcome:
    """failed without the kind's own rows, partial where other rows are missing."""
    own, problems = OWN[kind], _problems(kind, summary)
    if own not in summary.delivered:
        status = RunStatus.FAILED
        problems = problems or [f"{own}: nothing in it could be used."]
    else:
        status = RunStatus.PARTIAL if problems else RunStatus.COMPLETE
    error = " ".join(problems) or None
    return KindOutcome(kind, status, round(summary.seconds, 3), error)


def _problems(kind: Kind, summary: RunSummary) -> list[str]:
    told = []
    for endpoint in WANTED[kind]:
        if error := summary.errors.get(endpoint):
            told.append(f"{endpoint}: {error.message}")
        if count := summary.rejected_rows[endpoint]:
            told.append(f"{endpoint}: {count} rows or bodies rejected.")
    return told


def failed_by_database(kind: Kind, summary: RunSummary) -> bool:
    """Whether it is not the source's fault that the kind failed."""
    return isinstance(summary.errors.get(OWN[kind]), DatabaseError)


def longest_retry_after(errors: list[TrackerError]) -> float:
    """Seconds for which the source asked to be left alone; 0 if it did not."""
    wishes = [
        error.retry_after
        for error in errors
        if isinstance(error, SourceBusyError) and error.retry_after is not None
    ]
    return max(wishes, default=0.0)
