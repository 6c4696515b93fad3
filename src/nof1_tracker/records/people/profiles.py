"""Players as others see them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from nof1_tracker.records.progress.player_history import Character


@dataclass(frozen=True, slots=True)
class Profile:
    """A player.

    Attributes:
        character: None until one is chosen.
        xp: XP of the whole ledger.
        level: 1..100.
        profit: USD that all finished games together brought; negative for a loss.
    """

    user_id: UUID
    display_name: str
    avatar: str
    character: Character | None
    xp: int
    level: int
    profit: Decimal
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StoredProgress:
    """How far a player is with an achievement.

    Attributes:
        done: In the unit of the criterion that lacks most.
        reached_at: Real time; None until then.
    """

    done: Decimal
    reached_at: datetime | None = None
