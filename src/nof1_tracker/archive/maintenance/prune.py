"""Drops segments that every consumer has stored, and says so in the manifest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.durable_files import explained, remove
from nof1_tracker.archive.maintenance.consumers import Consumer, consumers
from nof1_tracker.archive.manifest import (
    Manifest,
    SealedSegment,
    Tombstone,
    change,
    read_manifest,
)
from nof1_tracker.archive.warc_records import parse_timestamp, timestamp
from nof1_tracker.errors import ArchiveError

KEPT: Final = timedelta(days=30)
"""How long a segment is kept after it was sealed, by default."""


@dataclass(frozen=True, slots=True)
class Pruning:
    """What was dropped, or would be.

    Attributes:
        dropped: Segments, the oldest first.
        waiting: Old segments that are kept, each with the reason.
        size: Bytes of those that were dropped.
        behind: Names of the databases that have not stored all old segments.
    """

    dropped: tuple[str, ...]
    waiting: tuple[tuple[str, str], ...]
    size: int
    behind: tuple[str, ...] = ()


def prune(
    archive: ArchiveFolder,
    now: datetime,
    kept: timedelta = KEPT,
    *,
    dry_run: bool = False,
) -> Pruning:
    """Drops whole sealed segments that all consumers have passed long enough ago.

    Never dropped: what a kept segment's revisit refers to, and what is not sealed.

    Args:
        kept: How long a segment is kept after it was sealed.
        dry_run: Drops nothing.

    Raises:
        ArchiveError: No consumer is registered; the manifest is damaged; or the archive
            cannot be written.
    """
    registered = consumers(archive)
    if not registered:
        raise ArchiveError(
            f"No database is registered in the archive {archive.path}, so that nobody"
            " knows what is stored elsewhere.",
            "Use the archive with a database first.",
        )
    if dry_run:
        return _choose(read_manifest(archive), registered, now - kept)
    chosen = Pruning((), (), 0)

    def tombstones(manifest: Manifest) -> Sequence[Tombstone]:
        nonlocal chosen
        chosen = _choose(manifest, registered, now - kept)
        sealed, at = manifest.sealed(), timestamp(now)
        return [Tombstone(name, sealed[name].sha256, at) for name in chosen.dropped]

    # First the tombstones, then the files: killed in between, the next one goes on.
    change(archive, tombstones)
    _remove_files(archive)
    return chosen


def _remove_files(archive: ArchiveFolder) -> None:
    with explained(archive.path):
        for name in sorted(read_manifest(archive).pruned()):
            if archive.sealed(name).exists():
                remove(archive.sealed(name))


def _choose(
    manifest: Manifest, registered: Sequence[Consumer], before: datetime
) -> Pruning:
    sealed = manifest.sealed()
    old = {
        name: entry
        for name, entry in sorted(sealed.items())
        if parse_timestamp(entry.sealed_at) <= before
    }
    behind = {name: _behind(entry, registered) for name, entry in old.items()}
    waiting = {
        name: f"not stored by {', '.join(names)}"
        for name, names in behind.items()
        if names
    }
    # What is kept may refer to others, which are then kept too, and so on.
    while needed := _needed(sealed, old.keys() - waiting.keys()):
        waiting |= needed
    dropped = tuple(name for name in old if name not in waiting)
    size = sum(old[name].size for name in dropped)
    slow = sorted({name for names in behind.values() for name in names})
    return Pruning(dropped, tuple(sorted(waiting.items())), size, tuple(slow))


def _behind(entry: SealedSegment, registered: Sequence[Consumer]) -> list[str]:
    """Who has not stored it all."""
    return [
        each.name
        for each in registered
        if not each.has_passed(entry.segment, entry.last_record)
    ]


def _needed(sealed: dict[str, SealedSegment], dropped: set[str]) -> dict[str, str]:
    """Those to be dropped that a kept one refers to."""
    return {
        name: f"{kept} refers to it"
        for kept, entry in sealed.items()
        if kept not in dropped
        for name in entry.needs
        if name in dropped
    }
