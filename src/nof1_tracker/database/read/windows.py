"""The part of a season that a report reads, and the rows in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement

from nof1_tracker.records.stored import SeasonSpan


@dataclass(frozen=True, slots=True)
class Window:
    """[since, until) of a season, and its levels at `until`.

    What happens (a trade, a conversation) belongs to the window that it happens in. A
    level (equity, a price, a position) that is observed at `until` closes this window
    and opens the next one.

    Attributes:
        since: None means from the season's start.
        until: First instant that is not in the window.
        next_start: When the next season began; None if none has.
    """

    season: SeasonSpan
    since: datetime | None
    until: datetime
    next_start: datetime | None = None

    def up_to_end(self, season_id: Any, time: Any) -> Sequence[ColumnElement[bool]]:
        """Selects the season's rows up to the window's end, including earlier ones."""
        return season_id == self.season.id, time < self.until

    def levels(self, season_id: Any, time: Any) -> Sequence[ColumnElement[bool]]:
        """Selects the season's levels up to and at the window's end."""
        return season_id == self.season.id, time <= self.until

    def inside(self, season_id: Any, time: Any) -> Sequence[ColumnElement[bool]]:
        """Selects the season's rows in the window."""
        conditions = self.up_to_end(season_id, time)
        return conditions if self.since is None else [*conditions, time >= self.since]

    def undivided(self, time: Any) -> Sequence[ColumnElement[bool]]:
        """Selects levels of a table without seasons, by time.

        They run from the start of this season to the start of the next: what is
        reported after a season's end still concerns it.
        """
        conditions: list[ColumnElement[bool]] = [time <= self.until]
        if self.season.start is not None:
            conditions.append(time >= self.season.start)
        if self.next_start is not None:
            conditions.append(time < self.next_start)
        return conditions


def window_of(
    season: SeasonSpan,
    spans: Sequence[SeasonSpan],
    since: datetime | None,
    until: datetime,
) -> Window:
    """The window of that season; `spans` must include the season after it, if any."""
    starts = [span.start for span in spans if span.start is not None]
    later = [start for start in starts if season.start and start > season.start]
    return Window(season, since, until, min(later, default=None))
