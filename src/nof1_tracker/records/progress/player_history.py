"""What a player did in the game: the facts that XP and achievements follow from.

Conventions: `records.parsed`. Two clocks run here. Fields named `..._at` are real time;
`held` and `season` are game time, which passes faster.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from nof1_tracker.records.enums import TradeSide


class Character(StrEnum):
    """What a player is by choice; it changes XP and never money."""

    ANALYST = "analyst"
    RISK_TAKER = "risk_taker"
    CONSERVATIVE = "conservative"
    DAY_TRADER = "day_trader"
    HODLER = "hodler"


class Notion(StrEnum):
    """What a question of a case is about."""

    FEE = "fee"
    UNREALIZED_PNL = "unrealized_pnl"
    STOP_DISTANCE = "stop_distance"
    POSITION_SIZE = "position_size"
    LIQUIDATION_PRICE = "liquidation_price"
    RISK_MULTIPLE = "risk_multiple"


class PlannedExit(StrEnum):
    """Which standing order closed a trade."""

    STOP = "stop"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class ChosenCharacter:
    """A choice of a character; it holds until the next one."""

    character: Character
    chosen_at: datetime


@dataclass(frozen=True, slots=True)
class CompletedCase:
    """A case that was answered to its end, for the first time.

    Attributes:
        season: Number of the season that it is from.
        module: Number of its module, from 1.
        asked, right: What its questions were about, and those answered rightly.
    """

    case_id: str
    season: Decimal
    module: int
    completed_at: datetime
    asked: tuple[Notion, ...]
    right: tuple[Notion, ...]

    @property
    def is_all_right(self) -> bool:
        """True where every question was answered rightly."""
        return len(self.right) == len(self.asked)


@dataclass(frozen=True, slots=True)
class ModuleSize:
    """How many cases a module of a season has."""

    season: Decimal
    module: int
    cases: int


@dataclass(frozen=True, slots=True)
class PlayedTrade:
    """A position that a player opened, and how it was closed.

    Attributes:
        size: Notional at entry / (cash + margin before it); above 1 with leverage.
        season: How long the season of its prices lasted, in game time.
        is_volatile, is_diversified: As defined in `game.progress.favoured_trades`.
        by_token: True where a program opened it.
        by_limit: True where a limit order opened it.
        closed_at, held, net_pnl: None while it is open; USD after all fees.
        planned_exit: None where no stop and no target closed it.
    """

    trade_id: str
    symbol: str
    side: TradeSide
    opened_at: datetime
    size: Decimal
    season: timedelta
    is_volatile: bool = False
    is_diversified: bool = False
    by_token: bool = False
    by_limit: bool = False
    closed_at: datetime | None = None
    held: timedelta | None = None
    net_pnl: Decimal | None = None
    planned_exit: PlannedExit | None = None
    was_liquidated: bool = False

    @property
    def opened_by(self) -> int:
        """Number of the entry in its game's ledger that opened it: the id ends with it."""
        return int(self.trade_id.rpartition(":")[2])


@dataclass(frozen=True, slots=True)
class FinishedWindow:
    """A window that a player played to its end; the first play of it only.

    Attributes:
        total_return: Equity at the end / equity at the start - 1.
        is_ranked: True where it was played blind, by a person, to be ranked.
        is_daily: True for the window of the day.
        models, models_beaten: How many took part, and how many ended behind.
        friends, friends_beaten: Those in the same room; 0 where there was none.
        hosted: True where the player opened the room.
    """

    window_id: str
    season: Decimal
    finished_at: datetime
    total_return: Decimal
    is_ranked: bool = False
    is_daily: bool = False
    models: int = 0
    models_beaten: int = 0
    friends: int = 0
    friends_beaten: int = 0
    hosted: bool = False

    @property
    def beat_every_model(self) -> bool:
        """True where at least one model took part and all ended behind."""
        return 0 < self.models == self.models_beaten


@dataclass(frozen=True, slots=True)
class PlayerHistory:
    """What a player did so far; the order of each list does not matter.

    Attributes:
        sign_ins: Days of UTC on which the player signed in.
        friends: How many friendships were ever accepted.
        cards_shared: How many cards of a window the player shared.
        days_number_one: Days of UTC that ended with the player first of all who have
            played ten ranked windows.
    """

    characters: tuple[ChosenCharacter, ...] = ()
    cases: tuple[CompletedCase, ...] = ()
    module_sizes: tuple[ModuleSize, ...] = ()
    trades: tuple[PlayedTrade, ...] = ()
    windows: tuple[FinishedWindow, ...] = ()
    sign_ins: frozenset[date] = frozenset()
    friends: int = 0
    cards_shared: int = 0
    days_number_one: int = 0
