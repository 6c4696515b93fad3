"""Who is ranked with whom."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from nof1_tracker.records.play.session.games import GameMode


class Board(StrEnum):
    """A table of ranks."""

    PEOPLE = "people"
    PROGRAMS = "programs"


class Unranked(StrEnum):
    """Why a game is not ranked."""

    GUEST = "guest"
    NOT_BLIND = "not_blind"
    PLAYED_BEFORE = "played_before"
    NOT_FINISHED = "not_finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class GamePlay:
    """A game of somebody, as far as it matters for ranks.

    Attributes:
        user_id: None for a guest.
        started_at: Real time.
    """

    game_id: str
    window_id: str
    user_id: str | None
    mode: GameMode
    started_at: datetime
    is_finished: bool
    by_program: bool
