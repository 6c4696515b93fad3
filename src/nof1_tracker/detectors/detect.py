"""All detectors at one look."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from nof1_tracker.detectors.ranks_and_drawdowns import detect_drawdowns, detect_ranks
from nof1_tracker.detectors.rules import Rules
from nof1_tracker.detectors.source import (
    detect_changes,
    detect_drift,
    detect_gaps,
    detect_newcomers,
    detect_pause,
    detect_staleness,
)
from nof1_tracker.detectors.trading import detect_trading
from nof1_tracker.records.events import Event, Memory, News


def detect(
    news: News, memory: Memory, rules: Rules, now: datetime, *, has_trades: bool = False
) -> tuple[list[Event], Memory]:
    """What is worth telling, in the order of its time, and what to remember.

    Args:
        has_trades: Whether trades were fetched since the last look.
    """
    looked_at = memory.trades_at or memory.last_look_at
    pause = detect_pause(memory, rules, now)
    memory = replace(memory, trades_at=now) if has_trades else memory
    rises, order = detect_ranks(news, memory, rules)
    falls, peaks = detect_drawdowns(news, memory, rules)
    changes, stale = detect_staleness(news, memory, rules, now)
    found: Iterable[Event] = (
        *detect_newcomers(news, memory, now),
        *detect_trading(news, rules, looked_at, now),
        *rises,
        *falls,
        *detect_gaps(news, now),
        *detect_drift(news),
        *detect_changes(news),
        *pause,
        *changes,
    )
    wanted = [event for event in found if event.kind in rules.kinds]
    remembered = replace(
        memory,
        last_look_at=now,
        watermark=news.watermark,
        season_id=news.season.id if news.season else memory.season_id,
        order=order,
        peaks=peaks,
        stale=stale,
    )
    return sorted(wanted, key=lambda event: event.occurred_at), remembered


def detect_idle(
    news: News, memory: Memory, rules: Rules, now: datetime
) -> tuple[list[Event], Memory]:
    """What time alone brings about, for a look between or in the midst of cycles.

    New rows are left for the end of a cycle: in its midst a gap may be there that the
    next payload fills.
    """
    changes, stale = detect_staleness(news, memory, rules, now)
    wanted = [event for event in changes if event.kind in rules.kinds]
    return wanted, replace(memory, last_look_at=now, stale=stale)


def is_history(event: Event, memory: Memory) -> bool:
    """True where it happened before the first look: to be noted, not to be told."""
    return event.occurred_at < memory.first_look_at


def first_memory(news: News, now: datetime) -> Memory:
    """The memory of whoever looks for the first time: all that is there is history."""
    return Memory(
        first_look_at=now,
        last_look_at=now,
        baseline=news.watermark,
        watermark=news.watermark,
        season_id=news.season.id if news.season else None,
    )
