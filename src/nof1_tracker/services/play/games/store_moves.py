"""Stores what happens in a game; of those who write into one at once, one succeeds."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from nof1_tracker.errors import MoveError
from nof1_tracker.game.session.game_result import game_result
from nof1_tracker.records.play.finished_games import GameResult
from nof1_tracker.records.play.session.games import Game, Move
from nof1_tracker.records.play.stored_games import Pace, PaceChange, Player
from nof1_tracker.services.play.games.game_services import GameServices
from nof1_tracker.services.play.games.kept_game import KeptGame, kept_game
from nof1_tracker.services.progress.player_profiles import ensure_profile_of
from nof1_tracker.services.progress.player_progress import game_ended_in
from nof1_tracker.services.progress.player_services import PlayerServices

_ATTEMPTS: Final = 8

FoundT = TypeVar("FoundT")


def change_game(
    services: GameServices,
    player: Player,
    game_id: UUID,
    act: Callable[[KeptGame], tuple[Game, Sequence[Move]]],
    answer: Callable[[KeptGame, Game], FoundT],
    *,
    with_levels: bool = True,
    placed_since: datetime | None = None,
) -> FoundT:
    """Lets something be done in a game, and stores it with all that follows from it.

    Where somebody else wrote meanwhile, it is done again in the game as it is then.

    Args:
        act: The game afterwards, and the moves that are new.
        answer: What is said about it; the account has been brought forward.
        with_levels, placed_since: As in `kept_game`.

    Raises:
        NoSuchGameError: The player has no such game.
        MoveError: It cannot be done, or others never stop writing.
        DatabaseError: The database cannot be used, or is locked for too long.
    """
    for _ in range(_ATTEMPTS):
        kept = kept_game(
            services,
            player,
            game_id,
            with_levels=with_levels,
            placed_since=placed_since,
        )
        game, moves = act(kept)
        if game.is_finished and not with_levels and kept.stored.finished_at is None:
            with_levels = True  # how it ended is measured by them
            continue
        for move in moves:
            kept.run.make(move)
        kept.run.advance(game.moment)
        if is_stored(services, kept, game, moves):
            return answer(kept, game)
    raise MoveError(
        "This game is being played elsewhere at the same time.", "Try again."
    )


def is_stored(
    services: GameServices, kept: KeptGame, game: Game, moves: Sequence[Move]
) -> bool:
    """Stores what is new; False where somebody else was faster.

    Raises:
        DatabaseError: The database cannot be used, or is locked for too long.
    """
    stored, entries = kept.stored, kept.new_entries
    is_over = game.is_finished and stored.finished_at is None
    pace = PaceChange(stored.pace, Pace(game.setup.speed, game.is_paused))
    is_new = pace.after != pace.before or game.moment > stored.clock
    if not (entries or moves or is_over or is_new):
        return True
    now = kept.now
    result = _result(services, kept, game) if is_over else None
    with services.writing() as unit:
        is_first = unit.games.append(
            stored.id,
            entries,
            after=len(kept.ledger),
            clock=game.moment,
            now=now,
            moves=moves,
            pace=pace,
        )
        if is_first and result is not None:
            unit.games.finish(stored.id, now)
            game_ended_in(unit, stored, result, now)
        unit.commit()
    return is_first


def _result(services: GameServices, kept: KeptGame, game: Game) -> GameResult:
    """How the game ended; by then its player has a profile, to which it counts."""
    user_id = kept.stored.opened.user_id
    if user_id is not None:
        ensure_profile_of(PlayerServices(services.people, services.clock), user_id)
    return game_result(game, kept.run, kept.window.market)
