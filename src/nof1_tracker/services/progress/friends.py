"""Friends: whom a player asks, accepts, refuses, blocks, and lets see games.

Nobody is told to be refused or blocked: anyone who asks gets the same answer, and no list
shows what a player has asked.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.people.friendships import Friendship, FriendshipState
from nof1_tracker.records.people.people import User
from nof1_tracker.records.people.player_pages import (
    FriendLine,
    FriendMove,
    ShownFriendGame,
)
from nof1_tracker.records.people.profiles import Profile
from nof1_tracker.services.progress.player_profiles import ensure_profile, player_named
from nof1_tracker.services.progress.player_progress import progress_in
from nof1_tracker.services.progress.player_services import PlayerServices
from nof1_tracker.services.progress.shown_games import shown_games

_S = FriendshipState
_MOST_ASKED = 100
"""Questions of one player that may wait for an answer at once."""


def list_friends(services: PlayerServices, user: User) -> Sequence[FriendLine]:
    """Friends, who waits for the player's answer, and whom the player blocked.

    Raises:
        DatabaseError: The database cannot be used.
    """
    ensure_profile(services, user)
    with services.reading() as unit:
        known = unit.friends.of_user(user.id)
        others = unit.profiles.of_users([_other(each, user.id) for each in known])
    lines = [
        _line(each, others[_other(each, user.id)], user.id)
        for each in known
        if _other(each, user.id) in others and _is_shown(each, user.id)
    ]
    return sorted(lines, key=_order)


def move_friend(
    services: PlayerServices, user: User, name: str, move: FriendMove
) -> None:
    """Asks a player for a friendship, or answers, blocks or ends one.

    What is not possible as things stand is not done, and not told: so nobody learns
    whom they are blocked by, nor who plays.

    Raises:
        ConfigurationError: It is the player's own name, or too many questions wait.
        DatabaseError: The database cannot be used.
    """
    ensure_profile(services, user)
    now = services.clock.now()
    with services.writing() as unit:
        other = player_named(unit, name)
        if other is not None and other.user_id == user.id:
            raise ConfigurationError("That is your own name.", "Name another player.")
        if move is FriendMove.ASK:
            _require_few(unit, user.id)
        if other is not None:
            _move(unit, user.id, other.user_id, move, now=now)
            if move in {FriendMove.ASK, FriendMove.ACCEPT}:
                _record_both(unit, user.id, other.user_id, now)
        unit.commit()


def show_games(services: PlayerServices, user: User, name: str, *, shown: bool) -> None:
    """Lets a friend see the player's games, or not any more.

    Raises:
        ConfigurationError: The two are not friends.
        DatabaseError: The database cannot be used.
    """
    with services.writing() as unit:
        other = player_named(unit, name)
        if other is None or not unit.friends.show_games(
            user.id, other.user_id, shown=shown
        ):
            raise _not_a_friend(name)
        unit.commit()


def friend_games(
    services: PlayerServices, user: User, name: str
) -> Sequence[ShownFriendGame]:
    """The games of a friend who lets the player see them, the newest first.

    Raises:
        ConfigurationError: The two are not friends, or the friend does not show them.
        DatabaseError: The database cannot be used.
    """
    with services.reading() as unit:
        other = player_named(unit, name)
        found = other and unit.friends.between(user.id, other.user_id)
        if other is None or not found or found.state is not _S.ACCEPTED:
            raise _not_a_friend(name)
        if other.user_id not in found.shown_by:
            raise ConfigurationError(
                f"{other.display_name} does not show games to you.", "Ask for it."
            )
        return shown_games(unit, other.user_id)


def friends_of(unit: PeopleUnit, user_id: UUID) -> frozenset[UUID]:
    """The accounts of a player's friends."""
    return frozenset(
        _other(each, user_id)
        for each in unit.friends.of_user(user_id)
        if each.state is _S.ACCEPTED
    )


# --- parts ----------------------------------------------------------------------------


def _move(
    unit: PeopleUnit, user_id: UUID, other: UUID, move: FriendMove, *, now: datetime
) -> None:
    friends = unit.friends
    if move is FriendMove.ASK:
        # Two who ask each other are friends.
        if not friends.accept(user_id, other, now):
            friends.ask(user_id, other, now)
    elif move is FriendMove.ACCEPT:
        friends.accept(user_id, other, now)
    elif move is FriendMove.REFUSE:
        friends.refuse(user_id, other)
    elif move is FriendMove.BLOCK:
        friends.block(user_id, other, now)
    else:
        friends.end(user_id, other)


def _record_both(unit: PeopleUnit, user_id: UUID, other: UUID, now: datetime) -> None:
    """A friendship counts for both; their profiles are locked in one order."""
    found = unit.friends.between(user_id, other)
    if found is not None and found.state is _S.ACCEPTED:
        for player in sorted((user_id, other)):
            progress_in(unit, player, now)


def _require_few(unit: PeopleUnit, user_id: UUID) -> None:
    known = unit.friends.of_user(user_id)
    waiting = sum(e.state is _S.ASKED and e.actor_id == user_id for e in known)
    if waiting >= _MOST_ASKED:
        raise ConfigurationError(
            f"{_MOST_ASKED} of your questions wait for an answer.",
            "Wait for some of them, or take them back.",
        )


def _is_shown(friendship: Friendship, user_id: UUID) -> bool:
    is_own = friendship.actor_id == user_id
    return (
        friendship.state is _S.ACCEPTED
        or (friendship.state is _S.ASKED and not is_own)
        or (friendship.state is _S.BLOCKED and is_own)
    )


def _line(friendship: Friendship, other: Profile, user_id: UUID) -> FriendLine:
    return FriendLine(
        name=other.display_name,
        avatar=other.avatar,
        character=other.character,
        level=other.level,
        state=friendship.state,
        shows_games=other.user_id in friendship.shown_by,
        sees_games=user_id in friendship.shown_by,
        since=(friendship.accepted_at if friendship.state is _S.ACCEPTED else None),
    )


def _order(line: FriendLine) -> tuple[int, str]:
    states = (_S.ACCEPTED, _S.ASKED, _S.BLOCKED)
    return states.index(line.state), line.name.casefold()


def _other(friendship: Friendship, user_id: UUID) -> UUID:
    return next(iter(friendship.players - {user_id}))


def _not_a_friend(name: str) -> ConfigurationError:
    return ConfigurationError(
        f"You have no friend {name!r}.", "See the list of your friends."
    )
