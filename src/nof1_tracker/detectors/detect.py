"""All detectors at one look."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from nof1_tracker.detectors.ranks_and_drawdowns import detect_drawdowns, detect_ranks
from nof1_tracker.detectors.rules import Rules
from nof1_tracker.detectors.source import (
    detect_gaps,
    detect_holds,
    detect_newcomers,
    detect_pause,
    detect_rejections,
    detect_schema_drift,
    detect_staleness,
    detect_unrecorded,
)
from nof1_tracker.detectors.trading import detect_trading
from nof1_tracker.records.changes import Archiving, Changes, Hold, Memory
from nof1_tracker.records.events import EventKind
from nof1_tracker.records.findings import Finding


def detect(
    changes: Changes,
    memory: Memory,
    rules: Rules,
    now: datetime,
    *,
    has_trades: bool = False,
    holds: Collection[Hold] | None = None,
    archiving: Archiving | None = None,
) -> tuple[list[Finding], Memory]:
    """What is worth telling, in the order of its time, and what to remember.

    Args:
        has_trades: Whether trades were fetched since the last look.
        holds: Endpoints that are left alone; None if nothing was asked.
        archiving: How recording went; None if there was nothing to record.
    """
    looked_at = memory.trades_at or memory.last_look_at
    pause = detect_pause(memory, rules, now)
    memory = replace(memory, trades_at=now) if has_trades else memory
    rises, order = detect_ranks(changes, memory, rules)
    falls, peaks = detect_drawdowns(changes, memory, rules)
    staleness, stale = detect_staleness(changes, memory, rules, now)
    pauses, held = detect_holds(holds, memory, now)
    archive, unrecorded_since = detect_unrecorded(archiving, memory, now)
    found: Iterable[Finding] = (
        *detect_newcomers(changes, memory, now),
        *detect_trading(changes, rules, looked_at, now),
        *rises,
        *falls,
        *detect_gaps(changes, now),
        *detect_rejections(changes),
        *detect_schema_drift(changes),
        *pause,
        *staleness,
        *pauses,
        *archive,
    )
    wanted = [each for each in found if each.kind in rules.kinds]
    remembered = replace(
        memory,
        last_look_at=now,
        watermark=changes.watermark,
        season_id=changes.season.id if changes.season else memory.season_id,
        order=order,
        peaks=peaks,
        stale=stale,
        held=held,
        unrecorded_since=unrecorded_since,
    )
    return sorted(wanted, key=lambda each: each.occurred_at), remembered


def detect_idle(
    changes: Changes, memory: Memory, rules: Rules, now: datetime
) -> tuple[list[Finding], Memory]:
    """What time alone brings about, for a look between or during cycles.

    New rows are left for the end of a cycle: during it, a gap may be there that the
    next payload fills.
    """
    staleness, stale = detect_staleness(changes, memory, rules, now)
    wanted = [each for each in staleness if each.kind in rules.kinds]
    return wanted, replace(memory, last_look_at=now, stale=stale)


def detect_first(
    changes: Changes,
    memory: Memory,
    rules: Rules,
    now: datetime,
    *,
    has_trades: bool = False,
) -> tuple[list[Finding], Memory]:
    """As `detect`, at the first look: what it finds is to be noted, not to be told.

    A source that is stale then, or an endpoint that is held, is left to the second look,
    which tells it if it still is.
    """
    found, memory = detect(changes, memory, rules, now, has_trades=has_trades)
    noted = [each for each in found if each.kind is not EventKind.STALE_SOURCE]
    return noted, replace(memory, stale={})


def is_history(finding: Finding, memory: Memory) -> bool:
    """True where it happened before the first look: to be noted, not to be told."""
    return finding.occurred_at < memory.first_look_at


def first_memory(changes: Changes, now: datetime) -> Memory:
    """The memory at the first look: everything that is there is history."""
    return Memory(
        first_look_at=now,
        last_look_at=now,
        baseline=changes.watermark,
        watermark=changes.watermark,
        season_id=changes.season.id if changes.season else None,
    )
