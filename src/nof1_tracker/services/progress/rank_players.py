"""Leaderboards: players and models in one table, each rank with its interval."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.game.ranks.overall_ranks import overall_ranks
from nof1_tracker.records.people.people import User
from nof1_tracker.records.play.finished_games import RankedResult
from nof1_tracker.records.progress.leaderboard_lines import (
    CachedPlayer,
    Leaderboard,
    LeaderboardKind,
    LeaderboardLine,
)
from nof1_tracker.records.progress.player_history import Character
from nof1_tracker.records.progress.rank_rows import (
    RankedContestant,
    RankInterval,
)
from nof1_tracker.services.progress.days_first import (
    contestants,
    is_noted,
    note_days_in,
)
from nof1_tracker.services.progress.friends import friends_of
from nof1_tracker.services.progress.player_progress import progress_in
from nof1_tracker.services.progress.player_services import PlayerServices

_K = LeaderboardKind


@dataclass(frozen=True, slots=True)
class WantedBoard:
    """Which leaderboard is wanted.

    Attributes:
        season: Only windows of that season; None for all.
        character: Only players with that character, and models; None for all.
    """

    kind: LeaderboardKind = LeaderboardKind.OVERALL
    season: Decimal | None = None
    character: Character | None = None


def read_leaderboard(
    services: PlayerServices, user: User | None, wanted: WantedBoard
) -> Leaderboard:
    """A leaderboard, the best first.

    Args:
        user: Who asks; None for a guest, who has no friends.

    Raises:
        DatabaseError: The database cannot be used.
    """
    note_number_one(services)
    own = None if user is None else user.id
    with services.reading() as unit:
        players = {each.user_id: each for each in unit.boards.players()}
        friends = frozenset() if own is None else friends_of(unit, own)
        results, stamp = unit.results.ranked(), unit.results.stamp()
    if wanted.kind is _K.XP:
        lines = _by_xp(_of_character(players.values(), wanted.character), own)
        now = services.clock.now()
        return Leaderboard(wanted.kind, lines, now, character=wanted.character)
    circle = friends | {own} if own is not None else friends
    chosen = [each for each in results if _is_wanted(each, wanted, players, circle)]
    about = wanted, circle if wanted.kind is _K.FRIENDS else None
    if not chosen:  # any season may be asked for
        return Leaderboard(
            wanted.kind, (), services.clock.now(), wanted.season, wanted.character
        )
    # Models also ended the windows that only others have played.
    board = services.ranks.get(
        about,
        (stamp, len(chosen)),
        services.clock.now(),
        lambda: overall_ranks(contestants(chosen)),
    )
    return Leaderboard(
        kind=wanted.kind,
        lines=tuple(_lines(services, board.ranks, players, own)),
        computed_at=board.computed_at,
        season=wanted.season,
        character=wanted.character,
    )


def note_number_one(services: PlayerServices) -> None:
    """Notes who was first when each day ended, and what they earn by it.

    Raises:
        DatabaseError: The database cannot be used.
    """
    now = services.clock.now()
    if is_noted(services.engine, now):
        return
    with services.writing() as unit:
        for user_id in note_days_in(unit, now):
            progress_in(unit, user_id, now)
        unit.commit()


# --- parts ----------------------------------------------------------------------------


def _is_wanted(
    result: RankedResult,
    wanted: WantedBoard,
    players: Mapping[UUID, CachedPlayer],
    circle: frozenset[UUID],
) -> bool:
    if result.by_program is not (wanted.kind is _K.PROGRAMS):
        return False
    if wanted.season is not None and result.season != wanted.season:
        return False
    if wanted.kind is _K.FRIENDS and result.user_id not in circle:
        return False
    player = players.get(result.user_id)
    if player is None:
        return False
    return wanted.character is None or player.character is wanted.character


def _lines(
    services: PlayerServices,
    ranks: Iterable[RankedContestant],
    players: Mapping[UUID, CachedPlayer],
    own: UUID | None,
) -> Iterator[LeaderboardLine]:
    with UnitOfWork(services.engine) as unit:
        accounts = unit.repositories.queries.accounts()
    names = {each.account_id: each.name for each in accounts}
    for each in ranks:
        user_id = None if each.is_model else UUID(each.contestant)
        player = None if user_id is None else players.get(user_id)
        if player is None and not each.is_model:
            continue  # deleted since
        model = each.contestant if each.is_model else None
        yield LeaderboardLine(
            place=each.place,
            name=player.display_name if player else names.get(model or "", str(model)),
            account_id=model,
            player=player,
            result=each.result,
            windows=each.windows,
            is_settled=each.is_settled,
            is_number_one=each.is_number_one,
            is_own=user_id is not None and user_id == own,
        )


def _of_character(
    players: Iterable[CachedPlayer], character: Character | None
) -> Sequence[CachedPlayer]:
    return [
        each for each in players if character is None or each.character is character
    ]


def _by_xp(
    players: Sequence[CachedPlayer], own: UUID | None
) -> tuple[LeaderboardLine, ...]:
    """By XP, which the players are ordered by already; equal XP shares a rank."""
    lines: list[LeaderboardLine] = []
    for number, player in enumerate(players, 1):
        before = lines[-1] if lines else None
        is_equal = before is not None and before.xp == player.xp
        rank = before.place.rank if before is not None and is_equal else number
        lines.append(
            LeaderboardLine(
                place=RankInterval(rank, rank, rank),
                name=player.display_name,
                account_id=None,
                player=player,
                result=None,
                windows=0,
                is_settled=True,
                is_number_one=False,
                is_own=player.user_id == own,
            )
        )
    return tuple(lines)
