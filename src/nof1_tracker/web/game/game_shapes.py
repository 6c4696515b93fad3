"""The shapes of answers about games."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from nof1_tracker.records.history.hyperliquid import FillSide
from nof1_tracker.records.play.ledger import EntryKind
from nof1_tracker.records.play.orders import OrderKind
from nof1_tracker.records.play.session.game_boards import Board, Unranked
from nof1_tracker.records.play.stored_games import GameMode, GameState


def _digits(figure: Decimal) -> str:
    return f"{figure:f}"


def _seconds(length: timedelta) -> float:
    return length.total_seconds()


Exact = Annotated[
    Decimal, PlainSerializer(_digits, return_type=str), Field(examples=["10234.55"])
]
"""A figure with all its digits, as a string."""
Seconds = Annotated[
    timedelta,
    PlainSerializer(_seconds, return_type=float),
    Field(description="Game time, seconds.", examples=[5400.0]),
]
Elapsed = Annotated[
    timedelta,
    PlainSerializer(_seconds, return_type=float),
    Field(
        description="Game time since the window started, seconds; negative before.",
        examples=[5400.0],
    ),
]
Point = tuple[Elapsed, Exact]
GameId = Annotated[str, Field(examples=["4e0d1c9e-6a0e-4c2e-8f6c-6c2d1f0f9a11"])]
ShownSymbol = Annotated[
    str,
    Field(description="In a blind game a changed name.", examples=["Market A", "BTC"]),
]


class Shape(BaseModel):
    """A record as it is answered: its fields by their names."""

    model_config = ConfigDict(from_attributes=True)


class MarketShape(Shape):
    """A symbol."""

    symbol: ShownSymbol
    most_leverage: Exact
    prices: list[Point] = Field(
        description="USD per unit: the last known of each quarter of an hour."
    )


class HeldShape(Shape):
    """A position; negative units are a short."""

    symbol: ShownSymbol
    units: Exact
    entry_price: Exact
    mark_price: Exact
    liquidation_price: Exact | None
    margin: Exact
    unrealized_pnl: Exact


class WaitingShape(Shape):
    """An order that waits."""

    client_id: str
    elapsed: Elapsed
    symbol: ShownSymbol
    side: FillSide
    quantity: Exact
    kind: OrderKind
    price: Exact | None
    leverage: Exact | None
    reduce_only: bool


class EntryShape(Shape):
    """A line of the ledger; amounts in USD."""

    number: int
    elapsed: Elapsed
    kind: EntryKind
    client_id: str = Field(description="The id of its order; empty without one.")
    symbol: str
    units: Exact
    price: Exact
    fee: Exact
    pnl: Exact
    over_gap: bool
    reason: str = Field(description="Why it was refused or cancelled; else empty.")


class CurveShape(Shape):
    """A model, as if it had started the window with your money."""

    name: str
    colour: str = Field(examples=["#2f7fbf"])
    equity: list[Point]


class SaidShape(Shape):
    """What a model said last."""

    name: str
    elapsed: Elapsed
    text: str


class GameShape(Shape):
    """A game at its moment: nothing in it was known later."""

    game_id: GameId
    turn: int = Field(ge=0, description="To be sent with the next turn.")
    elapsed: Elapsed
    left: Seconds
    starts_at: datetime | None = Field(description="null in a blind game.")
    is_trade: bool = Field(description="Whether a model traded just now.")
    is_finished: bool
    speed: int | None = Field(description="Game / real time; null without one.")
    is_paused: bool
    cash: Exact
    margin: Exact
    equity: Exact
    curve: list[Point] = Field(description="Your equity, USD.")
    markets: list[MarketShape]
    positions: list[HeldShape]
    orders: list[WaitingShape]
    entries: list[EntryShape]
    models: list[CurveShape]
    words: list[SaidShape] = Field(description="Empty in a blind game.")


class OrderShape(Shape):
    """What became of an order so far."""

    client_id: str
    is_waiting: bool
    entries: list[EntryShape]


class PlacedShape(BaseModel):
    """An order, in the symbols, prices and quantities that the game shows."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "symbol": "Market A",
                    "side": "buy",
                    "quantity": "12.5",
                    "leverage": "3",
                },
                {
                    "symbol": "Market A",
                    "side": "sell",
                    "quantity": "12.5",
                    "kind": "stop",
                    "price": "180",
                },
            ]
        },
    )

    symbol: Annotated[str, Field(max_length=50)]
    side: FillSide
    quantity: Annotated[Decimal, Field(gt=0, description="Units.")]
    kind: OrderKind = OrderKind.MARKET
    price: Annotated[
        Decimal | None,
        Field(gt=0, description="USD per unit; for all but market orders."),
    ] = None
    leverage: Annotated[
        Decimal | None, Field(ge=1, description="For what opens a position.")
    ] = None
    reduce_only: bool = False


class TurnShape(BaseModel):
    """Which turn passes."""

    model_config = ConfigDict(extra="forbid")

    turn: Annotated[
        int, Field(ge=0, le=1000, description="`turn` of the game as you saw it.")
    ]


class PaceShape(BaseModel):
    """How fast time passes from now on."""

    model_config = ConfigDict(extra="forbid")

    is_paused: bool = False
    speed: Annotated[
        int | None,
        Field(ge=1, le=3600, description="Game / real time; null leaves it."),
    ] = None


class AskedGameShape(BaseModel):
    """What you want to play; by default a blind window of two days in turns."""

    model_config = ConfigDict(extra="forbid")

    mode: GameMode = GameMode.TURNS
    is_ranked: bool | None = Field(
        None,
        description="Blind, to be ranked; in turns alone, and by default there.",
    )
    season: Annotated[
        Decimal | None, Field(gt=0, lt=1000, decimal_places=1, examples=["1.5"])
    ] = None
    days: Annotated[int, Field(ge=2, le=7)] = 2
    speed: Annotated[
        int | None,
        Field(ge=1, le=3600, description="With the mode running: game / real time."),
    ] = None


class ListedGameShape(Shape):
    """One of your games."""

    game_id: GameId
    opened_at: datetime
    finished_at: datetime | None
    mode: GameMode
    state: GameState
    is_ranked: bool
    is_blind: bool = Field(description="Under changed names, prices and times.")
    room_id: str | None = Field(description="The room it is played in; else null.")
    is_daily: bool
    by_token: bool
    length: Seconds
    left: Seconds
    season: Exact | None = Field(description="null while a blind game is played.")
    starts_at: datetime | None = Field(description="null while a blind one is played.")
    board: Board | Unranked = Field(description="Where it is ranked, or why not.")


class GamesShape(BaseModel):
    """Your games, the newest first."""

    data: list[ListedGameShape]


class SeasonShape(Shape):
    """A season, and which windows of it can be played."""

    number: Exact
    name: str
    days: list[int] = Field(description="Lengths of windows that can be played.")
    windows: int = Field(description="How many of the shortest there are.")
    symbols: list[str]
    is_running: bool = Field(description="Whether it can be played live.")
    remedy: str = Field(description="The command that fills in prices that lack.")


class WindowsShape(BaseModel):
    """The seasons, the newest first."""

    data: list[SeasonShape]


class DailyShape(Shape):
    """The window of the day, which is the same for everybody."""

    day: date
    days: int = Field(ge=2, le=7)
    until: datetime = Field(description="When the next one comes.")
    game_id: GameId | None = Field(description="Your game of it; null before.")
    state: GameState | None


def shaped(shape: type[Shape], found: object) -> Any:
    """The record in that shape."""
    return shape.model_validate(found)
