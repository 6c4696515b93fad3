"""The shapes of answers about players."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, Field, PlainSerializer

from nof1_tracker.records.people.friendships import FriendshipState
from nof1_tracker.records.people.player_pages import (
    AchievementLine,
    FriendLine,
    PlayerPage,
    ShownFriendGame,
    XpHistory,
)
from nof1_tracker.records.progress.achievement_kinds import Category, Rarity
from nof1_tracker.records.progress.leaderboard_lines import (
    Leaderboard,
    LeaderboardKind,
    LeaderboardLine,
)
from nof1_tracker.records.progress.player_history import Character
from nof1_tracker.records.progress.xp_entries import XpEntry, XpSource
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


class ProfileShape(BaseModel):
    display_name: Name
    avatar: str = Field(examples=["lighthouse"])
    character: Character | None = Field(description="null until one is chosen.")
    may_choose: list[Character] = Field(description="Characters to choose from now.")
    level: int = Field(ge=1, le=100, examples=[5])
    xp: int = Field(ge=0, examples=[780])
    into_level: int = Field(description="XP earned since that level.", examples=[30])
    level_step: int | None = Field(
        description="XP from that level to the next; null at the highest.",
        examples=[400],
    )
    profit: Exact = Field(description="USD of all finished games together.")
    days_in_a_row: int = Field(examples=[3])
    achievements: int = Field(description="How many of 63 are reached.", examples=[7])
    created_at: datetime

    @classmethod
    def of(cls, page: PlayerPage) -> Self:
        """The page as it is answered."""
        profile = page.profile
        return cls(
            display_name=profile.display_name,
            avatar=profile.avatar,
            character=profile.character,
            may_choose=list(page.may_choose),
            level=profile.level,
            xp=profile.xp,
            into_level=page.into_level,
            level_step=page.level_step,
            profit=profile.profit,
            days_in_a_row=page.days_in_a_row,
            achievements=page.achievements,
            created_at=profile.created_at,
        )


class XpLine(BaseModel):
    earned_at: datetime
    key: str = Field(description="Earned once.", examples=["trade:8c1f…:000002"])
    source: XpSource
    xp: int = Field(description="With the bonus.", examples=[28])
    bonus: int = Field(description="What the character added to it.", examples=[1])

    @classmethod
    def of(cls, entry: XpEntry) -> Self:
        """The line as it is answered."""
        return cls(
            earned_at=entry.earned_at,
            key=entry.key,
            source=entry.source,
            xp=entry.xp,
            bonus=entry.bonus,
        )


class XpShape(BaseModel):
    total: int = Field(examples=[780])
    lines: int = Field(description="How many the whole ledger has.", examples=[41])
    data: list[XpLine] = Field(description="The newest first.")

    @classmethod
    def of(cls, history: XpHistory) -> Self:
        """The ledger as it is answered."""
        lines = list(map(XpLine.of, history.entries))
        return cls(total=history.total, lines=history.lines, data=lines)


class AchievementRow(BaseModel):
    id: str = Field(examples=["first-trade"])
    name: str = Field(examples=["First Trade"])
    text: str
    category: Category
    rarity: Rarity
    xp: int = Field(examples=[100])
    done: Exact = Field(description="How much of `needed` is done.")
    needed: Exact
    reached_at: datetime | None
    share: Exact = Field(description="Fraction of all players who have it.")

    @classmethod
    def of(cls, line: AchievementLine) -> Self:
        """The achievement as it is answered."""
        return cls(
            id=line.achievement_id,
            name=line.name,
            text=line.text,
            category=line.category,
            rarity=line.rarity,
            xp=line.xp,
            done=line.done,
            needed=line.needed,
            reached_at=line.reached_at,
            share=line.share,
        )


class Achievements(BaseModel):
    data: list[AchievementRow]


class FriendRow(BaseModel):
    display_name: Name
    avatar: str
    character: Character | None
    level: int
    state: FriendshipState = Field(
        description="accepted; asked, by the other one; blocked, by yourself."
    )
    since: datetime | None = Field(description="null unless accepted.")
    shows_games: bool = Field(description="Whether you may see the friend's games.")
    sees_games: bool = Field(description="Whether the friend may see yours.")

    @classmethod
    def of(cls, line: FriendLine) -> Self:
        """The friend as it is answered."""
        return cls(
            display_name=line.name,
            avatar=line.avatar,
            character=line.character,
            level=line.level,
            state=line.state,
            since=line.since,
            shows_games=line.shows_games,
            sees_games=line.sees_games,
        )


class Friends(BaseModel):
    data: list[FriendRow]

    @classmethod
    def of(cls, lines: Iterable[FriendLine]) -> Self:
        """The list as it is answered."""
        return cls(data=list(map(FriendRow.of, lines)))


class FriendGameRow(BaseModel):
    season: Exact
    starts_at: datetime
    ends_at: datetime
    finished_at: datetime
    is_ranked: bool
    total_return: Result
    models: int
    models_beaten: int

    @classmethod
    def of(cls, game: ShownFriendGame) -> Self:
        """The game as it is answered."""
        return cls(
            season=game.season,
            starts_at=game.starts_at,
            ends_at=game.ends_at,
            finished_at=game.finished_at,
            is_ranked=game.is_ranked,
            total_return=game.total_return,
            models=game.models,
            models_beaten=game.models_beaten,
        )


class FriendGames(BaseModel):
    data: list[FriendGameRow] = Field(description="The newest first.")


class LeaderboardRow(BaseModel):
    rank: int = Field(description="Ties share a rank.", examples=[3])
    best_rank: int = Field(description="The best that it may truly be.", examples=[1])
    worst_rank: int = Field(
        description="The worst that it may truly be.", examples=[14]
    )
    name: str = Field(examples=["Quiet Heron", "Qwen3 Max"])
    model_id: str | None = Field(description="null for a player.")
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

    @classmethod
    def of(cls, line: LeaderboardLine) -> Self:
        """The line as it is answered."""
        player = line.player
        return cls(
            rank=line.place.rank,
            best_rank=line.place.best,
            worst_rank=line.place.worst,
            name=line.name,
            model_id=line.account_id,
            avatar=player and player.avatar,
            character=player and player.character,
            level=player and player.level,
            xp=player and player.xp,
            result=line.result,
            windows=line.windows,
            is_settled=line.is_settled,
            is_number_one=line.is_number_one,
            is_own=line.is_own,
        )


class LeaderboardShape(BaseModel):
    board: LeaderboardKind
    season: Exact | None
    character: Character | None
    computed_at: datetime = Field(description="At most an hour ago.")
    data: list[LeaderboardRow] = Field(description="The best first.")

    @classmethod
    def of(cls, board: Leaderboard) -> Self:
        """The board as it is answered."""
        return cls(
            board=board.kind,
            season=board.season,
            character=board.character,
            computed_at=board.computed_at,
            data=list(map(LeaderboardRow.of, board.lines)),
        )
