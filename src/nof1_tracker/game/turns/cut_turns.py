"""A window cut into turns that pause where a model traded."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from nof1_tracker.records.progress.play_windows import Turn

FEWEST_TURNS: Final = 24
MOST_TURNS: Final = 40
SHORTEST_TURN: Final = timedelta(minutes=15)
"""Prices come every 15 minutes: a shorter turn might show nothing new."""


def cut_turns(
    start: datetime, end: datetime, traded_at: Iterable[datetime]
) -> tuple[Turn, ...]:
    """The turns of a window: 24 to 40, each of at least 15 minutes.

    It pauses where a model traded; trades within 15 minutes are one pause, at the first
    of them. Where there are too many pauses, those closest to others are left out; where
    there are too few, the longest turns are halved.

    Args:
        traded_at: When models opened or closed positions, in any order.

    Raises:
        ValueError: The window is too short for its turns.
    """
    if end - start < FEWEST_TURNS * 2 * SHORTEST_TURN:
        raise ValueError(f"a window from {start} to {end} is too short for its turns")
    trades = pauses_in(start, end, traded_at)
    cuts = _filled_up(_thinned([start, *trades, end]))
    known = set(trades)
    return tuple(
        Turn(each, following, each in known) for each, following in pairwise(cuts)
    )


def pauses_in(
    start: datetime, end: datetime, traded_at: Iterable[datetime]
) -> list[datetime]:
    """The trades within a window that are far enough from each other and its ends."""
    found: list[datetime] = []
    last = start
    for each in sorted(traded_at):
        if each - last >= SHORTEST_TURN and end - each >= SHORTEST_TURN:
            found.append(each)
            last = each
    return found


def _thinned(cuts: Sequence[datetime]) -> list[datetime]:
    """Without those pauses whose neighbours are closest, until few enough are left."""
    kept = list(cuts)
    while len(kept) - 1 > MOST_TURNS:
        inner = range(1, len(kept) - 1)
        del kept[min(inner, key=lambda place: kept[place + 1] - kept[place - 1])]
    return kept


def _filled_up(cuts: Sequence[datetime]) -> list[datetime]:
    """With the longest turns halved until there are enough."""
    filled = list(cuts)
    while len(filled) - 1 < FEWEST_TURNS:
        turns = range(len(filled) - 1)
        longest = max(turns, key=lambda place: filled[place + 1] - filled[place])
        half = (filled[longest + 1] - filled[longest]) // 2
        filled.insert(longest + 1, filled[longest] + half)
    return filled
