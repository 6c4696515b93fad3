"""Where in a season a window has enough prices to be played. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from nof1_tracker.game.knowledge.thinned_series import SLOT
from nof1_tracker.records.account_columns import IntArray, TimeArray
from nof1_tracker.records.play.playable_span import ENOUGH
from nof1_tracker.records.progress.play_windows import PlayableStretch

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR: Final = timedelta(hours=1)
_PER_HOUR: Final = _HOUR // SLOT


@dataclass(frozen=True, slots=True)
class PricedSlots:
    """The quarter hours of a season, and which of them have a price.

    Attributes:
        since: Start of the first of them, a full hour.
        counts: By symbol: how many of the first n have a price, for n from 0 on.
    """

    since: datetime
    counts: Mapping[str, IntArray]

    @classmethod
    def of(
        cls, known_at: Mapping[str, TimeArray], since: datetime, until: datetime
    ) -> "PricedSlots":
        """The slots between two times, from the full hour on that `since` lies in.

        Args:
            known_at: When prices of each symbol became known, in any order.
        """
        first = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        total = max(0, (until - first) // SLOT)
        counts = {
            symbol: _counts(times, first, total) for symbol, times in known_at.items()
        }
        return cls(first, counts)

    @property
    def total(self) -> int:
        """How many slots there are."""
        return max((len(each) - 1 for each in self.counts.values()), default=0)

    def playable(self, length: timedelta) -> list[PlayableStretch]:
        """The windows of that length that can be played, by their start.

        At least half of the symbols have a price in enough of a window's slots, and one
        within the hour before it.
        """
        return [
            PlayableStretch(start, start + length)
            for start in self._starts(length)
            if 2 * len(self.symbols_in(start, length)) >= max(1, len(self.counts))
        ]

    def symbols_in(self, start: datetime, length: timedelta) -> Sequence[str]:
        """The symbols that have enough prices in a window, by name."""
        first = (start - self.since) // SLOT
        slots = length // SLOT
        return sorted(
            symbol
            for symbol, counts in self.counts.items()
            if counts[first + slots] - counts[first] >= ENOUGH * slots
            and counts[first] - counts[max(0, first - _PER_HOUR)] > 0
        )

    def _starts(self, length: timedelta) -> Iterator[datetime]:
        slots = length // SLOT
        for first in range(0, self.total - slots + 1, _PER_HOUR):
            yield self.since + first * SLOT


def _counts(times: TimeArray, first: datetime, total: int) -> IntArray:
    begins = np.datetime64(first.replace(tzinfo=None), "us")
    slots = (times - begins) // np.timedelta64(SLOT)
    seen = np.zeros(total, np.int64)
    seen[slots[(slots >= 0) & (slots < total)]] = 1
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(seen)))
