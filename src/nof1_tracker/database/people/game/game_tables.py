"""Games with their orders and their ledgers."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from nof1_tracker.clock import utc_now
from nof1_tracker.database.engine.column_types import (
    ExactDecimal,
    ExactNumeric,
    JsonColumn,
    text_enum,
)
from nof1_tracker.database.people.people_tables import (
    PEOPLE_SCHEMA,
    Identified,
    PeopleBase,
)
from nof1_tracker.records.history.hyperliquid import FillSide
from nof1_tracker.records.play.ledger import EntryKind
from nof1_tracker.records.play.orders import OrderKind
from nof1_tracker.records.play.stored_games import GameMode, GameState

_GAME: Final = f"{PEOPLE_SCHEMA}.games.id"
_ORDERS: Final = f"{PEOPLE_SCHEMA}.game_orders"
_DIGEST: Final = 64
"""Characters of a SHA-256 digest in hexadecimal."""
_SYMBOL: Final = String(50)


def _exact() -> Mapped[Decimal]:
    return mapped_column(ExactDecimal(), default=Decimal(0))


class GameRoomRow(Identified, PeopleBase):
    """A room whose games are played over one window, on one clock."""

    __tablename__ = "game_rooms"
    __table_args__ = (
        CheckConstraint("length(join_code) >= 6", name="ck_game_rooms_join_code"),
        CheckConstraint("starts_at < ends_at", name="ck_game_rooms_window"),
        CheckConstraint("speed BETWEEN 1 AND 3600", name="ck_game_rooms_speed"),
        UniqueConstraint("join_code"),
    )

    host_id: Mapped[UUID] = mapped_column(
        ForeignKey(f"{PEOPLE_SCHEMA}.users.id", ondelete="CASCADE"), index=True
    )
    """Who opened it."""
    join_code: Mapped[str] = mapped_column(String(16))
    """What others join it by, at least 6 characters. It is unique."""
    season: Mapped[Decimal] = mapped_column(ExactNumeric(4, 1))
    """Number of the season whose prices are traded."""
    starts_at: Mapped[datetime]
    """Where the window begins, in game time."""
    ends_at: Mapped[datetime]
    """Where it ends, in game time."""
    mode: Mapped[GameMode] = mapped_column(text_enum(GameMode, "game_mode"))
    """How game time passes."""
    speed: Mapped[int | None] = mapped_column(SmallInteger)
    """Seconds of game time in one of real time; NULL where turns are played."""
    is_blind: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it is played under changed names, prices and times."""
    seed: Mapped[str] = mapped_column(String(_DIGEST))
    """What everything that is drawn in its games is drawn with, in hexadecimal."""
    plan: Mapped[dict[str, Any]] = mapped_column(
        JsonColumn, default=dict, server_default="{}"
    )
    """What was drawn when it was opened, as in `games`."""
    started_at: Mapped[datetime | None]
    """When its clock started (our clock); NULL until then."""
    ended_at: Mapped[datetime | None]
    """When its host ended it before its window was over (our clock); NULL if not."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    """When it was opened (our clock)."""


class GameRoomMemberRow(PeopleBase):
    """Somebody who has joined a room, and plays in it once its clock has started."""

    __tablename__ = "game_room_members"

    room_id: Mapped[UUID] = mapped_column(
        ForeignKey(f"{PEOPLE_SCHEMA}.game_rooms.id", ondelete="CASCADE"),
        primary_key=True,
    )
    """Which room it is."""
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey(f"{PEOPLE_SCHEMA}.users.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    )
    """Whose account it is."""
    joined_at: Mapped[datetime] = mapped_column(default=utc_now)
    """When it joined (our clock)."""


class GameRow(Identified, PeopleBase):
    """A game: an account that somebody trades over a window of recorded prices."""

    __tablename__ = "games"
    __table_args__ = (
        CheckConstraint(
            "(user_id IS NULL) <> (guest_digest IS NULL)", name="ck_games_one_player"
        ),
        CheckConstraint("starts_at < ends_at", name="ck_games_window"),
        CheckConstraint("clock BETWEEN starts_at AND ends_at", name="ck_games_clock"),
        CheckConstraint("speed BETWEEN 1 AND 3600", name="ck_games_speed"),
        CheckConstraint("entries >= 0", name="ck_games_entries"),
        CheckConstraint(
            "(state = 'finished') = (finished_at IS NOT NULL)", name="ck_games_finished"
        ),
        Index("ix_games_guest_digest", "guest_digest"),
        Index("ix_games_season", "season", "starts_at"),
        Index("ix_games_state", "state", "created_at"),
        Index(
            "ix_games_ranked_once",
            *("user_id", "season", "starts_at", "ends_at"),
            unique=True,
            postgresql_where=text("is_ranked"),
            sqlite_where=text("is_ranked"),
        ),
    )

    user_id: Mapped[UUID | None] = mapped_column(
        ForeignKey(f"{PEOPLE_SCHEMA}.users.id", ondelete="CASCADE"), index=True
    )
    """Who plays; NULL for a guest."""
    guest_digest: Mapped[str | None] = mapped_column(String(_DIGEST))
    """SHA-256 digest of the secret that a guest's browser holds; NULL once it is an
    account's game."""
    season: Mapped[Decimal] = mapped_column(ExactNumeric(4, 1))
    """Number of the season whose prices are traded."""
    starts_at: Mapped[datetime]
    """Where the window begins, in game time."""
    ends_at: Mapped[datetime]
    """Where it ends, in game time."""
    seed: Mapped[str] = mapped_column(String(_DIGEST))
    """What everything that is drawn in this game is drawn with, in hexadecimal."""
    mode: Mapped[GameMode] = mapped_column(text_enum(GameMode, "game_mode"))
    """How game time passes."""
    speed: Mapped[int | None] = mapped_column(SmallInteger)
    """Seconds of game time in one of real time, from `clock_at` on; NULL where turns are
    played."""
    is_paused: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether its time stands still, though it runs by itself otherwise."""
    clock: Mapped[datetime]
    """How far the game is, in game time."""
    clock_at: Mapped[datetime] = mapped_column(default=utc_now)
    """When the clock stood there, in real time."""
    state: Mapped[GameState] = mapped_column(
        text_enum(GameState, "game_state"), default=GameState.OPEN
    )
    """Whether it is still played."""
    is_ranked: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it is to be ranked, and so blind: one game of an account and a window."""
    is_blind: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it is played under changed names, prices and times."""
    is_daily: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether its window was that of the day."""
    by_token: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether a program plays, and so is ranked among programs."""
    room_id: Mapped[UUID | None] = mapped_column(
        ForeignKey(f"{PEOPLE_SCHEMA}.game_rooms.id", ondelete="SET NULL"), index=True
    )
    """The room that it is played in; NULL where it is played alone."""
    plan: Mapped[dict[str, Any]] = mapped_column(
        JsonColumn, default=dict, server_default="{}"
    )
    """What was drawn when it was opened: symbols with their first prices, the competing
    accounts, and where it pauses."""
    entries: Mapped[int] = mapped_column(default=0, server_default="0")
    """Number of the last entry in its ledger."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    """When it was opened (our clock)."""
    finished_at: Mapped[datetime | None]
    """When it was played to its end (our clock); NULL until then."""


class GameOrderRow(Identified, PeopleBase):
    """An order of a game as it was placed, even where it was refused."""

    __tablename__ = "game_orders"
    __table_args__ = (
        CheckConstraint("number >= 1", name="ck_game_orders_number"),
        UniqueConstraint("game_id", "number"),
        UniqueConstraint("game_id", "client_id"),
        Index("ix_game_orders_game_id_created_at", "game_id", "created_at"),
    )

    game_id: Mapped[UUID] = mapped_column(
        ForeignKey(_GAME, ondelete="CASCADE"), sort_order=-1
    )
    """Whose it is."""
    number: Mapped[int]
    """Place among the orders of its game, from 1."""
    client_id: Mapped[str] = mapped_column(String(64))
    """What the player's program calls it: sent twice, it is one order."""
    placed_at: Mapped[datetime]
    """When it was placed, in game time."""
    symbol: Mapped[str] = mapped_column(_SYMBOL)
    """What is traded."""
    side: Mapped[FillSide] = mapped_column(text_enum(FillSide, "order_side"))
    """Whether it buys or sells."""
    kind: Mapped[OrderKind] = mapped_column(text_enum(OrderKind, "order_kind"))
    """What fills it."""
    quantity: Mapped[Decimal] = mapped_column(ExactDecimal())
    """Units."""
    price: Mapped[Decimal | None] = mapped_column(ExactDecimal())
    """USD per unit: the limit, or what triggers it; NULL for a market order."""
    leverage: Mapped[Decimal | None] = mapped_column(ExactDecimal())
    """Notional / margin of what it opens; NULL where it states none."""
    reduce_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it closes what is held, and never opens anything."""
    by_token: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether a program placed it."""
    cancelled_at: Mapped[datetime | None]
    """When it was taken back, in game time; NULL if it was not."""
    cancelled_by_token: Mapped[bool] = mapped_column(
        default=False, server_default=false()
    )
    """Whether a program took it back."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    """When it was stored (our clock)."""


class GameEntryRow(PeopleBase):
    """An entry of a game's ledger; it is never changed. Amounts are USD."""

    __tablename__ = "game_entries"
    __table_args__ = (
        ForeignKeyConstraint(
            ("game_id", "order_number"),
            (f"{_ORDERS}.game_id", f"{_ORDERS}.number"),
            name="fk_game_entries_order",
            ondelete="CASCADE",
        ),
        CheckConstraint("number >= 1", name="ck_game_entries_number"),
        # SQLite has no decimals, and keeps the digits as text.
        CheckConstraint("CAST(fee AS REAL) >= 0", name="ck_game_entries_fee"),
        Index("ix_game_entries_order", "game_id", "order_number"),
    )

    game_id: Mapped[UUID] = mapped_column(
        ForeignKey(_GAME, ondelete="CASCADE"), primary_key=True
    )
    """Whose it is."""
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1 for the first of a game, and so on without a gap."""
    at: Mapped[datetime]
    """When, in game time."""
    kind: Mapped[EntryKind] = mapped_column(text_enum(EntryKind, "entry_kind"))
    """What happened."""
    symbol: Mapped[str] = mapped_column(_SYMBOL, default="")
    """What was traded; empty where it concerns no symbol."""
    order_number: Mapped[int | None]
    """Number of the order; NULL where there is none."""
    units: Mapped[Decimal] = _exact()
    """Change of the position; negative for a sale."""
    held_before: Mapped[Decimal] = _exact()
    """Units of the position before it; negative for a short."""
    price: Mapped[Decimal] = _exact()
    """USD per unit."""
    fee: Mapped[Decimal] = _exact()
    """What was charged."""
    pnl: Mapped[Decimal] = _exact()
    """What was closed, before the fee, or what funding brought."""
    cash: Mapped[Decimal] = _exact()
    """Change of the free cash."""
    margin: Mapped[Decimal] = _exact()
    """Change of the position's margin."""
    entry_value: Mapped[Decimal] = _exact()
    """Change of the position's sum of price * units."""
    is_taker: Mapped[bool]
    """Whether the taker's fee was charged."""
    over_gap: Mapped[bool]
    """Whether no price had been observed for a while before it."""
    reason: Mapped[str] = mapped_column(String(200), default="")
    """Why it was refused or cancelled; else empty."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    """When it was stored (our clock)."""
