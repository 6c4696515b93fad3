"""What a player did so far, out of the tables."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.game.progress.played_trades import GamePlayed, played_trades
from nof1_tracker.records.people.friendships import Friendship
from nof1_tracker.records.play.finished_games import (
    GameResult,
    PlayedLedger,
    RoomPlay,
)
from nof1_tracker.records.play.stored_games import StoredGame
from nof1_tracker.records.progress.answered_cases import AnsweredCase
from nof1_tracker.records.progress.player_history import (
    FinishedWindow,
    ModuleSize,
    PlayedTrade,
    PlayerHistory,
)

_KNOWN: dict[Hashable, tuple[PlayedTrade, ...]] = {}
"""Trades of games that are over, by what they follow from."""
_MOST_KNOWN: Final = 5_000


def gather_history(unit: PeopleUnit, user_id: UUID) -> PlayerHistory:
    """Everything that XP and achievements follow from.

    Games count once they are over and their result is kept.
    """
    answered = unit.cases.of_user(user_id)
    games, results = unit.games.of_user(user_id), unit.results.of_user(user_id)
    oldest_first = sorted(games, key=lambda each: (each.created_at, each.id))
    over = [(game, results[game.id]) for game in oldest_first if game.id in results]
    return PlayerHistory(
        characters=unit.profiles.choices(user_id),
        cases=tuple(each.completed for each in answered if each.completed is not None),
        module_sizes=tuple(_module_sizes(answered)),
        trades=tuple(
            trade for game, result in over for trade in _trades(unit, game, result)
        ),
        windows=tuple(_windows(unit, user_id, oldest_first, over)),
        sign_ins=unit.deeds.sign_ins(user_id),
        friends=unit.friends.ever_accepted(user_id),
        cards_shared=unit.deeds.cards_shared(user_id),
        days_number_one=unit.deeds.days_number_one(user_id),
    )


def trades_of(played: PlayedLedger, result: GameResult) -> tuple[PlayedTrade, ...]:
    """The trades of a game; which of them were volatile is part of its result."""
    game = GamePlayed(
        game_id=str(played.game.id),
        season=result.season_length,
        written_at=played.written_at,
        by_token=played.by_token,
    )
    return tuple(
        replace(trade, is_volatile=trade.opened_by in result.volatile)
        for trade in played_trades(played.entries, game)
    )


def _trades(
    unit: PeopleUnit, game: StoredGame, result: GameResult
) -> tuple[PlayedTrade, ...]:
    """The same, read once in a process: a ledger that is over never changes."""
    key = game.id, game.finished_at, result.volatile, result.season_length
    known = _KNOWN.get(key)
    if known is None:
        known = trades_of(unit.results.ledger(game), result)
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[key] = known
    return known


def _module_sizes(answered: Iterable[AnsweredCase]) -> Iterator[ModuleSize]:
    """The smallest that each module was, so that it stays complete while it grows."""
    sizes: dict[tuple[Decimal, int], int] = {}
    for each in answered:
        module = each.season, each.module
        sizes[module] = min(each.module_size, sizes.get(module, each.module_size))
    for (season, number), size in sorted(sizes.items()):
        yield ModuleSize(season, number, size)


def _windows(
    unit: PeopleUnit,
    user_id: UUID,
    games: Sequence[StoredGame],
    over: Iterable[tuple[StoredGame, GameResult]],
) -> Iterator[FinishedWindow]:
    """The windows that the account played first in these games, and not by program.

    Args:
        games: All of the account, the oldest first.
    """
    first = _first_games(games)
    by_program = unit.results.by_program(user_id)
    rooms = unit.results.rooms(user_id)
    others = unit.results.in_rooms([room for room, _ in rooms.values()], but=user_id)
    friends = _friends_since(unit.friends.of_user(user_id), user_id)
    for game, result in over:
        is_first = game.id in first and game.id not in by_program
        if not is_first or game.finished_at is None:
            continue
        room, host = rooms.get(game.id, (None, None))
        beaten = [
            each.total_return < result.total_return
            for each in others
            if each.room_id == room and _is_friend(each, friends, game.finished_at)
        ]
        models = result.model_returns.values()
        yield FinishedWindow(
            window_id=game.opened.window_id,
            season=game.opened.season,
            finished_at=game.finished_at,
            total_return=Decimal(str(result.total_return)),
            is_ranked=game.opened.is_ranked,
            is_daily=game.opened.is_daily,
            models=len(models),
            models_beaten=sum(each < result.total_return for each in models),
            friends=len(beaten),
            friends_beaten=sum(beaten),
            hosted=host == user_id,
        )


def _first_games(games: Iterable[StoredGame]) -> frozenset[UUID]:
    """Of each window the game that the account opened first, however it ended."""
    first: dict[str, UUID] = {}
    for game in games:
        first.setdefault(game.opened.window_id, game.id)
    return frozenset(first.values())


def _friends_since(
    friendships: Iterable[Friendship], user_id: UUID
) -> Mapping[UUID, datetime]:
    """When each friendship was first accepted; that it ended since changes nothing."""
    return {
        other: each.accepted_at
        for each in friendships
        for other in each.players - {user_id}
        if each.accepted_at is not None
    }


def _is_friend(play: RoomPlay, friends: Mapping[UUID, datetime], at: datetime) -> bool:
    since = friends.get(play.user_id)
    return since is not None and since <= at
