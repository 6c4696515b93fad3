"""Use cases that open games: of a drawn window, of the day's, of a chosen one, live."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.errors import ConfigurationError, DatabaseError
from nof1_tracker.game.engine.trading_engine import TradingEngine
from nof1_tracker.game.session.moves import open_game
from nof1_tracker.game.turns.choose_window import LONGEST_DAYS, SHORTEST_DAYS
from nof1_tracker.records.play.stored_games import (
    GameMode,
    GameState,
    NewGame,
    Player,
    StoredGame,
)
from nof1_tracker.records.progress.play_windows import PlayWindow
from nof1_tracker.services.play.games.draw_windows import (
    draw_unplayed,
    plan_of,
    season_windows,
)
from nof1_tracker.services.play.games.game_services import GUESTS_KEPT, GameServices
from nof1_tracker.services.play.games.kept_game import setup_of
from nof1_tracker.services.play.games.playable_seasons import SeasonWindows

MOST_OPEN: Final = 20
"""Games that one player may have open at once."""
_QUARTER: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedGame:
    """What somebody wants to play.

    Attributes:
        season: Number; None: any that can be played, or for a live game the one that
            is running.
        days: How long the window is.
        speed: Seconds of game time in one of real time, with the mode running alone.
        is_ranked: Whether it is played blind, to be ranked; in turns alone.
    """

    mode: GameMode = GameMode.TURNS
    season: Decimal | None = None
    days: int = SHORTEST_DAYS
    speed: int | None = None
    is_ranked: bool = False


def open_window(services: GameServices, player: Player, asked: AskedGame) -> StoredGame:
    """A game in a window that is drawn among those that the player has not played.

    Raises:
        ConfigurationError: What is asked for does not go together, cannot be played, or
            the player has too many open games.
        DatabaseError: The database cannot be used.
    """
    if asked.mode is GameMode.LIVE:
        return _open_live(services, player, asked)
    own = _require_room(services, player)
    now = services.clock.now()
    windows = season_windows(services, asked.season, now)
    played = {each.opened.window_id for each in own}
    window, symbols = draw_unplayed(windows, asked.days, played)
    return _open(services, player, asked, windows, window, symbols)


def open_daily(services: GameServices, player: Player) -> StoredGame:
    """The player's game of the window of the day; opened once, however often asked for.

    Raises:
        ConfigurationError: Nothing can be played, the player has played this window
            before, or has too many open games.
        DatabaseError: The database cannot be used.
    """
    known = own_daily(services, player)
    if known is not None:
        return known
    asked, windows, window, symbols = daily_window(services)
    try:
        _require_room(services, player)
        return _open(services, player, asked, windows, window, symbols, is_daily=True)
    except DatabaseError:
        known = own_daily(services, player)  # a double click was faster
        if known is None:
            raise
        return known


def own_daily(services: GameServices, player: Player) -> StoredGame | None:
    """The player's game of the window of the day; None where there is none yet.

    Raises:
        DatabaseError: The database cannot be used.
    """
    day = _midnight(services.clock.now())
    with services.reading() as unit:
        games = unit.games.of_player(player)
    return next(
        (each for each in games if each.opened.is_daily and each.created_at >= day),
        None,
    )


def daily_window(
    services: GameServices,
) -> tuple[AskedGame, SeasonWindows, PlayWindow, Sequence[str]]:
    """The window of the day: the first that was opened, and until then the drawn one.

    Raises:
        ConfigurationError: Nothing can be played.
        DatabaseError: The database cannot be used.
    """
    now = services.clock.now()
    day = _midnight(now)
    with services.reading() as unit:
        first = unit.games.daily_since(day)
    if first is not None:
        opened = first.opened
        asked = AskedGame(
            season=opened.season,
            days=(opened.ends_at - opened.starts_at).days,
            is_ranked=True,
        )
        window = PlayWindow(opened.starts_at, opened.ends_at, opened.plan.turns)
        symbols: Sequence[str] = tuple(opened.plan.first_prices)
        return asked, season_windows(services, opened.season, now), window, symbols
    draw = services.drawn("daily window", f"{day:%Y-%m-%d}")
    seasons = sorted(
        services.seasons.playable(now), key=lambda each: each.season.number
    )
    windows = seasons[int.from_bytes(draw[:8]) % len(seasons)]
    lengths = sorted(windows.lengths())
    days = lengths[int.from_bytes(draw[8:16]) % len(lengths)]
    window, symbols = windows.draw(days, draw)
    asked = AskedGame(season=windows.season.number, days=days, is_ranked=True)
    return asked, windows, window, symbols


def _open_live(services: GameServices, player: Player, asked: AskedGame) -> StoredGame:
    """A game beside the season that runs, from the last quarter of an hour on."""
    _require_room(services, player)
    now = services.clock.now()
    windows = next(iter(services.seasons.all(now)), None)
    season = None if windows is None else windows.season
    if windows is None or season is None or (season.end and season.end <= now):
        raise ConfigurationError(
            "No season is running now.", "Play a window of the past."
        )
    if not SHORTEST_DAYS <= asked.days <= LONGEST_DAYS:
        raise ConfigurationError(
            f"A window has {SHORTEST_DAYS} to {LONGEST_DAYS} days, not {asked.days}.",
            "Choose another length.",
        )
    start = now - (now - _midnight(now)) % _QUARTER
    window = PlayWindow(start, start + timedelta(days=asked.days), ())
    return _open(services, player, asked, windows, window, sorted(windows.slots.counts))


def _open(
    services: GameServices,
    player: Player,
    asked: AskedGame,
    windows: SeasonWindows,
    window: PlayWindow,
    symbols: Sequence[str],
    *,
    is_daily: bool = False,
) -> StoredGame:
    season = windows.season
    plan = plan_of(services, season, window, symbols)
    is_turns = asked.mode is GameMode.TURNS
    new = NewGame(
        user_id=player.user_id,
        guest_digest=player.guest_digest,
        season=season.number,
        starts_at=window.start,
        ends_at=window.end,
        seed=secrets.token_hex(32),
        mode=asked.mode,
        speed=asked.speed,
        is_ranked=asked.is_ranked,
        is_blind=asked.is_ranked,
        is_daily=is_daily,
        by_token=player.by_token,
        plan=replace(plan, turns=window.turns if is_turns else ()),
    )
    return store_new_game(services, new)


def store_new_game(services: GameServices, new: NewGame) -> StoredGame:
    """The game with the first entry of its ledger.

    Where a guest opens it, games of guests who never made an account are forgotten.

    Raises:
        ConfigurationError: Mode, speed and rank do not go together.
        DatabaseError: The account has a ranked game of that window already, or the
            database cannot be used.
    """
    now = services.clock.now()
    with services.writing() as unit:
        if new.guest_digest is not None:
            unit.games.forget_guests(now - GUESTS_KEPT)
        stored = open_in(unit, new, now)
        unit.commit()
    return stored


def open_in(unit: PeopleUnit, new: NewGame, now: datetime) -> StoredGame:
    """The same in a unit that others write in too.

    Raises:
        ConfigurationError: As of `store_new_game`.
        DatabaseError: As of `store_new_game`.
    """
    stored = unit.games.open(new, now)
    setup = setup_of(stored, new.ends_at - new.starts_at)
    open_game(setup)
    entries = TradingEngine(new.starts_at, start=setup.start).entries
    unit.games.append(stored.id, entries, after=0, clock=new.starts_at, now=now)
    return unit.games.get(stored.id) or stored


def _require_room(services: GameServices, player: Player) -> Sequence[StoredGame]:
    """The player's games, if not too many of them are open."""
    with services.reading() as unit:
        games = unit.games.of_player(player)
    if sum(each.state is GameState.OPEN for each in games) >= MOST_OPEN:
        raise ConfigurationError(
            f"You have {MOST_OPEN} open games already.", "Finish one of them first."
        )
    return games


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
