"""Friendships between players."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class FriendshipState(StrEnum):
    """What two players are to each other."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    BLOCKED = "blocked"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Friendship:
    """What two players are to each other.

    Attributes:
        players: Both of them.
        actor_id: The one who brought it to this state: asked, accepted, blocked...
        accepted_at: When they first became friends; None if they never were.
        shown_by: Those whose games the other one may see.
    """

    players: frozenset[UUID]
    state: FriendshipState
    actor_id: UUID
    accepted_at: datetime | None
    shown_by: frozenset[UUID]
