"""Revisions as rows for programs."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from nof1_tracker.records.stored import RevisedRow, RevisedValue, StoredRevision
from nof1_tracker.rendering.programs.output import exact, iso

COLUMNS = (
    "table",
    "row_id",
    "row",
    "model_id",
    "name",
    "field",
    "from",
    "to",
    "observed_before",
    "observed_after",
    "cause",
    "archive_entry",
    "noted_at",
)


def revision_rows(revisions: Iterable[StoredRevision]) -> list[dict[str, Any]]:
    """One row per revision, keys as in COLUMNS; numbers have every digit."""
    return [
        {
            "table": revision.row.table.value,
            "row_id": revision.row.id,
            "row": row_name(revision.row),
            "model_id": revision.account_id,
            "name": revision.name,
            "field": revision.field,
            "from": _value(revision.old),
            "to": _value(revision.new),
            "observed_before": iso(revision.observed_before),
            "observed_after": iso(revision.observed_after),
            "cause": revision.cause.value,
            "archive_entry": revision.archive_entry,
            "noted_at": iso(revision.noted_at),
        }
        for revision in revisions
    ]


def _value(value: RevisedValue | None) -> Decimal | str | int | None:
    if isinstance(value, datetime):
        return iso(value)
    return exact(value) if isinstance(value, Decimal) else value


def row_name(row: RevisedRow) -> str:
    """What tells the row from others of its table and account, as one text."""
    source = row.source and row.source.value
    parts = (row.served_id, iso(row.observed_at), source, row.symbol, row.entry_oid)
    return " ".join(str(part) for part in parts if part is not None)
