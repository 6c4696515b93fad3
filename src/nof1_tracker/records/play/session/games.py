"""A game against the models, and the moves that are made in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from nof1_tracker.records.history.hyperliquid import FillSide
from nof1_tracker.records.play.orders import Order, OrderKind
from nof1_tracker.records.play.stored_games import GameMode
from nof1_tracker.records.progress.play_windows import PlayWindow

STARTING_MONEY = Decimal(10_000)
"""USD that every account begins with, as the models did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GameSetup:
    """All that a game follows from, beside the market and the moves.

    Attributes:
        game_id, window_id: Everybody who plays the same window has its id.
        season_length: How long the season of its prices lasted.
        symbols: What is traded; each has a price when the window starts.
        seed: Draws the blinding, and is known to the server alone; at least 16 bytes.
        is_ranked: Whether it is to be ranked, and so blind; in turns only.
        is_blind: Whether names, prices and clock are changed.
        speed: Game time / real time, 1 to 3,600, where it runs by itself; else None.
        slippage: Fraction of the price that a taker pays on top.
        season_leverage: The season's maximum; None where only the coin's counts.
        start: USD.
        first_prices: USD per unit by symbol when the window starts, as they stood when
            the game was opened; None: as they stand in the market.
    """

    game_id: str
    window_id: str
    window: PlayWindow
    season_length: timedelta
    symbols: tuple[str, ...]
    mode: GameMode
    seed: bytes
    is_ranked: bool = False
    is_blind: bool = False
    speed: int | None = None
    slippage: Decimal = Decimal(0)
    season_leverage: Decimal | None = None
    start: Decimal = STARTING_MONEY
    first_prices: Mapping[str, Decimal] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """What a player asks for. Fields as in `Order`.

    Attributes:
        client_id: The player's own, unique in the game: sent twice, it is one order.
    """

    client_id: str
    symbol: str
    side: FillSide
    quantity: Decimal
    kind: OrderKind = OrderKind.MARKET
    price: Decimal | None = None
    leverage: Decimal | None = None
    reduce_only: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """An order that was placed, or taken back.

    Attributes:
        turn: 0 for the first.
        at: Game time; in turns, when the turn started.
        client_id: The order's.
        order: None where it was taken back.
        by_token: True where a program made it.
    """

    turn: int
    at: datetime
    client_id: str
    order: Order | None
    by_token: bool = False


@dataclass(frozen=True, slots=True)
class Game:
    """A game as it stands.

    Attributes:
        moment: How far it has come, in game time.
        moves: In the order in which they were made.
        is_finished: True where nothing more can be done, and all is revealed.
        is_paused: True where time stands still, though it runs by itself otherwise.
    """

    setup: GameSetup
    moment: datetime
    moves: tuple[Move, ...] = ()
    is_finished: bool = False
    is_paused: bool = False

    @property
    def turn(self) -> int:
        """The turn that starts at the moment, or that it lies in; 0 for the first.

        At the end of the window, the number of turns.
        """
        return sum(each.end <= self.moment for each in self.setup.window.turns)

    @property
    def by_program(self) -> bool:
        """True where a program made at least one move."""
        return any(move.by_token for move in self.moves)
