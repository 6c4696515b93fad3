"""Rooms: games of one window that friends play on one clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from nof1_tracker.records.play.stored_games import WindowPlan
from nof1_tracker.records.progress.rank_rows import RankInterval


class RoomState(StrEnum):
    """How far a room is."""

    WAITING = "waiting"
    """Others may join; nothing is shown of its window."""
    RUNNING = "running"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRoom:
    """A room as it is opened. Fields as in `NewGame`.

    Attributes:
        host_id: Whose account starts and ends it.
        join_code: What others join it by.
    """

    host_id: UUID
    join_code: str
    season: Decimal
    starts_at: datetime
    ends_at: datetime
    speed: int
    is_blind: bool
    seed: str
    plan: WindowPlan


@dataclass(frozen=True, slots=True)
class StoredRoom:
    """A room as it is stored; times are real ones.

    Attributes:
        members: Accounts, in the order in which they joined.
        started_at: When its clock starts; None until somebody has started it.
        ended_at: When its host ended it early; None where nobody did.
    """

    id: UUID
    opened: NewRoom
    members: tuple[UUID, ...]
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def length(self) -> timedelta:
        """Of the window, game time."""
        return self.opened.ends_at - self.opened.starts_at

    def elapsed(self, now: datetime) -> timedelta:
        """Game time since the window started; 0 before."""
        if self.ended_at is not None:
            return self.length
        if self.started_at is None or now <= self.started_at:
            return timedelta(0)
        passed = now - self.started_at
        if passed >= self.length / self.opened.speed:
            return self.length
        return passed * self.opened.speed

    def state(self, now: datetime) -> RoomState:
        """How far it is at that real time."""
        if self.started_at is None:
            return RoomState.WAITING
        is_over = self.elapsed(now) >= self.length
        return RoomState.OVER if is_over else RoomState.RUNNING


@dataclass(frozen=True, slots=True)
class RoomPlayer:
    """Somebody in a room.

    Attributes:
        equity: USD, as known at the room's clock; None before it starts.
        total_return: equity / start - 1.
    """

    name: str
    is_you: bool
    is_host: bool
    equity: Decimal | None = None
    total_return: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RoomRank:
    """A line of the table of a room that is over.

    Attributes:
        result: Total return; 0.12 is 12 %.
    """

    name: str
    is_model: bool
    is_you: bool
    place: RankInterval
    result: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomView:
    """A room as somebody sees it.

    Attributes:
        join_code: None once it has started.
        length, elapsed: Of the window, game time.
        starts_in: Real time until its clock starts; None where nobody has started it.
        season, starts_at: Of the window; None while they are hidden.
        game_id: The game that the one who looks plays in it; None where there is none.
        players: The one with most first, once the clock has started.
        table: Players and models, the best first; empty until it is over.
    """

    room_id: str
    state: RoomState
    opened_at: datetime
    is_host: bool
    is_member: bool
    join_code: str | None
    length: timedelta
    elapsed: timedelta
    starts_in: timedelta | None
    speed: int
    is_blind: bool
    season: Decimal | None
    starts_at: datetime | None
    game_id: str | None
    players: tuple[RoomPlayer, ...]
    table: tuple[RoomRank, ...] = ()
