"""The shapes of answers about rooms."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from nof1_tracker.records.play.game_rooms import RoomState
from nof1_tracker.services.play.rooms.change_rooms import USUAL_SPEED
from nof1_tracker.web.game.game_shapes import Elapsed, Exact, Seconds, Shape
from nof1_tracker.web.game.reveal_shapes import RankShape

RealSeconds = Annotated[
    timedelta,
    PlainSerializer(timedelta.total_seconds, return_type=float),
    Field(description="Real time, seconds.", examples=[8.5]),
]


class RoomPlayerShape(Shape):
    """Somebody in a room."""

    name: str
    is_you: bool
    is_host: bool
    equity: Exact | None = Field(description="USD at the room's clock; null before.")
    total_return: Exact | None


class RoomRankShape(Shape):
    """A line of the table of a room that is over."""

    name: str
    is_model: bool
    is_you: bool
    place: RankShape
    result: float = Field(description="Total return; 0.12 is 12 %.")


class RoomShape(Shape):
    """A room as you see it."""

    room_id: str = Field(examples=["4e0d1c9e-6a0e-4c2e-8f6c-6c2d1f0f9a12"])
    state: RoomState
    opened_at: datetime
    is_host: bool
    is_member: bool
    join_code: str | None = Field(description="null once it has started.")
    length: Seconds
    elapsed: Elapsed
    starts_in: RealSeconds | None = Field(description="null until it is started.")
    speed: int
    is_blind: bool
    season: Exact | None = Field(description="null while a blind one is not over.")
    starts_at: datetime | None = Field(description="The window's; null while hidden.")
    game_id: str | None = Field(description="Your game in it; null before the start.")
    players: list[RoomPlayerShape]
    table: list[RoomRankShape] = Field(description="Empty until it is over.")


class RoomsShape(BaseModel):
    """Your rooms, and those of friends that wait."""

    data: list[RoomShape]


class AskedRoomShape(BaseModel):
    """What you want to play with friends; by default two blind days at 240x."""

    model_config = ConfigDict(extra="forbid")

    season: Annotated[
        Decimal | None, Field(gt=0, lt=1000, decimal_places=1, examples=["1.5"])
    ] = None
    days: Annotated[int, Field(ge=2, le=7)] = 2
    speed: Annotated[int, Field(ge=1, le=3600, description="Game / real time.")] = (
        USUAL_SPEED
    )
    is_blind: bool = True


class JoinShape(BaseModel):
    """Which room you join."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(min_length=6, max_length=32)]
