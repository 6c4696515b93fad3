"""Two players with a row in each table of the game."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Engine, insert, select

from nof1_tracker.database.people.game.deed_tables import (
    AnsweredCaseRow,
    GameResultRow,
    NumberOneDayRow,
    SharedCardRow,
    SignInDayRow,
)
from nof1_tracker.database.people.game.game_tables import (
    GameEntryRow,
    GameOrderRow,
    GameRoomMemberRow,
    GameRoomRow,
    GameRow,
)
from nof1_tracker.database.people.game.profile_tables import (
    AchievementRow,
    CharacterStatsRow,
    FriendshipRow,
    UserAchievementRow,
    UserProfileRow,
    XpEntryRow,
)
from nof1_tracker.database.people.people_tables import UserRow
from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.records.history.hyperliquid import FillSide
from nof1_tracker.records.people.friendships import FriendshipState
from nof1_tracker.records.play.ledger import EntryKind
from nof1_tracker.records.play.orders import OrderKind
from nof1_tracker.records.play.stored_games import GameMode
from nof1_tracker.records.progress.cases import OwnDecision
from nof1_tracker.records.progress.player_history import Character
from nof1_tracker.records.progress.xp_entries import XpSource

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANNA, BERT = UUID(int=1), UUID(int=2)
GAME, ROOM = UUID(int=7), UUID(int=8)
_OF_ANNA: Final = {"user_id": ANNA, "created_at": NOON}
_WINDOW = {"starts_at": NOON, "ends_at": NOON + timedelta(days=2)}
_PLAYED = {**_WINDOW, "season": Decimal("1.5"), "seed": "ab", "mode": GameMode.TURNS}
ROWS: Final[Mapping[Any, dict[str, Any]]] = MappingProxyType(
    {
        UserProfileRow: {
            **_OF_ANNA,
            "display_name": "Anna",
            "display_name_key": "anna",
            "avatar": "wave",
            "character": Character.ANALYST,
        },
        CharacterStatsRow: {
            **_OF_ANNA,
            "character": Character.ANALYST,
            "chosen_at": NOON,
        },
        XpEntryRow: {
            **_OF_ANNA,
            "key": "case:1",
            "source": XpSource.CASE,
            "xp": 110,
            "bonus": 10,
            "earned_at": NOON,
        },
        UserAchievementRow: {
            **_OF_ANNA,
            "progress": Decimal(1),
            "completed": True,
            "completed_at": NOON,
        },
        FriendshipRow: {
            **_OF_ANNA,
            "friend_id": BERT,
            "state": FriendshipState.ASKED,
            "actor_id": ANNA,
        },
        GameRoomRow: {
            **_PLAYED,
            "id": ROOM,
            "host_id": ANNA,
            "join_code": "abcdef",
            "is_blind": True,
            "plan": {"symbols": ["BTC"]},
        },
        GameRoomMemberRow: {"room_id": ROOM, "user_id": ANNA, "joined_at": NOON},
        GameRow: {
            **_OF_ANNA,
            **_PLAYED,
            "id": GAME,
            "clock": NOON,
            "is_ranked": True,
            "room_id": ROOM,
        },
        GameOrderRow: {
            "game_id": GAME,
            "number": 1,
            "client_id": "one",
            "placed_at": NOON,
            "symbol": "BTC",
            "side": FillSide.BUY,
            "kind": OrderKind.MARKET,
            "quantity": Decimal("0.1"),
        },
        GameEntryRow: {
            "game_id": GAME,
            "number": 1,
            "at": NOON,
            "kind": EntryKind.PLACED,
            "order_number": 1,
            "is_taker": True,
            "over_gap": False,
        },
        GameResultRow: {
            "game_id": GAME,
            "total_return": 0.25,
            "model_returns": {"gpt-5": -0.5},
            "volatile": [1],
            "season_seconds": 86_400,
        },
        AnsweredCaseRow: {
            **_OF_ANNA,
            "case_id": "a:BTC",
            "season": Decimal("1.5"),
            "module": 1,
            "module_size": 24,
            "answers": {"fee": "4.5"},
            "asked": ["fee"],
            "right": ["fee"],
            "decision": OwnDecision.BUY,
            "completed_at": NOON,
        },
        SignInDayRow: {**_OF_ANNA, "day": NOON.date()},
        NumberOneDayRow: {**_OF_ANNA, "day": NOON.date()},
        SharedCardRow: {**_OF_ANNA, "game_id": GAME},
    }
)
"""A row of each table, which keeps every rule."""


def add_users(engine: Engine) -> None:
    """Stores the accounts of both players."""
    with PeopleUnit(engine, writes=True) as unit:
        for user_id, name in ((ANNA, "Anna"), (BERT, "Bert")):
            key, address = name.lower(), f"{name}@example.com"
            names = {"username": name, "username_key": key, "password_hash": "x"}
            names |= {"email": address, "email_key": address.lower()}
            unit.session.execute(insert(UserRow).values(id=user_id, **names))
        unit.commit()


def fill_tables(engine: Engine) -> None:
    """Stores both players, and all rows of one of them."""
    add_users(engine)
    fill_rows(engine, ROWS)


def fill_rows(engine: Engine, rows: Mapping[Any, dict[str, Any]]) -> None:
    """Stores these rows of a player."""
    with PeopleUnit(engine, writes=True) as unit:
        first = unit.session.scalars(select(AchievementRow.id)).first()
        for table, values in rows.items():
            more = {"achievement_id": first} if table is UserAchievementRow else {}
            unit.session.execute(insert(table).values(**values, **more))
        unit.commit()
