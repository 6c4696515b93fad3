"""Which window is played: drawn among those that can be, and what is traded in it."""

import secrets
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.play.stored_games import WindowPlan, window_id_of
from nof1_tracker.records.progress.play_windows import PlayWindow
from nof1_tracker.records.stored import SeasonSpan
from nof1_tracker.services.play.games.game_services import GameServices
from nof1_tracker.services.play.games.playable_seasons import (
    UNPLAYABLE,
    SeasonWindows,
)
from nof1_tracker.services.play.games.window_markets import read_opening, season_of

_DRAWS: Final = 40


def draw_unplayed(
    windows: SeasonWindows, days: int, played: Collection[str]
) -> tuple[PlayWindow, Sequence[str]]:
    """A window that is none of those, and what is traded in it.

    Raises:
        ConfigurationError: There is none, or none was found.
    """
    number = windows.season.number
    for _ in range(_DRAWS):
        window, symbols = windows.draw(days, secrets.token_bytes(16))
        if window_id_of(number, window.start, window.end) not in played:
            return window, symbols
    raise ConfigurationError(
        f"The windows of {days} days have been played.", "Choose another length."
    )


def plan_of(
    services: GameServices,
    season: SeasonSpan,
    window: PlayWindow,
    symbols: Sequence[str],
) -> WindowPlan:
    """What is traded in a window and against whom, without turns.

    Raises:
        ConfigurationError: The season is no longer stored, or nothing has a price.
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(services.record, frozen=True) as unit:
        season_of(unit.repositories, season.number)
        prices, accounts = read_opening(
            unit.repositories, season, symbols, window.start
        )
    return WindowPlan(prices, accounts)


def season_windows(
    services: GameServices, number: Decimal | None, now: datetime
) -> SeasonWindows:
    """That season, or one of those that can be played, the larger the likelier."""
    playable = services.seasons.playable(now)
    if number is None:
        return _drawn(playable)
    found = next((each for each in playable if each.season.number == number), None)
    if found is None:
        raise ConfigurationError(
            f"Season {number.normalize():f} has no window with enough prices.",
            UNPLAYABLE,
        )
    return found


def _drawn(playable: Iterable[SeasonWindows]) -> SeasonWindows:
    known = list(playable)
    weights = [sum(each.lengths().values()) for each in known]
    place = secrets.randbelow(sum(weights))
    for each, weight in zip(known, weights, strict=True):
        if place < weight:
            return each
        place -= weight
    raise AssertionError("the weights add up")
