"""The condition of the database, as an object for programs."""

from typing import Any

from nof1_tracker.analyzer.performance import Condition
from nof1_tracker.records.archive.archive_positions import ArchiveState
from nof1_tracker.records.enums import Kind
from nof1_tracker.records.status import StoredRun
from nof1_tracker.rendering.programs.output import iso, ratio
from nof1_tracker.rendering.text import share


def condition_object(report: Condition) -> dict[str, Any]:
    """The whole condition, for programs; coverage is a fraction."""
    return {
        "database": report.database_url,
        "schema": report.schema,
        "schema_wanted": report.schema_wanted,
        "lock_holder": str(report.lock_holder) if report.lock_holder else None,
        "rows": dict(report.row_counts),
        "newest": [
            {
                "model_id": row.account_id,
                "name": row.name,
                Kind.LEADERBOARD.value: iso(row.snapshot_at),
                Kind.TRADES.value: iso(row.trade_at),
                Kind.MODEL_CHAT.value: iso(row.chat_at),
            }
            for row in report.newest
        ],
        "chat_gaps": [
            {
                "model_id": row.account_id,
                "name": row.name,
                "stored": row.stored,
                "missing": row.missing,
                "largest": row.largest,
                "largest_from": iso(row.largest_from),
                "largest_to": iso(row.largest_to),
            }
            for row in report.gaps
        ],
        "trades_coverage": [
            {
                "model_id": row.account_id,
                "name": row.name,
                "stored": row.stored,
                "reported": row.reported,
                "coverage": ratio(share(row.stored, row.reported)),
                "reported_at": iso(row.reported_at),
            }
            for row in report.coverage
        ],
        "runs": [_run_object(run) for run in report.runs],
        "rejected": [
            {
                "endpoint": row.endpoint,
                "reason": row.reason,
                "occurrences": row.occurrences,
                "last_seen_at": iso(row.last_seen_at),
            }
            for row in report.rejected
        ],
        "implausible_legs": [
            {"oddity": row.oddity, "legs": row.legs} for row in report.implausible
        ],
        "suspected_glitches": [
            {
                "model_id": row.account_id,
                "name": row.name,
                "observed_at": iso(row.observed_at),
                "equity": row.equity,
            }
            for row in report.glitches
        ],
        "drift": [
            {
                "endpoint": row.endpoint,
                "field": row.path,
                "type": row.json_type,
                "word": row.word or None,
                "example": row.example,
                "noted_at": iso(row.noted_at),
                "gone": row.is_gone,
            }
            for row in report.drift
        ],
        "revisions": {
            "count": report.revisions,
            "newest_observed_at": iso(report.revised_at),
        },
        "archive": None if report.archive is None else _archive_object(report.archive),
    }


def _archive_object(archive: ArchiveState) -> dict[str, Any]:
    """The archive; sizes are in bytes."""
    return {
        "path": archive.path,
        "on": archive.is_on,
        "size": archive.size,
        "limit": archive.limit,
        "lacks_past": archive.lacks_past,
        "unrecorded": archive.unrecorded,
        "unrecorded_at": iso(archive.unrecorded_at),
        "waiting": archive.waiting.count,
        "waiting_since": iso(archive.waiting.since),
        "trouble": archive.trouble,
    }


def _run_object(run: StoredRun) -> dict[str, Any]:
    return {
        "started_at": iso(run.started_at),
        "finished_at": iso(run.finished_at),
        "status": run.status.value,
        "transport": run.transport,
        "origin": run.origin,
        "counts": list(run.counts),
        "error": run.error,
    }
