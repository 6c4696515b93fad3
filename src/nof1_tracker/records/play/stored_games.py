"""Games: an account that somebody trades over a window of recorded prices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from nof1_tracker.records.play.orders import Order
from nof1_tracker.records.progress.play_windows import Turn


class GameMode(StrEnum):
    """How game time passes."""

    TURNS = "turns"
    """From one decision to the next, when the player says so."""
    RUNNING = "running"
    """By itself, as fast as the player chose."""
    LIVE = "live"
    """As fast as real time, beside a season that is running."""


class GameState(StrEnum):
    """How far a game is."""

    OPEN = "open"
    FINISHED = "finished"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Player:
    """Who plays: an account or a guest; the other one is None.

    Attributes:
        guest_digest: SHA-256 digest of the secret that the guest holds.
        by_token: Whether a program plays.
    """

    user_id: UUID | None = None
    guest_digest: str | None = None
    by_token: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the time of a game passes.

    Attributes:
        speed: Seconds of game time in one of real time; None for turns.
        is_paused: Whether it stands still, though it runs by itself otherwise.
    """

    speed: int | None
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class PaceChange:
    """How fast time passed when a game was read, and how fast it does from then on."""

    before: Pace
    after: Pace


@dataclass(frozen=True, slots=True)
class RoomClock:
    """The one clock of a room's games, in real time.

    Attributes:
        started_at: None until it starts.
        ended_at: When the host ended it early; None where nobody did.
    """

    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """What was drawn when a game was opened; later changes of the record leave it.

    Attributes:
        first_prices: USD per unit when the window starts, by symbol: what is traded.
        accounts: Ids of the competing accounts.
        turns: Empty where the game is not played in turns.
    """

    first_prices: Mapping[str, Decimal] = field(default_factory=dict)
    accounts: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGame:
    """A game as it is opened. `starts_at` and `ends_at` are game time.

    Attributes:
        user_id, guest_digest: Who plays: an account, or the guest whose secret has
            this SHA-256 digest; the other one is None.
        season: Number of the season whose prices are traded.
        seed: What everything in it is drawn with, in hexadecimal.
        speed: Seconds of game time in one of real time, 1..3600; None for turns. In
            a stored game it is the one that the player chose last.
        is_ranked: Whether it is to be ranked, and so blind.
        is_blind: Whether it is played under changed names, prices and times.
        is_daily: Whether its window was that of the day.
        by_token: Whether a program plays.
        room_id: The room that it is played in; None where it is played alone.
    """

    user_id: UUID | None = None
    guest_digest: str | None = None
    season: Decimal
    starts_at: datetime
    ends_at: datetime
    seed: str
    mode: GameMode
    speed: int | None = None
    is_ranked: bool = False
    is_blind: bool = False
    is_daily: bool = False
    by_token: bool = False
    room_id: UUID | None = None
    plan: WindowPlan = WindowPlan()

    @property
    def player(self) -> Player:
        """Who plays."""
        return Player(self.user_id, self.guest_digest, self.by_token)

    @property
    def window_id(self) -> str:
        """The same for all games of one season between the same times."""
        return window_id_of(self.season, self.starts_at, self.ends_at)


def window_id_of(season: Decimal, starts_at: datetime, ends_at: datetime) -> str:
    """What a window of a season is known by."""
    times = f"{starts_at:%Y%m%dT%H%M%S}-{ends_at:%Y%m%dT%H%M%S}"
    return f"{season.normalize():f}/{times}"


@dataclass(frozen=True, slots=True)
class StoredGame:
    """A game as it is stored.

    Attributes:
        clock, clock_at: How far it is, in game time, and when that was so, in real time.
            Where time runs by itself, it runs on from there.
        is_paused: Whether its time stands still, though it runs by itself otherwise.
        entries: Number of the last entry in its ledger; 0 before the first.
        finished_at: Real time; None until then.
    """

    id: UUID
    opened: NewGame
    clock: datetime
    clock_at: datetime
    state: GameState
    entries: int
    created_at: datetime
    finished_at: datetime | None
    is_paused: bool = False

    @property
    def pace(self) -> Pace:
        """How fast its time passes."""
        return Pace(self.opened.speed, self.is_paused)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOrder:
    """An order as it is stored. Times are game time.

    Attributes:
        client_id: The player's own id of it.
        by_token, cancelled_by_token: Whether a program placed it, and took it back.
        cancelled_at: When it was taken back, whether or not it still waited; None if it
            was not.
    """

    order: Order
    client_id: str
    by_token: bool
    cancelled_at: datetime | None
    cancelled_by_token: bool
