"""What a player's own pages show."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from nof1_tracker.records.people.friendships import FriendshipState
from nof1_tracker.records.people.profiles import Profile
from nof1_tracker.records.progress.achievement_kinds import Category, Rarity
from nof1_tracker.records.progress.player_history import Character, ChosenCharacter
from nof1_tracker.records.progress.xp_entries import XpEntry


@dataclass(frozen=True, slots=True)
class PlayerPage:
    """A player's own profile.

    Attributes:
        into_level: XP earned since the level was reached.
        level_step: XP from that level to the next; None at the highest.
        choices: The characters that were chosen, oldest first.
        may_choose: Characters that the player may choose now.
        days_in_a_row: Up to today, or up to yesterday while today may still come.
        achievements: How many are reached.
    """

    profile: Profile
    into_level: int
    level_step: int | None
    choices: tuple[ChosenCharacter, ...]
    may_choose: tuple[Character, ...]
    days_in_a_row: int
    achievements: int


@dataclass(frozen=True, slots=True)
class XpHistory:
    """A player's ledger of XP, the newest first.

    Attributes:
        total: XP of the whole ledger.
        lines: How many the whole ledger has.
    """

    total: int
    lines: int
    entries: tuple[XpEntry, ...]


@dataclass(frozen=True, slots=True)
class AchievementLine:
    """An achievement, and how far the player is.

    Attributes:
        achievement_id: As programs know it.
        done, needed: In the unit of the criterion that lacks most.
        reached_at: Real time; None until then.
        share: Which fraction of all players has it.
    """

    achievement_id: str
    name: str
    text: str
    category: Category
    rarity: Rarity
    xp: int
    done: Decimal
    needed: Decimal
    reached_at: datetime | None
    share: Decimal


class FriendMove(StrEnum):
    """What a player may do about another one."""

    ASK = "ask"
    ACCEPT = "accept"
    REFUSE = "refuse"
    BLOCK = "block"
    END = "end"


@dataclass(frozen=True, slots=True)
class FriendLine:
    """Another player, and what the two are to each other.

    Attributes:
        state: Accepted; asked, by the other one; or blocked, by the one who looks.
        shows_games: Whether the other one lets the player see games.
        sees_games: Whether the player lets the other one see games.
        since: When they first became friends; None if they are not.
    """

    name: str
    avatar: str
    character: Character | None
    level: int
    state: FriendshipState
    shows_games: bool
    sees_games: bool
    since: datetime | None


@dataclass(frozen=True, slots=True)
class ShownFriendGame:
    """A game that a friend lets the player see, once it is over.

    Attributes:
        season: Number of the season.
        starts_at, ends_at: The window, in game time.
        total_return: Equity at the end / equity at the start - 1.
        models, models_beaten: How many took part, and how many ended behind.
    """

    season: Decimal
    starts_at: datetime
    ends_at: datetime
    finished_at: datetime
    is_ranked: bool
    total_return: float
    models: int
    models_beaten: int


@dataclass(frozen=True, slots=True)
class OwnGame:
    """A game of the player that is over, with its id."""

    game_id: UUID
    shown: ShownFriendGame


@dataclass(frozen=True, slots=True)
class PublicPlayer:
    """A player as anybody sees one.

    Attributes:
        achievements: All, with what of them is reached.
    """

    profile: Profile
    achievements: tuple[AchievementLine, ...]
