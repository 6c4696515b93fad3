"""Ranks of leaderboards, computed once for everybody and never older than an hour."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from nof1_tracker.records.progress.rank_rows import RankedContestant

OLDEST: Final = timedelta(hours=1)
"""Ranks are computed again after this time at the latest."""
_YOUNGEST: Final = timedelta(minutes=1)
"""Ranks of a game that has just ended may be missing for this long."""
_MOST: Final = 64
"""Boards that are kept; the one that was computed first goes first."""


@dataclass(frozen=True, slots=True)
class KeptBoard:
    """A table of ranks.

    Attributes:
        stamp: Of the results that it was computed from.
    """

    ranks: tuple[RankedContestant, ...]
    computed_at: datetime
    stamp: Hashable


@dataclass
class KeptRanks:
    """Tables of ranks, by what they are about."""

    _boards: dict[Hashable, KeptBoard] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def get(
        self,
        board: Hashable,
        stamp: Hashable,
        now: datetime,
        compute: Callable[[], tuple[RankedContestant, ...]],
    ) -> KeptBoard:
        """The ranks of a board; one computes them, and the others wait for it.

        Args:
            stamp: Changes with every result.
        """
        with self._lock:
            kept = self._boards.get(board)
            if kept is None or not _is_good(kept, stamp, now):
                self._boards.pop(board, None)
                while len(self._boards) >= _MOST:
                    self._boards.pop(next(iter(self._boards)))
                kept = self._boards[board] = KeptBoard(compute(), now, stamp)
        return kept


def _is_good(kept: KeptBoard, stamp: Hashable, now: datetime) -> bool:
    age = now - kept.computed_at
    return age < (OLDEST if kept.stamp == stamp else _YOUNGEST)
