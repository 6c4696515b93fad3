"""Friendships between players."""

from enum import StrEnum


class FriendshipState(StrEnum):
    """What two players are to each other."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    BLOCKED = "blocked"
    ENDED = "ended"
