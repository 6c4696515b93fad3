"""Profiles of players, what they earned, and who is friends with whom.

Triggers of the database keep `updated_at` and the leaderboard's cache; migration 0015
has them.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from nof1_tracker.database.engine.column_types import (
    ExactNumeric,
    JsonColumn,
    text_enum,
)
from nof1_tracker.database.models import USD
from nof1_tracker.database.people.people_tables import (
    PEOPLE_SCHEMA,
    Identified,
    OfUser,
    PeopleBase,
)
from nof1_tracker.records.people.friendships import FriendshipState
from nof1_tracker.records.progress.achievement_kinds import Category, Rarity
from nof1_tracker.records.progress.player_history import Character
from nof1_tracker.records.progress.xp_entries import XpSource

_CHARACTER: Final = text_enum(Character, "player_character")


class UserProfileRow(OfUser, PeopleBase):
    """A player as others see them. XP, level and profit follow from other tables."""

    __tablename__ = "user_profiles"
    __table_args__ = (
        CheckConstraint("length(display_name) >= 3", name="ck_user_profiles_name"),
        CheckConstraint("total_xp >= 0", name="ck_user_profiles_total_xp"),
        CheckConstraint(
            "current_level BETWEEN 1 AND 100", name="ck_user_profiles_level"
        ),
        UniqueConstraint("user_id"),
        UniqueConstraint("display_name_key"),
        Index("ix_user_profiles_character", "character"),
        Index("ix_user_profiles_total_xp", "total_xp"),
        Index("ix_user_profiles_current_level", "current_level"),
    )

    character: Mapped[Character | None] = mapped_column(_CHARACTER)
    """What the player is by choice; NULL until one is chosen."""
    display_name: Mapped[str] = mapped_column(String(24))
    """Name that others see; at least 3 characters."""
    display_name_key: Mapped[str] = mapped_column(String(120))
    """Equal for names that people would confuse. It is unique."""
    avatar: Mapped[str] = mapped_column(String(20))
    """Which of the drawn avatars."""
    total_xp: Mapped[int] = mapped_column(default=0, server_default="0")
    """XP of the whole ledger."""
    current_level: Mapped[int] = mapped_column(
        SmallInteger, default=1, server_default="1"
    )
    """Level that this XP reaches, 1 to 100."""
    total_profit: Mapped[Decimal] = mapped_column(USD, default=0, server_default="0")
    """USD that all finished games together brought; negative for a loss."""
    updated_at: Mapped[datetime | None]
    """When the row was last changed (the database's clock); NULL if never."""


class CharacterStatsRow(OfUser, PeopleBase):
    """A character that a player chose, and what was earned with it."""

    __tablename__ = "character_stats"
    __table_args__ = (
        CheckConstraint("0 <= bonus AND bonus <= xp", name="ck_character_stats_xp"),
        UniqueConstraint("user_id", "character"),
    )

    character: Mapped[Character] = mapped_column(_CHARACTER)
    """Which."""
    chosen_at: Mapped[datetime]
    """From when on the player has or had it (our clock), until the next choice."""
    xp: Mapped[int] = mapped_column(default=0, server_default="0")
    """XP earned with it, the bonus included; at least 0."""
    bonus: Mapped[int] = mapped_column(default=0, server_default="0")
    """Part of this XP that the character added."""


class XpEntryRow(OfUser, PeopleBase):
    """A line of a player's ledger of XP; it is never changed."""

    __tablename__ = "user_progression"
    __table_args__ = (
        CheckConstraint("0 <= bonus AND bonus <= xp", name="ck_user_progression_xp"),
        UniqueConstraint("user_id", "key"),
        Index("ix_user_progression_earned_at", "user_id", "earned_at"),
    )

    key: Mapped[str] = mapped_column(String(200))
    """What it was earned by. A player earns each key once."""
    source: Mapped[XpSource] = mapped_column(text_enum(XpSource, "xp_source"))
    """What kind of thing that is."""
    xp: Mapped[int]
    """XP, the bonus included; at least 0."""
    bonus: Mapped[int] = mapped_column(default=0, server_default="0")
    """Part of it that the player's character added."""
    earned_at: Mapped[datetime]
    """When it was earned, in real time."""


class AchievementRow(Identified, PeopleBase):
    """An achievement; migrations keep the rows equal to those of this version."""

    __tablename__ = "achievements"
    __table_args__ = (
        CheckConstraint("xp > 0", name="ck_achievements_xp"),
        UniqueConstraint("code"),
        Index("ix_achievements_category", "category"),
        Index("ix_achievements_rarity", "rarity"),
    )

    code: Mapped[str] = mapped_column(String(50))
    """Id by which programs know it."""
    position: Mapped[int] = mapped_column(SmallInteger)
    """Place in the list, from 1."""
    name: Mapped[str] = mapped_column(String(50))
    """Name as it is shown."""
    category: Mapped[Category] = mapped_column(
        text_enum(Category, "achievement_category")
    )
    """What it is about."""
    rarity: Mapped[Rarity] = mapped_column(text_enum(Rarity, "achievement_rarity"))
    """How hard it is to reach."""
    xp: Mapped[int]
    """XP that it earns."""
    description: Mapped[str] = mapped_column(String(200))
    """What a player has to do."""
    criteria: Mapped[Any] = mapped_column(JsonColumn)
    """Facts of a player, each with the value from which it suffices; all have to hold."""


class UserAchievementRow(OfUser, PeopleBase):
    """How far a player is with an achievement."""

    __tablename__ = "user_achievements"
    __table_args__ = (
        CheckConstraint("progress >= 0", name="ck_user_achievements_progress"),
        CheckConstraint(
            "completed = (completed_at IS NOT NULL)",
            name="ck_user_achievements_completed",
        ),
        UniqueConstraint("user_id", "achievement_id"),
        Index("ix_user_achievements_completed", "completed"),
    )

    achievement_id: Mapped[UUID] = mapped_column(
        ForeignKey(f"{PEOPLE_SCHEMA}.achievements.id", ondelete="CASCADE"), index=True
    )
    """Which."""
    progress: Mapped[Decimal] = mapped_column(ExactNumeric(12, 4))
    """How much is done, in the unit of the criterion that lacks most."""
    completed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it is reached; what is reached stays so."""
    completed_at: Mapped[datetime | None]
    """When it was reached (our clock); NULL until then."""


class FriendshipRow(OfUser, PeopleBase):
    """What two players are to each other: one row, whichever of them asked."""

    __tablename__ = "friendships"
    __table_args__ = (
        CheckConstraint("user_id < friend_id", name="ck_friendships_one_row"),
        CheckConstraint(
            "actor_id IN (user_id, friend_id)", name="ck_friendships_actor"
        ),
        UniqueConstraint("user_id", "friend_id"),
        Index("ix_friendships_state", "state"),
    )

    friend_id: Mapped[UUID] = mapped_column(
        ForeignKey(f"{PEOPLE_SCHEMA}.users.id", ondelete="CASCADE"), index=True
    )
    """The other one: the one of the two whose id is greater."""
    state: Mapped[FriendshipState] = mapped_column(
        text_enum(FriendshipState, "friendship_state")
    )
    """How it stands between them."""
    actor_id: Mapped[UUID]
    """Which of the two brought it to this state: asked, accepted, blocked..."""
    accepted_at: Mapped[datetime | None]
    """When they first became friends (our clock); NULL if they never were."""
    user_shows_games: Mapped[bool] = mapped_column(
        default=False, server_default=false()
    )
    """Whether the friend may see the games of the one in `user_id`."""
    friend_shows_games: Mapped[bool] = mapped_column(
        default=False, server_default=false()
    )
    """Whether the one in `user_id` may see the friend's games."""
    updated_at: Mapped[datetime | None]
    """When the row was last changed (the database's clock); NULL if never."""


class LeaderboardCacheRow(PeopleBase):
    """What leaderboards show of a player; a trigger copies it out of the profile."""

    __tablename__ = "leaderboard_cache"
    __table_args__ = (
        Index("ix_leaderboard_cache_total_xp", "total_xp"),
        Index("ix_leaderboard_cache_character", "character", "total_xp"),
        Index("ix_leaderboard_cache_total_profit", "total_profit"),
    )

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey(f"{PEOPLE_SCHEMA}.user_profiles.user_id", ondelete="CASCADE"),
        primary_key=True,
    )
    """Whose it is."""
    display_name: Mapped[str] = mapped_column(String(24))
    """Name that others see."""
    avatar: Mapped[str] = mapped_column(String(20))
    """Which of the drawn avatars."""
    character: Mapped[Character | None] = mapped_column(_CHARACTER)
    """What the player is by choice; NULL until one is chosen."""
    total_xp: Mapped[int]
    """XP of the whole ledger."""
    current_level: Mapped[int] = mapped_column(SmallInteger)
    """Level that this XP reaches."""
    total_profit: Mapped[Decimal] = mapped_column(USD)
    """USD that all finished games together brought."""
    refreshed_at: Mapped[datetime]
    """When it was last copied (the database's clock)."""
