"""The loop's log lines: one per cycle, with fields for machines."""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from nof1_tracker.database.read.chat_rate import MissedChats
from nof1_tracker.monitor.cycle_report import CycleReport, KindOutcome
from nof1_tracker.records.enums import RowKind, RunStatus
from nof1_tracker.records.run_summary import SummaryLine

log = logging.getLogger("nof1_tracker.monitor")

_MOST_REMEMBERED = 1000
_SHOWN = (
    RowKind.MODEL_CHAT,
    RowKind.TRADES,
    RowKind.LEADERBOARD,
    RowKind.POSITIONS,
)
"""Kinds of rows that the text log names; machines get all of them."""


def tell_cycle(report: CycleReport, next_at: datetime | None) -> None:
    """Logs a line for the cycle, and one for each kind that is incomplete."""
    seconds = (report.finished_at - report.started_at).total_seconds()
    new = _new_rows(report.lines)
    fields = {
        "event": "cycle",
        "cycle": report.number,
        "seconds": round(seconds, 3),
        "kinds": {each.kind: each.status or "not_tried" for each in report.outcomes},
        "rows": {kind: count for kind, count in new.items() if count},
        "leader": report.is_leader,
        "next_at": next_at.isoformat(timespec="seconds") if next_at else None,
    }
    following = f"; next at {next_at:%H:%M:%S} UTC" if next_at else ""
    text = f"{_what(report, new, seconds)}{following}"
    log.info("Cycle %d: %s", report.number, text, extra={"fields": fields})
    for problem, outcomes in _by_problem(report.outcomes).items():
        _tell_problem(report.number, problem, outcomes)


def _what(report: CycleReport, new: Mapping[RowKind, int], seconds: float) -> str:
    if not report.is_leader:
        return "another monitor scrapes"
    tried = [each for each in report.outcomes if each.status is not None]
    if not tried:
        return "nothing was tried; what failed is left alone for now"
    told = ", ".join(f"{new[kind]:,} {kind}" for kind in _SHOWN if new[kind])
    rows = f"new: {told}" if told else "nothing new"
    return f"{_statuses(tried, report.outcomes)} in {seconds:.1f} s; {rows}"


def _statuses(tried: Sequence[KindOutcome], asked: Sequence[KindOutcome]) -> str:
    """One status if all kinds have the same, else one for each kind."""
    statuses = {each.status for each in tried}
    if len(statuses) == 1 and len(tried) == len(asked):
        return f"{statuses.pop()}"
    return ", ".join(f"{each.kind} {each.status}" for each in tried)


def _new_rows(lines: Iterable[SummaryLine]) -> Counter[RowKind]:
    new: Counter[RowKind] = Counter()
    for line in lines:
        new[line.kind] += line.inserted
    return new


def _by_problem(
    outcomes: Iterable[KindOutcome],
) -> Mapping[tuple[RunStatus | None, str], list[KindOutcome]]:
    """Outcomes grouped by their problem, so that each problem is logged once."""
    found: dict[tuple[RunStatus | None, str], list[KindOutcome]] = {}
    for each in outcomes:
        if each.error is not None:
            found.setdefault((each.status, each.error), []).append(each)
    return found


def _tell_problem(
    number: int, problem: tuple[RunStatus | None, str], outcomes: list[KindOutcome]
) -> None:
    status, error = problem
    level = logging.ERROR if status is RunStatus.FAILED else logging.WARNING
    kinds = [each.kind for each in outcomes]
    fields = {
        "event": "problem",
        "cycle": number,
        "kinds": kinds,
        "status": status,
        "error": error,
    }
    names = ", ".join(kinds)
    log.log(level, "%s %s: %s", names, status, error, extra={"fields": fields})


def tell_missed(missed: Iterable[MissedChats]) -> None:
    """Logs a line for each newly found gap."""
    for gap in missed:
        log.warning(
            "ModelChat of %s: %d conversations were missed between %s and %s UTC.",
            gap.name,
            gap.missing,
            f"{gap.since:%Y-%m-%d %H:%M}",
            f"{gap.until:%H:%M}",
            extra={"fields": _gap_fields(gap)},
        )


def _gap_fields(gap: MissedChats) -> dict[str, Any]:
    return {
        "event": "gap",
        "model": gap.name,
        "missing": gap.missing,
        "since": gap.since.isoformat(),
        "until": gap.until.isoformat(),
    }


class Once:
    """Logs each text once, so that a lasting oddity does not fill the log."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def tell(self, texts: Iterable[str]) -> None:
        for text in texts:
            if text not in self._told and len(self._told) < _MOST_REMEMBERED:
                self._told.add(text)
                log.warning("%s", text, extra={"fields": {"event": "oddity"}})
