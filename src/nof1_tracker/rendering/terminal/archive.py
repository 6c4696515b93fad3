"""An archive on a terminal: what it holds, whether it is whole, what was dropped."""

from collections.abc import Iterator
from shlex import quote

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nof1_tracker.archive.maintenance.archive_overview import Overview, Reader
from nof1_tracker.archive.maintenance.integrity import Verification
from nof1_tracker.archive.maintenance.prune import Pruning
from nof1_tracker.records.sanitize import clean
from nof1_tracker.rendering.terminal.console import calm_table, cell
from nof1_tracker.rendering.text import size, whole


def archive_report(report: Overview) -> RenderableType:
    """Where it is and what it takes, what it holds by day and kind, who reads it."""
    parts: list[RenderableType] = [_where(report), Text()]
    if report.listing.contents:
        parts.append(_contents(report))
    else:
        parts.append(Text("Nothing is recorded yet. Run `nof1-tracker scrape`."))
    parts.append(Text())
    if report.readers:
        parts.append(_readers(report.readers, report.listing.segments))
    else:
        parts.append(Text("No database is registered: nothing of it can be pruned."))
    return Group(*parts)


def _where(report: Overview) -> Text:
    identity, listing = report.archive.identity, report.listing
    of = f"{identity.site} (simulated arena)" if identity.simulated else identity.site
    live = f", {whole(listing.live)} not sealed yet" if listing.live else ""
    most = report.space.limits.most
    limit = f" of at most {size(most)}" if most is not None else ""
    text = Text()
    for name, value in (
        ("Archive", clean(str(report.archive.path))),
        ("Of", clean(of)),
        ("Takes", f"{size(listing.size)}{limit}; {size(report.space.free)} free"),
        ("Segments", f"{whole(listing.segments)}{live}"),
    ):
        text.append(f"{name:<10}", "dim").append(f"{value}\n")
    text.right_crop(1)
    return text


def _contents(report: Overview) -> Table:
    table = calm_table(
        ("Day (UTC)", "left"),
        ("Kind", "fold"),
        ("Bodies", "right"),
        ("Repeated", "right"),
        ("Served", "right"),
        ("Kept as", "right"),
    )
    for row in report.listing.contents:
        counts = (whole(row.count), whole(row.revisits))
        table.add_row(
            cell(row.day), cell(row.kind), *counts, size(row.length), size(row.size)
        )
    return table


def _readers(readers: tuple[Reader, ...], segments: int) -> Table:
    table = calm_table(("Read by", "fold"), ("Segments stored", "right"))
    for each in readers:
        stored = f"{whole(each.stored)} of {whole(segments)}"
        table.add_row(cell(each.consumer.name), stored)
    return table


def verification_lines(found: Verification, path: str) -> Iterator[str]:
    """What was read, what is as it need not stay, and what is damaged."""
    yield (
        f"Read: {size(found.size)}, segments: {whole(found.segments)},"
        f" whole bodies: {whole(found.records)}."
    )
    yield from (f"Note: {clean(each)}." for each in found.notes)
    yield from (f"Damaged: {clean(each)}." for each in found.faults)
    if found.is_whole:
        yield f"{clean(path)} is whole."


def pruning_lines(done: Pruning, *, dry_run: bool) -> Iterator[str]:
    """What was dropped, or would be, and which old segments are kept."""
    yield from (f"{'Would drop' if dry_run else 'Dropped'} {x}." for x in done.dropped)
    yield from (f"Kept {name}: {clean(reason)}." for name, reason in done.waiting)
    for name in done.behind:
        yield (
            f"If {clean(name)} is gone, or has moved and is registered under its new"
            f" address: `nof1-tracker archive forget {quote(clean(name))}`."
        )
    yield (
        f"Segments {'to drop' if dry_run else 'dropped'}: {whole(len(done.dropped))}"
        f" ({size(done.size)}); old ones kept: {whole(len(done.waiting))}."
    )
