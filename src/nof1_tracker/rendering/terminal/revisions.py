"""Revisions as a table on a terminal."""

from datetime import datetime
from decimal import Decimal
from functools import partial

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nof1_tracker.records.reading.emptiness import Emptiness
from nof1_tracker.records.sanitize import clean
from nof1_tracker.records.stored import (
    RevisedRow,
    RevisedValue,
    RevisionList,
    StoredRevision,
)
from nof1_tracker.rendering.programs.output import exact
from nof1_tracker.rendering.terminal.console import calm_table, cell, first_fitting
from nof1_tracker.rendering.terminal.empty_answer import empty_answer
from nof1_tracker.rendering.text import UNKNOWN, moment, shown_of

_LONGEST_VALUE = 40


def revisions_table(report: RevisionList, width: int) -> RenderableType:
    """The revisions, newest first, and how many there are."""
    if not report.rows:
        return Text(_nothing(report.emptiness))
    table = first_fitting(
        width,
        partial(_table, report, with_archive=True),
        partial(_table, report, with_archive=False),
    )
    return Group(table, Text(), Text(shown_of(len(report.rows), report.total), "dim"))


def _nothing(emptiness: Emptiness | None) -> str:
    if emptiness is None or not emptiness.stored.rows:
        return "No such revision: no stored value was served differently later."
    return empty_answer("revisions", emptiness)


def _table(report: RevisionList, *, with_archive: bool) -> Table:
    table = calm_table(
        ("Observed (UTC)", "left"),
        ("Before (UTC)", "left"),
        ("Model", "fold"),
        ("Table", "fold"),
        ("Row", "fold"),
        ("Field", "fold"),
        ("From", "fold"),
        ("To", "fold"),
        ("Cause", "left"),
        *([("Archive", "fold")] if with_archive else []),
    )
    for revision in report.rows:
        table.add_row(
            moment(revision.observed_after),
            moment(revision.observed_before),
            cell(revision.name or UNKNOWN),
            revision.row.table.value,
            cell(_row_name(revision.row)),
            revision.field,
            _value(revision.old),
            _value(revision.new),
            revision.cause.value,
            *([_archive(revision)] if with_archive else ()),
        )
    return table


def _row_name(row: RevisedRow) -> str:
    """What tells it from others: its id, else when it was observed, and of what."""
    time = row.observed_at and moment(row.observed_at)
    source = row.source and row.source.words
    parts = (row.served_id, time, source, row.symbol, row.entry_oid)
    return " ".join(str(part) for part in parts if part is not None) or f"#{row.id}"


def _value(value: RevisedValue | None) -> Text:
    if value is None:
        return Text("none", "dim")
    if isinstance(value, datetime):
        return Text(f"{value:%Y-%m-%d %H:%M:%S}")
    line = clean(f"{exact(value):,f}" if isinstance(value, Decimal) else str(value))
    return Text(line if len(line) <= _LONGEST_VALUE else f"{line[:_LONGEST_VALUE]}…")


def _archive(revision: StoredRevision) -> Text:
    return cell(revision.archive_entry or UNKNOWN)
