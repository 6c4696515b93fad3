"""The summary of a scrape or an import, as a table and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from nof1_tracker.records.enums import RunStatus

if TYPE_CHECKING:
    from rich.table import Table

    from nof1_tracker.records.run_summary import RunSummary

_NUMBERS = ("fetched", "inserted", "updated", "unchanged", "rejected")
EXIT_CODES = {RunStatus.COMPLETE: 0, RunStatus.FAILED: 1, RunStatus.PARTIAL: 3}
"""Exit code of a run that finished; errors are mapped in main."""


def exit_code_of(summary: RunSummary) -> int:
    """The exit code of a run; a bug of this program counts as a failure."""
    failed = EXIT_CODES[RunStatus.FAILED]
    return failed if summary.has_bug else EXIT_CODES[summary.status]


def print_summary(summary: RunSummary, *, as_json: bool, quiet: bool = False) -> None:
    """A table on stdout and notes on stderr; or one JSON object on stdout."""
    from nof1_tracker.records.run_summary import first_of
    from nof1_tracker.records.sanitize import clean

    if as_json:
        typer.echo(json.dumps(_as_json(summary), indent=2))
        return
    if not quiet:
        _print_table(summary)
    for text in summary.warnings:
        typer.secho(f"Note: {clean(text)}", fg=typer.colors.YELLOW, err=True)
    for text in first_of(summary.failures):
        typer.secho(f"Failed: {clean(text)}", fg=typer.colors.RED, err=True)
    for verb, count, what in (
        ("Rejected", summary.rejected, "rows and whole bodies"),
        ("Rejected", summary.rejected_parts, "parts of rows, stored without them"),
        ("Not recorded", summary.unrecorded, "bodies, which are stored all the same"),
    ):
        if count:
            typer.secho(
                f"{verb}: {count:,} ({what}): see `nof1-tracker status`.",
                fg=typer.colors.YELLOW,
                err=True,
            )


def _as_json(summary: RunSummary) -> dict[str, Any]:
    return {
        "status": summary.status.value,
        "transport": summary.transport,
        "origin": summary.origin,
        "seconds": round(summary.seconds, 3),
        "lines": [asdict(line) for line in summary.lines],
        "rejected_parts": summary.rejected_parts,
        "recorded": summary.recorded,
        "unrecorded": summary.unrecorded,
        "why_unrecorded": summary.why_unrecorded or None,
        "not_modified": summary.not_modified,
        "failures": summary.failures,
        "warnings": summary.warnings,
    }


def _print_table(summary: RunSummary) -> None:
    from nof1_tracker.rendering.terminal.console import calm_table, print_report

    numbers = [(name, "right") for name in (*_NUMBERS, "seconds")]
    table = calm_table(("kind", "left"), ("source", "left"), *numbers)
    _add_rows(table, summary)
    print_report(lambda _: table)


def _add_rows(table: Table, summary: RunSummary) -> None:
    for line in summary.lines:
        numbers = (f"{getattr(line, name):,}" for name in _NUMBERS)
        seconds = f"{line.seconds:.2f}" if line.seconds else ""
        table.add_row(line.kind, line.source, *numbers, seconds)
    for endpoint in summary.not_modified:
        table.add_row("not modified", endpoint)
    table.add_section()
    sums = (f"{sum(getattr(x, n) for x in summary.lines):,}" for n in _NUMBERS[1:])
    # Rows of different kinds may come from one payload: their fetched do not add up.
    table.add_row("all", summary.transport, "", *sums, f"{summary.seconds:.2f}")
