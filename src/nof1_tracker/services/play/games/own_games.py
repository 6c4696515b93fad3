"""Use cases of a player's games: listed, kept by a new account."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from nof1_tracker.game.session.fairness import board_of
from nof1_tracker.records.play.session.game_boards import GamePlay
from nof1_tracker.records.play.session.listed_games import DailyWindow, ListedGame
from nof1_tracker.records.play.stored_games import GameState, Player, StoredGame
from nof1_tracker.services.play.games.game_services import GameServices
from nof1_tracker.services.play.games.open_games import daily_window, own_daily
from nof1_tracker.services.progress.player_profiles import model_names, profile_in
from nof1_tracker.services.progress.player_progress import progress_in
from nof1_tracker.services.progress.player_services import PlayerServices


def list_games(services: GameServices, player: Player) -> Sequence[ListedGame]:
    """The player's games, the newest first.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with services.reading() as unit:
        games = unit.games.of_player(player)
    plays = [play_of(each) for each in games]
    return [_listed(each, plays) for each in games]


def show_daily(services: GameServices, player: Player | None) -> DailyWindow:
    """The window of the day, and the player's game of it.

    Args:
        player: None for one who has no account and has not played yet.

    Raises:
        ConfigurationError: Nothing can be played.
        DatabaseError: The database cannot be used.
    """
    day = services.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    asked, *_ = daily_window(services)
    own = None if player is None else own_daily(services, player)
    return DailyWindow(
        day=day.date(),
        days=asked.days,
        until=day + timedelta(days=1),
        game_id=None if own is None else str(own.id),
        state=None if own is None else own.state,
    )


def keep_games(services: GameServices, guest_digest: str, user_id: UUID) -> int:
    """Gives a guest's games to the account that the guest has made; returns how many.

    The account then has a profile, to which those that are over count.

    Raises:
        DatabaseError: The database cannot be used.
    """
    models = model_names(PlayerServices(services.people, services.clock))
    now = services.clock.now()
    with services.writing() as unit:
        kept = unit.games.keep(guest_digest, user_id)
        if kept:
            profile_in(unit, user_id, models, now)
            progress_in(unit, user_id, now)
        unit.commit()
    return kept


def play_of(stored: StoredGame) -> GamePlay:
    """The game as far as it matters for ranks."""
    opened = stored.opened
    return GamePlay(
        game_id=str(stored.id),
        window_id=opened.window_id,
        user_id=None if opened.user_id is None else str(opened.user_id),
        is_ranked=opened.is_ranked,
        started_at=stored.created_at,
        is_finished=stored.state is GameState.FINISHED,
        by_program=opened.by_token,
        in_room=opened.room_id is not None,
    )


def _listed(stored: StoredGame, plays: Sequence[GamePlay]) -> ListedGame:
    opened = stored.opened
    is_hidden = opened.is_blind and stored.state is GameState.OPEN
    return ListedGame(
        game_id=str(stored.id),
        opened_at=stored.created_at,
        finished_at=stored.finished_at,
        mode=opened.mode,
        state=stored.state,
        is_ranked=opened.is_ranked,
        is_blind=opened.is_blind,
        room_id=None if opened.room_id is None else str(opened.room_id),
        is_daily=opened.is_daily,
        by_token=opened.by_token,
        length=opened.ends_at - opened.starts_at,
        left=opened.ends_at - stored.clock,
        season=None if is_hidden else opened.season,
        starts_at=None if is_hidden else opened.starts_at,
        board=board_of(play_of(stored), plays),
    )
