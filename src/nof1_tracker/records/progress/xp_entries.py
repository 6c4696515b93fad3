"""The ledger of XP: what was earned, when and for what."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class XpSource(StrEnum):
    """What XP is earned by."""

    CASE = "case"
    CASE_ALL_RIGHT = "case_all_right"
    MODULE = "module"
    FIRST_TRADE = "first_trade"
    TRADE = "trade"
    PROFITABLE_TRADE = "profitable_trade"
    LONG_HOLD = "long_hold"
    ACHIEVEMENT = "achievement"
    DAILY_SIGN_IN = "daily_sign_in"
    SEVEN_DAYS = "seven_days"


@dataclass(frozen=True, slots=True, order=True)
class XpEntry:
    """A line of a player's ledger.

    Attributes:
        earned_at: Real time.
        key: What it was earned by, as `source:id`; a player earns each key once.
        base: XP without the character, >= 0.
        bonus: XP that the character added, >= 0.
    """

    earned_at: datetime
    key: str
    source: XpSource
    base: int
    bonus: int = 0

    def __post_init__(self) -> None:
        """Refuses what would take XP away.

        Raises:
            ValueError: It would.
        """
        if self.base < 0 or self.bonus < 0:
            raise ValueError(f"XP is never taken away: {self.key}")

    @property
    def xp(self) -> int:
        """XP with the bonus."""
        return self.base + self.bonus
