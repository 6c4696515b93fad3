"""The shapes of answers about players."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self

from pydantic import AliasPath, BaseModel, ConfigDict, Field, PlainSerializer

from nof1_tracker.records.people.friendships import FriendshipState
from nof1_tracker.records.progress.achievement_kinds import Category, Rarity
from nof1_tracker.records.progress.leaderboard_lines import LeaderboardKind
from nof1_tracker.records.progress.player_history import Character
from nof1_tracker.records.progress.xp_entries import XpSource
from nof1_tracker.rendering.programs.output import exact


def _digits(figure: Decimal) -> str:
    return f"{exact(figure):f}"


Exact = Annotated[
    Decimal,
    PlainSerializer(_digits, return_type=str),
    Field(examples=["12.5"]),
]
"""A figure with all its digits, as a string."""
Result = Annotated[float, Field(description="0.12 is 12 %.", examples=[0.0123])]
Name = Annotated[str, Field(description="Display name.", examples=["Quiet Heron"])]


class Shape(BaseModel):
    """What is answered, taken field by field from a record of the same fields."""

    model_config = ConfigDict(from_attributes=True)

    @classmethod
    def of(cls, record: object) -> Self:
        """The record as it is answered."""
        return cls.model_validate(record)


def _profile(name: str) -> AliasPath:
    return AliasPath("profile", name)


class ProfileShape(Shape):
    display_name: Name = Field(validation_alias=_profile("display_name"))
    avatar: str = Field(validation_alias=_profile("avatar"), examples=["lighthouse"])
    character: Character | None = Field(
        validation_alias=_profile("character"),
        description="null until one is chosen.",
    )
    may_choose: list[Character] = Field(description="Characters to choose from now.")
    level: int = Field(validation_alias=_profile("level"), ge=1, le=100, examples=[5])
    xp: int = Field(validation_alias=_profile("xp"), ge=0, examples=[780])
    into_level: int = Field(description="XP earned since that level.", examples=[30])
    level_step: int | None = Field(
        description="XP from that level to the next; null at the highest.",
        examples=[400],
    )
    profit: Exact = Field(
        validation_alias=_profile("profit"),
        description="USD of all finished games together.",
    )
    days_in_a_row: int = Field(examples=[3])
    achievements: int = Field(description="How many of 63 are reached.", examples=[7])
    created_at: datetime = Field(validation_alias=_profile("created_at"))


class XpLine(Shape):
    earned_at: datetime
    key: str = Field(description="Earned once.", examples=["trade:8c1f…:000002"])
    source: XpSource
    xp: int = Field(description="With the bonus.", examples=[28])
    bonus: int = Field(description="What the character added to it.", examples=[1])


class XpShape(Shape):
    total: int = Field(examples=[780])
    lines: int = Field(description="How many the whole ledger has.", examples=[41])
    data: list[XpLine] = Field(
        validation_alias="entries", description="The newest first."
    )


class SharedShape(BaseModel):
    card: str = Field(
        description="Address of the card on this server, for anybody.",
        examples=["/play/games/1c0a5c0e-8d0e-4a3e-9d5a-3a0f6b1d2c11/card.svg"],
    )
    earned: list[XpLine] = Field(
        description="What sharing it earned; empty where it was shared before."
    )


class AchievementRow(Shape):
    id: str = Field(validation_alias="achievement_id", examples=["first-trade"])
    name: str = Field(examples=["First Trade"])
    text: str
    category: Category
    rarity: Rarity
    xp: int = Field(examples=[100])
    done: Exact = Field(description="How much of `needed` is done.")
    needed: Exact
    reached_at: datetime | None
    share: Exact = Field(description="Fraction of all players who have it.")


class Achievements(Shape):
    data: list[AchievementRow]


class FriendRow(Shape):
    display_name: Name = Field(validation_alias="name")
    avatar: str
    character: Character | None
    level: int
    state: FriendshipState = Field(
        description="accepted; asked, by the other one; blocked, by yourself."
    )
    since: datetime | None = Field(description="null unless accepted.")
    shows_games: bool = Field(description="Whether you may see the friend's games.")
    sees_games: bool = Field(description="Whether the friend may see yours.")


class Friends(Shape):
    data: list[FriendRow]


class FriendGameRow(Shape):
    season: Exact
    starts_at: datetime
    ends_at: datetime
    finished_at: datetime
    is_ranked: bool
    total_return: Result
    models: int
    models_beaten: int


class FriendGames(Shape):
    data: list[FriendGameRow] = Field(description="The newest first.")


class LeaderboardRow(Shape):
    rank: int = Field(
        validation_alias=AliasPath("place", "rank"),
        description="Ties share a rank.",
        examples=[3],
    )
    best_rank: int = Field(
        validation_alias=AliasPath("place", "best"),
        description="The best that it may truly be.",
        examples=[1],
    )
    worst_rank: int = Field(
        validation_alias=AliasPath("place", "worst"),
        description="The worst that it may truly be.",
        examples=[14],
    )
    name: str = Field(examples=["Quiet Heron", "Qwen3 Max"])
    model_id: str | None = Field(
        validation_alias="account_id", description="null for a player."
    )
    avatar: str | None = Field(description="null for a model.")
    character: Character | None
    level: int | None
    xp: int | None
    result: float | None = Field(
        description="Mean return less the models' mean in each window; null by XP.",
        examples=[0.0123],
    )
    windows: int = Field(description="Ranked windows that it rests on.")
    is_settled: bool = Field(description="Whether these are ten or more.")
    is_number_one: bool
    is_own: bool


class LeaderboardShape(Shape):
    board: LeaderboardKind = Field(validation_alias="kind")
    season: Exact | None
    character: Character | None
    computed_at: datetime = Field(description="At most an hour ago.")
    data: list[LeaderboardRow] = Field(
        validation_alias="lines", description="The best first."
    )
