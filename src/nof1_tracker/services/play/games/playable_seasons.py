"""Use case: which seasons, and which windows of them, can be played."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.game.turns.choose_window import (
    LONGEST_DAYS,
    SHORTEST_DAYS,
    choose_window,
)
from nof1_tracker.game.turns.playable_starts import PricedSlots
from nof1_tracker.history.hyperliquid.info_queries import finest_interval
from nof1_tracker.records.play.session.listed_games import PlayableSeason
from nof1_tracker.records.progress.play_windows import PlayWindow
from nof1_tracker.records.stored import SeasonSpan

QUARTER_HOUR = "15m"
"""The longest candles with which a season can be played."""
UNPLAYABLE = (
    "`nof1-tracker backfill` fills in what still exists; `nof1-tracker demo` makes a"
    " season that can be played at once."
)
KEPT_FOR = 300.0
"""Seconds for which it is not looked again which windows have prices."""
_LENGTHS = range(SHORTEST_DAYS, LONGEST_DAYS + 1)


@dataclass(frozen=True, slots=True)
class SeasonWindows:
    """A season's windows.

    Attributes:
        until: Up to when prices are looked for: its end, or the present.
        traded_at: When models opened or closed positions.
    """

    season: SeasonSpan
    slots: PricedSlots
    until: datetime
    traded_at: Sequence[datetime]

    def lengths(self) -> Mapping[int, int]:
        """How many windows of so many days can be played."""
        found = {
            days: len(self.slots.playable(timedelta(days=days))) for days in _LENGTHS
        }
        return {days: count for days, count in found.items() if count}

    def draw(self, days: int, draw: bytes) -> tuple[PlayWindow, Sequence[str]]:
        """A window of so many days, and what is traded in it.

        Raises:
            ConfigurationError: There is none.
        """
        length = timedelta(days=days)
        window = choose_window(self.slots.playable(length), self.traded_at, days, draw)
        return window, self.slots.symbols_in(window.start, length)


class PlayableSeasons:
    """The windows of all seasons, looked at again every few minutes."""

    def __init__(
        self, engine: Engine, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._monotonic = monotonic
        self._lock = Lock()
        self._kept: tuple[SeasonWindows, ...] = ()
        self._read_at: float | None = None

    def all(self, now: datetime) -> Sequence[SeasonWindows]:
        """Every season that has begun, the newest first.

        Raises:
            DatabaseError: The database cannot be used.
        """
        with self._lock:
            age = None if self._read_at is None else self._monotonic() - self._read_at
            if age is None or age > KEPT_FOR:
                self._kept = tuple(_read(self._engine, now))
                self._read_at = self._monotonic()
            return self._kept

    def playable(self, now: datetime) -> Sequence[SeasonWindows]:
        """Those with a window.

        Raises:
            ConfigurationError: There is none.
            DatabaseError: The database cannot be used.
        """
        found = [each for each in self.all(now) if each.lengths()]
        if not found:
            raise ConfigurationError(
                "No span of any season has enough prices to be played.",
                UNPLAYABLE,
            )
        return found


def playable_seasons(
    seasons: PlayableSeasons, now: datetime
) -> Sequence[PlayableSeason]:
    """What can be played, and which command fills in what is missing.

    Raises:
        DatabaseError: The database cannot be used.
    """
    return [_shown(each, now) for each in seasons.all(now)]


def _shown(found: SeasonWindows, now: datetime) -> PlayableSeason:
    season, lengths = found.season, found.lengths()
    end = season.until if season.end is None else season.end
    return PlayableSeason(
        number=season.number,
        name=season.name,
        days=tuple(lengths),
        windows=max(lengths.values(), default=0),
        symbols=tuple(sorted(found.slots.counts)),
        is_running=end is None or now < end,
        remedy="" if lengths else filling_command(season, now),
    )


def filling_command(season: SeasonSpan, now: datetime) -> str:
    """What may bring the prices that a season lacks.

    The exchange serves candles of a quarter of an hour for 52 days; what is older is
    in the prompts of ModelChat, as far as a web archive has kept them.
    """
    begun = season.start or now
    is_late = finest_interval(begun, now) != QUARTER_HOUR
    source = "wayback" if is_late else "hyperliquid"
    return f"nof1-tracker backfill {source} --season {season.number.normalize():f}"


def _read(engine: Engine, now: datetime) -> Sequence[SeasonWindows]:
    with UnitOfWork(engine, frozen=True) as unit:
        repositories = unit.repositories
        begun = [
            each
            for each in repositories.seasons.spans
            if each.start is not None and each.start < now
        ]
        return [_windows(repositories, each, now) for each in reversed(begun)]


def _windows(
    repositories: Repositories, season: SeasonSpan, now: datetime
) -> SeasonWindows:
    assert season.start is not None  # noqa: S101  only those that have begun
    ends = [each for each in (season.end, season.until, now) if each is not None]
    until = min(ends)
    facts = repositories.window_facts
    traded = facts.traded(season.id)
    known_at = facts.priced_at(sorted(traded), season.start, until)
    return SeasonWindows(
        season=season,
        slots=PricedSlots.of(known_at, season.start, until),
        until=until,
        traded_at=[at for times in traded.values() for at in times],
    )
