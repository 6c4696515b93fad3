"""Leaderboards: players and models in one table, and players by their XP."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from nof1_tracker.records.progress.player_history import Character
from nof1_tracker.records.progress.rank_rows import RankInterval


class LeaderboardKind(StrEnum):
    """Who is on a leaderboard, and by what they are ordered."""

    OVERALL = "overall"
    """Players and models by what they ended ranked windows with."""
    FRIENDS = "friends"
    """The same of the models, the player who asks, and that player's friends."""
    PROGRAMS = "programs"
    """The same of programs, which have a board of their own, and models."""
    XP = "xp"
    """Players by the XP that they have earned in total."""


@dataclass(frozen=True, slots=True)
class CachedPlayer:
    """A player as leaderboards show one.

    Attributes:
        profit: USD that all finished games together brought; negative for a loss.
    """

    user_id: UUID
    display_name: str
    avatar: str
    character: Character | None
    xp: int
    level: int
    profit: Decimal


@dataclass(frozen=True, slots=True)
class LeaderboardLine:
    """A line of a leaderboard.

    Attributes:
        place: With the interval of ranks; by XP it is just the rank.
        account_id: The site's id of a model; None for a player.
        player: None for a model.
        result: Mean of total returns less the models' mean in each window; a fraction.
            None by XP.
        windows: Ranked windows that it rests on.
        is_settled: Whether there are enough of them to say something.
        is_own: Whether it is the player who asks.
    """

    place: RankInterval
    name: str
    account_id: str | None
    player: CachedPlayer | None
    result: float | None
    windows: int
    is_settled: bool
    is_number_one: bool
    is_own: bool = False

    @property
    def is_model(self) -> bool:
        """True for a model."""
        return self.player is None

    @property
    def avatar(self) -> str | None:
        """None for a model."""
        return None if self.player is None else self.player.avatar

    @property
    def character(self) -> Character | None:
        """None for a model, and until one is chosen."""
        return None if self.player is None else self.player.character

    @property
    def level(self) -> int | None:
        """None for a model."""
        return None if self.player is None else self.player.level

    @property
    def xp(self) -> int | None:
        """None for a model."""
        return None if self.player is None else self.player.xp


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """A leaderboard, the best first.

    Attributes:
        computed_at: When its ranks were computed; never more than an hour ago.
        season, character: What it is limited to; None for all.
    """

    kind: LeaderboardKind
    lines: tuple[LeaderboardLine, ...]
    computed_at: datetime
    season: Decimal | None = None
    character: Character | None = None
