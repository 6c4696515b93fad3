"""The condition of the database, on a terminal."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nof1_tracker.analyzer.performance import Condition
from nof1_tracker.records.archive.archive_positions import ArchiveState, Waiting
from nof1_tracker.records.enums import RunStatus
from nof1_tracker.records.sanitize import clean
from nof1_tracker.records.status import (
    ChatGaps,
    Drift,
    ImplausibleLegs,
    NewestRows,
    RejectedGroup,
    StoredRun,
    SuspectedGlitch,
    TradeCoverage,
)
from nof1_tracker.rendering.terminal.console import calm_table, cell
from nof1_tracker.rendering.text import (
    UNKNOWN,
    age,
    moment,
    percent,
    share,
    size,
    span,
    usd,
    when,
    whole,
)

_REASON_LENGTH = 160


def condition_report(report: Condition) -> RenderableType:
    """All of it in sections; a section without rows is left out."""
    parts: list[RenderableType] = [_where(report), Text(), _counts(report)]
    newest = [row for row in report.newest if _is_observed(row)]
    missing = [row for row in report.gaps if row.missing]
    sections: tuple[tuple[str, Sequence[Any], Callable[..., Table]], ...] = (
        ("Newest observation", newest, _newest),
        ("ModelChat: conversations missing between those stored", missing, _gaps),
        ("Trades: completed legs stored of those nof1 counted", report.coverage, _legs),
        ("Last runs", report.runs, _runs),
        ("Rejected most often", report.rejected, _rejected),
        ("Legs with implausible figures", report.implausible, _implausible),
        ("Equities left out as suspected glitches", report.glitches, _glitches),
        ("What the source serves has changed", report.drift, _drift),
    )
    for title, rows, table in sections:
        if rows:
            parts += [Text(), Text(title, "bold"), table(rows, report.at)]
    if report.gaps and not missing:
        parts += [Text(), Text("ModelChat: none is missing between those stored.")]
    if report.revisions:
        parts += [Text(), _revisions(report)]
    if not report.runs:
        parts += [Text(), Text("No run yet. Run `nof1-tracker scrape`.")]
    return Group(*parts)


def _is_observed(row: NewestRows) -> bool:
    return any((row.snapshot_at, row.trade_at, row.chat_at))


def _where(report: Condition) -> Text:
    text = Text("Database  ", "dim")
    text.append(f"{report.database_url}\n", "default")
    text.append("Schema    ")
    text.append(report.schema or "none", "default")
    if report.schema != report.schema_wanted:
        text.append(f" (this program needs {report.schema_wanted})", "yellow")
    if report.lock_holder is not None:
        text.append("\nWriting   ")
        text.append(clean(str(report.lock_holder)), "default")
    if report.archive is not None:
        for number, line in enumerate(_archive(report.archive, report.at)):
            text.append(f"\n{'' if number else 'Archive':<10}")
            text.append(clean(line), "default")
    return text


def _archive(archive: ArchiveState, now: datetime) -> Iterator[str]:
    """Where the recording beneath the tables is, and what is not in it."""
    if archive.path is None:
        yield "none: the database is in memory"
        return
    limit = "" if archive.limit is None else f" of at most {size(archive.limit)}"
    has = "none yet" if archive.size is None else f"{size(archive.size)}{limit}"
    yield f"{archive.path} ({archive.trouble or has})"
    if not archive.is_on:
        yield "NOF1_ARCHIVE is off: nothing is recorded"
    if archive.lacks_past:
        yield "what was stored before it began is in the tables alone"
    if count := archive.unrecorded:
        bodies = "1 body was" if count == 1 else f"{whole(count)} bodies were"
        last = when(archive.unrecorded_at, now)
        yield f"{bodies} stored without being recorded, the last {last}"
    if archive.waiting.count:
        yield waiting_line(archive.waiting, now)


def waiting_line(waiting: Waiting, now: datetime) -> str:
    """How many bodies wait to be stored, and for how long the first has."""
    count = waiting.count
    bodies = "1 body waits" if count == 1 else f"{whole(count)} bodies wait"
    return f"{bodies} to be stored, the first for {age(waiting.since, now)}"


def _counts(report: Condition) -> Table:
    """Rows per table, in two pairs of columns."""
    table = calm_table(
        ("Table", "left"), ("Rows", "right"), ("Table", "left"), ("Rows", "right")
    )
    pairs = [(name, whole(count)) for name, count in report.row_counts.items()]
    half = (len(pairs) + 1) // 2
    right = [*pairs[half:], ("", "")][:half]
    for left, other in zip(pairs[:half], right, strict=True):
        table.add_row(*left, *other)
    return table


def _newest(rows: Sequence[NewestRows], now: datetime) -> Table:
    table = calm_table(
        ("Model", "fold"),
        ("Leaderboard", "right"),
        ("Trades", "right"),
        ("ModelChat", "right"),
    )
    for row in rows:
        times = (row.snapshot_at, row.trade_at, row.chat_at)
        table.add_row(cell(row.name), *(when(time, now) for time in times))
    return table


def _gaps(rows: Sequence[ChatGaps], _now: datetime) -> Table:
    table = calm_table(
        ("Model", "fold"),
        ("Stored", "right"),
        ("Missing", "right"),
        ("Share", "right"),
        ("Largest", "right"),
        ("Between (UTC)", "fold"),
    )
    for row in rows:
        missing = share(row.missing, row.missing + row.stored)
        table.add_row(
            cell(row.name),
            whole(row.stored),
            Text(whole(row.missing), "yellow" if row.missing else ""),
            percent(missing),
            whole(row.largest) if row.largest else UNKNOWN,
            _between(row),
        )
    return table


def _between(row: ChatGaps) -> str:
    if row.largest_from is None or row.largest_to is None:
        return UNKNOWN
    length = span(row.largest_to - row.largest_from)
    return f"{moment(row.largest_from)} + {length}"


def _legs(rows: Sequence[TradeCoverage], now: datetime) -> Table:
    table = calm_table(
        ("Model", "fold"),
        ("Stored", "right"),
        ("Counted", "right"),
        ("Coverage", "right"),
        ("When counted", "right"),
    )
    for row in rows:
        is_short = row.stored < row.reported
        table.add_row(
            cell(row.name),
            whole(row.stored),
            whole(row.reported),
            Text(percent(share(row.stored, row.reported)), "yellow" * is_short),
            when(row.reported_at, now),
        )
    return table


def _runs(rows: Sequence[StoredRun], _now: datetime) -> Table:
    table = calm_table(
        ("Started (UTC)", "left"),
        ("Took", "right"),
        ("Status", "fold"),
        ("Inserted", "right"),
        ("Rejected", "right"),
        ("From", "fold"),
    )
    for run in rows:
        took = span(run.finished_at - run.started_at) if run.finished_at else UNKNOWN
        table.add_row(
            moment(run.started_at),
            took,
            _status(run),
            whole(_sum(run.counts, "inserted")),
            whole(_sum(run.counts, "rejected")),
            cell(f"{run.transport}: {run.origin}"),
        )
    return table


def _status(run: StoredRun) -> Text:
    if run.finished_at is None:
        return Text("interrupted or running", "yellow")
    styles = {RunStatus.FAILED: "red", RunStatus.PARTIAL: "yellow"}
    reason = f": {run.error}" if run.error else ""
    text = _shortened(f"{run.status.value}{reason}")
    return Text(text, styles.get(run.status, "green"))


def _sum(counts: Iterable[Any], name: str) -> int:
    return sum(int(line.get(name) or 0) for line in counts)


def _rejected(rows: Sequence[RejectedGroup], now: datetime) -> Table:
    table = calm_table(
        ("Endpoint", "left"), ("Times", "right"), ("Last", "right"), ("Reason", "fold")
    )
    for row in rows:
        table.add_row(
            cell(row.endpoint),
            whole(row.occurrences),
            when(row.last_seen_at, now),
            _shortened(row.reason),
        )
    return table


def _implausible(rows: Sequence[ImplausibleLegs], _now: datetime) -> Table:
    table = calm_table(("Implausible", "fold"), ("Legs", "right"))
    for row in rows:
        table.add_row(cell(row.oddity), whole(row.legs))
    return table


def _glitches(rows: Sequence[SuspectedGlitch], _now: datetime) -> Table:
    table = calm_table(
        ("Model", "fold"), ("Observed (UTC)", "left"), ("Equity $", "right")
    )
    for row in rows:
        equity = usd(Decimal(repr(row.equity)))
        table.add_row(cell(row.name), moment(row.observed_at), equity)
    return table


def _drift(rows: Sequence[Drift], now: datetime) -> Table:
    table = calm_table(
        ("Endpoint", "left"),
        ("Noted", "right"),
        ("Change", "fold"),
        ("Example", "fold"),
    )
    for row in rows:
        table.add_row(
            cell(row.endpoint),
            when(row.noted_at, now),
            _shortened(_change(row)),
            _shortened(row.example),
        )
    return table


def _change(row: Drift) -> str:
    if row.is_gone:
        return f"{row.path} is gone"
    if row.word:
        return f"{row.path} says {row.word}"
    return f"{row.path} is served as {row.json_type}"


def _revisions(report: Condition) -> Text:
    """How many stored values changed, and where they are told."""
    count = report.revisions
    values = "1 stored value" if count == 1 else f"{whole(count)} stored values"
    newest = report.revised_at
    last = f", the newest {when(newest, report.at)}" if newest else ""
    return Text(
        f"Revisions: {values} served differently later{last}."
        " See `nof1-tracker revisions`."
    )


def _shortened(text: str) -> str:
    line = clean(text)
    return line if len(line) <= _REASON_LENGTH else f"{line[:_REASON_LENGTH]}…"
