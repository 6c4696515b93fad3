"""The choice of a window of 2 to 7 days."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.game.turns.cut_turns import FEWEST_TURNS, cut_turns, pauses_in
from nof1_tracker.records.progress.play_windows import PlayableStretch, PlayWindow

SHORTEST_DAYS: Final = 2
LONGEST_DAYS: Final = 7
_HOUR: Final = timedelta(hours=1)


def choose_window(
    spans: Iterable[PlayableStretch],
    traded_at: Iterable[datetime],
    days: int,
    draw: bytes,
) -> PlayWindow:
    """A window within one of the spans, with its turns.

    It starts on a full hour of UTC. Of all that fit, those are left in which enough
    trades make pauses (or, where there are none, those with the most); one of them is
    drawn.

    Args:
        traded_at: When models opened or closed positions, in any order.
        draw: Decides which one: the same draws the same. What nobody should foresee,
            such as the window of the day, is drawn with a secret.

    Raises:
        ConfigurationError: There is no window of so many days, or no span has room.
    """
    if not SHORTEST_DAYS <= days <= LONGEST_DAYS:
        raise ConfigurationError(
            f"A window has {SHORTEST_DAYS} to {LONGEST_DAYS} days, not {days}.",
            "Choose another length.",
        )
    length, trades = timedelta(days=days), sorted(traded_at)
    pauses = {
        start: _pauses_from(start, length, trades) for start in _starts(spans, length)
    }
    if not pauses:
        raise ConfigurationError(
            f"No {days} days in a row have enough prices to be played.",
            "`nof1-tracker backfill hyperliquid` fills in what is missing.",
        )
    most = max(pauses.values())
    best = [start for start, count in pauses.items() if count == most]
    start = best[int.from_bytes(sha256(draw).digest()) % len(best)]
    turns = cut_turns(start, start + length, trades)
    return PlayWindow(start, start + length, turns)


def _starts(spans: Iterable[PlayableStretch], length: timedelta) -> Iterator[datetime]:
    """Full hours from which a window fits into its span, oldest first."""
    for span in sorted(spans, key=lambda each: (each.start, each.end)):
        first = span.start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        start = first if first == span.start else first + _HOUR
        while start + length <= span.end:
            yield start
            start += _HOUR


def _pauses_from(start: datetime, length: timedelta, trades: Sequence[datetime]) -> int:
    """Pauses that trades make in a window; more than are needed count as enough."""
    end = start + length
    within = trades[bisect_left(trades, start) : bisect_left(trades, end)]
    return min(len(pauses_in(start, end, within)), FEWEST_TURNS - 1)
