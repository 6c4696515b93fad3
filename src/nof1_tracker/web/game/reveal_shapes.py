"""The shape of what is said when a game is over."""

from datetime import datetime

from pydantic import Field

from nof1_tracker.records.play.session.revealed_game import Change
from nof1_tracker.records.progress.xp_entries import XpSource
from nof1_tracker.web.game.game_shapes import CurveShape, Exact, GameId, Point, Shape


class RankShape(Shape):
    """A rank, and those between which it may truly be."""

    rank: int
    best: int
    worst: int
    written: str = Field(examples=["3 (1-14)"])


class ContestantShape(Shape):
    """A line of the table of the window."""

    contestant: str = Field(description="Id of the game, or of a model's account.")
    is_model: bool
    place: RankShape
    result: float = Field(description="Total return; 0.12 is 12 %.")


class OtherwiseShape(Shape):
    """The same orders, played again with one thing changed."""

    change: Change
    equity: Exact
    difference: Exact


class EarnedShape(Shape):
    """A line of XP."""

    key: str
    source: XpSource
    base: int = Field(description="XP without your character's bonus.")
    bonus: int
    earned_at: datetime


class RevealShape(Shape):
    """A game that is over, with everything under its own name."""

    game_id: GameId
    starts_at: datetime
    ends_at: datetime
    symbols: dict[str, str] = Field(description="Real ones by the names shown.")
    accounts: dict[str, str] = Field(description="Models by the names shown.")
    start: Exact
    equity: Exact
    total_return: Exact
    fees: Exact
    curve: list[Point]
    models: list[CurveShape]
    table: list[ContestantShape]
    counterfactuals: list[OtherwiseShape]
    earned: list[EarnedShape]
