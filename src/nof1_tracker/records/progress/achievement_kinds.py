"""What achievements are about, and how hard they are to reach."""

from enum import StrEnum


class Category(StrEnum):
    """What an achievement is about."""

    EDUCATION = "education"
    TRADING = "trading"
    SOCIAL = "social"
    MILESTONES = "milestones"
    SPECIAL = "special"


class Rarity(StrEnum):
    """How hard an achievement is to reach, easiest first."""

    COMMON = "common"
    RARE = "rare"
    EPIC = "epic"
    LEGENDARY = "legendary"
