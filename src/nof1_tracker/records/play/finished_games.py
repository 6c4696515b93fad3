"""Games that are over, with what ranks and XP follow from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from nof1_tracker.records.play.ledger import LedgerEntry
from nof1_tracker.records.play.stored_games import StoredGame


@dataclass(frozen=True, slots=True)
class GameResult:
    """How a game ended, out of its ledger and the prices of its window.

    Attributes:
        total_return: Equity at the end / equity at the start - 1.
        model_returns: The same of each model that took part, by the id of its account.
        volatile: Numbers of the ledger's entries that opened a volatile trade.
        season_length: How long the season of its prices lasted, as known then.
    """

    total_return: float
    model_returns: Mapping[str, float]
    volatile: frozenset[int]
    season_length: timedelta


@dataclass(frozen=True, slots=True)
class PlayedLedger:
    """The ledger of a game that is over.

    Attributes:
        written_at: When each entry was written, real time, by number.
        by_token: Ids of the orders that a program placed.
    """

    game: StoredGame
    entries: tuple[LedgerEntry, ...]
    written_at: Mapping[int, datetime]
    by_token: frozenset[int]


@dataclass(frozen=True, slots=True)
class RoomPlay:
    """How another player ended in the same room.

    Attributes:
        room_id: The room.
    """

    room_id: UUID
    user_id: UUID
    total_return: float


@dataclass(frozen=True, slots=True)
class RankedResult:
    """A ranked game that is over.

    Attributes:
        season: Number of the season.
        window_id: Everybody who played the same window has its id.
        by_program: Whether a program made at least one move.
        finished_at: Real time.
    """

    user_id: UUID
    season: Decimal
    window_id: str
    by_program: bool
    result: GameResult
    finished_at: datetime
