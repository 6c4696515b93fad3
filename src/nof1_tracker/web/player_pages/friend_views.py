"""Friends as their page shows them: who asks, who is one, who is blocked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from nof1_tracker.game.progress.avatars import avatar_svg
from nof1_tracker.game.progress.characters import TRAITS
from nof1_tracker.records.people.friendships import FriendshipState
from nof1_tracker.records.people.player_pages import FriendLine


@dataclass(frozen=True, slots=True)
class FriendView:
    """Another player.

    Attributes:
        shows_games: Whether the other one lets the player see games.
        sees_games: Whether the player lets the other one see games.
    """

    name: str
    avatar: str
    about: str
    since: datetime | None
    shows_games: bool
    sees_games: bool


@dataclass(frozen=True, slots=True)
class FriendGroups:
    """All others that the player has to do with, by what can be done about them."""

    asking: Sequence[FriendView]
    friends: Sequence[FriendView]
    blocked: Sequence[FriendView]


def friend_groups(lines: Iterable[FriendLine]) -> FriendGroups:
    """The lines, by what can be done about them."""
    known = list(lines)

    def of(state: FriendshipState) -> Sequence[FriendView]:
        return [_view(each) for each in known if each.state is state]

    return FriendGroups(
        asking=of(FriendshipState.ASKED),
        friends=of(FriendshipState.ACCEPTED),
        blocked=of(FriendshipState.BLOCKED),
    )


def _view(line: FriendLine) -> FriendView:
    character = TRAITS[line.character].name if line.character else "No character yet"
    return FriendView(
        name=line.name,
        avatar=avatar_svg(line.avatar),
        about=f"{character}, level {line.level}",
        since=line.since,
        shows_games=line.shows_games,
        sees_games=line.sees_games,
    )
