"""Who is ranked with whom."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Board(StrEnum):
    """A table of ranks."""

    PEOPLE = "people"
    PROGRAMS = "programs"


class Unranked(StrEnum):
    """Why a game is not ranked."""

    GUEST = "guest"
    ROOM = "room"
    NOT_BLIND = "not_blind"
    PLAYED_BEFORE = "played_before"
    NOT_FINISHED = "not_finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class GamePlay:
    """A game of somebody, as far as it matters for ranks.

    Attributes:
        user_id: None for a guest.
        is_ranked: Whether it is to be ranked, and so blind.
        started_at: Real time.
        in_room: Whether it is played with others in a room.
    """

    game_id: str
    window_id: str
    user_id: str | None
    is_ranked: bool
    started_at: datetime
    is_finished: bool
    by_program: bool
    in_room: bool = False
