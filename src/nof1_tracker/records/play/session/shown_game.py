"""What a player sees of a game at a moment.

Times are what has passed since the window started; negative before. In a blind game
names, prices and quantities are changed; amounts in USD are always what they are.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from nof1_tracker.records.history.hyperliquid import FillSide
from nof1_tracker.records.play.ledger import EntryKind
from nof1_tracker.records.play.orders import OrderKind

Curve = tuple[tuple[timedelta, Decimal], ...]
"""Values with their times, oldest first."""


@dataclass(frozen=True, slots=True)
class ShownMarket:
    """A symbol.

    Attributes:
        prices: USD per unit: the last that was known in each quarter of an hour.
        most_leverage: What orders may ask for.
    """

    symbol: str
    prices: Curve
    most_leverage: Decimal


@dataclass(frozen=True, slots=True)
class ShownPosition:
    """A position of the player.

    Attributes:
        units: Negative for a short.
        entry_price, mark_price: USD per unit.
        liquidation_price: USD per unit; None where no price is low enough.
        margin, unrealized_pnl: USD.
    """

    symbol: str
    units: Decimal
    entry_price: Decimal
    mark_price: Decimal
    liquidation_price: Decimal | None
    margin: Decimal
    unrealized_pnl: Decimal


@dataclass(frozen=True, slots=True)
class ShownOrder:
    """An order that waits. Fields as in `Order`."""

    client_id: str
    elapsed: timedelta
    symbol: str
    side: FillSide
    quantity: Decimal
    kind: OrderKind
    price: Decimal | None
    leverage: Decimal | None
    reduce_only: bool


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """A line of the player's ledger. Fields as in `LedgerEntry`.

    Attributes:
        client_id: The order's; empty where it concerns none.
    """

    number: int
    elapsed: timedelta
    kind: EntryKind
    client_id: str
    symbol: str
    units: Decimal
    price: Decimal
    fee: Decimal
    pnl: Decimal
    over_gap: bool
    reason: str


@dataclass(frozen=True, slots=True)
class OrderAnswer:
    """What became of an order so far.

    Attributes:
        is_waiting: Whether it may still be filled.
        entries: The lines of the ledger that are about it, oldest first.
    """

    client_id: str
    is_waiting: bool
    entries: tuple[ShownEntry, ...]


@dataclass(frozen=True, slots=True)
class ShownModel:
    """A model as a small curve.

    Attributes:
        equity: USD, as if it had started the window with the player's money.
    """

    name: str
    colour: str
    equity: Curve


@dataclass(frozen=True, slots=True)
class ShownWords:
    """What a model said last."""

    name: str
    elapsed: timedelta
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GameView:
    """A game at a moment: nothing in it was known later.

    Attributes:
        turn: 0 for the first. How many there are is not said: it follows from when
            models will trade.
        elapsed, left: Game time, since the window started and until it ends.
        starts_at: Real time at which the window started; None in a blind game.
        is_trade: True where a model traded just now.
        speed: Game time / real time; None in turns, and live.
        is_paused: True where time stands still, though it runs by itself otherwise.
        cash, margin, equity: USD.
        curve: The player's own equity, each quarter of an hour.
        words: Empty in a blind game.
    """

    game_id: str
    turn: int
    elapsed: timedelta
    left: timedelta
    starts_at: datetime | None
    is_trade: bool
    is_finished: bool
    speed: int | None
    is_paused: bool
    cash: Decimal
    margin: Decimal
    equity: Decimal
    curve: Curve
    markets: tuple[ShownMarket, ...]
    positions: tuple[ShownPosition, ...]
    orders: tuple[ShownOrder, ...]
    entries: tuple[ShownEntry, ...]
    models: tuple[ShownModel, ...]
    words: tuple[ShownWords, ...]
