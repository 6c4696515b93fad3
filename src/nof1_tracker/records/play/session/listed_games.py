"""Games and windows as they are listed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from nof1_tracker.records.play.session.game_boards import Board, Unranked
from nof1_tracker.records.play.stored_games import GameMode, GameState


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayableSeason:
    """A season, and which windows of it can be played.

    Attributes:
        days: Lengths of windows that can be played; empty where no span has enough
            prices.
        windows: How many of the shortest can be played.
        symbols: What can be traded in some of them.
        is_running: Whether a game can be played beside it.
        remedy: The command that fills in what is missing; empty where nothing is.
    """

    number: Decimal
    name: str
    days: tuple[int, ...]
    windows: int
    symbols: tuple[str, ...]
    is_running: bool
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyWindow:
    """The window of a day, which is the same for everybody.

    Attributes:
        day: Of UTC.
        days: How long it is.
        until: When the next one comes.
        game_id: The game in which who asks plays it; None where there is none yet.
        state: How far that game is.
    """

    day: date
    days: int
    until: datetime
    game_id: str | None = None
    state: GameState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedGame:
    """A game of somebody's. Real times, but for the window's.

    Attributes:
        length: Of the window, game time.
        is_blind: Whether it is played under changed names, prices and times.
        room_id: The room that it is played in; None where it is played alone.
        left: Game time until the window ends, as far as it was played.
        season, starts_at: Of the window; None while a blind game is played.
        board: Where it is ranked, or why it is not.
    """

    game_id: str
    opened_at: datetime
    finished_at: datetime | None
    mode: GameMode
    state: GameState
    is_ranked: bool
    is_blind: bool
    room_id: str | None
    is_daily: bool
    by_token: bool
    length: timedelta
    left: timedelta
    season: Decimal | None
    starts_at: datetime | None
    board: Board | Unranked
