"""Games: an account that somebody trades over a window of recorded prices."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from nof1_tracker.records.play.orders import Order


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


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGame:
    """A game as it is opened. `starts_at` and `ends_at` are game time.

    Attributes:
        user_id, guest_digest: Who plays: an account, or the guest whose secret has
            this SHA-256 digest; the other one is None.
        season: Number of the season whose prices are traded.
        seed: What everything in it is drawn with, in hexadecimal.
        speed: Seconds of game time in one of real time, 1..3600; None for turns.
        is_ranked: Whether it is played blind, to be ranked.
        is_daily: Whether its window was that of the day.
        by_token: Whether a program plays.
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
    is_daily: bool = False
    by_token: bool = False


@dataclass(frozen=True, slots=True)
class StoredGame:
    """A game as it is stored.

    Attributes:
        clock, clock_at: How far it is, in game time, and when that was so, in real time.
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


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """An order as it is stored; `is_new` where it was not stored before."""

    order: Order
    is_new: bool
