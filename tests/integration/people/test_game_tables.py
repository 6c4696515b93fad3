"""The tables of players and games keep their promises, on both databases."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, delete, func, insert, literal_column, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

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
    GameRoomRow,
    GameRow,
)
from nof1_tracker.database.people.game.profile_tables import (
    AchievementRow,
    CharacterStatsRow,
    FriendshipRow,
    LeaderboardCacheRow,
    UserAchievementRow,
    UserProfileRow,
    XpEntryRow,
)
from nof1_tracker.database.people.people_tables import UserRow
from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.game.progress.achievements import achievements
from nof1_tracker.records.play.stored_games import GameState
from nof1_tracker.records.progress.player_history import Character
from tests.integration.people.players import (
    ANNA,
    BERT,
    GAME,
    NOON,
    ROOM,
    ROWS,
    fill_tables,
)

BROKEN: Mapping[str, tuple[Any, dict[str, Any]]] = {
    "ck_user_profiles_name": (UserProfileRow, {"display_name": "An"}),
    "ck_user_profiles_total_xp": (UserProfileRow, {"total_xp": -1}),
    "ck_user_profiles_level": (UserProfileRow, {"current_level": 101}),
    "ck_character_stats_xp": (CharacterStatsRow, {"xp": 1, "bonus": 2}),
    "ck_user_progression_xp": (XpEntryRow, {"key": "a", "xp": -1, "bonus": 0}),
    "ck_user_achievements_progress": (UserAchievementRow, {"progress": -1}),
    "ck_user_achievements_completed": (UserAchievementRow, {"completed": False}),
    "ck_friendships_one_row": (FriendshipRow, {"user_id": BERT, "friend_id": ANNA}),
    "ck_friendships_actor": (FriendshipRow, {"actor_id": GAME}),
    "ck_games_one_player": (GameRow, {"guest_digest": "a"}),
    "ck_games_window": (GameRow, {"ends_at": NOON}),
    "ck_games_clock": (GameRow, {"clock": NOON - timedelta(hours=1)}),
    "ck_games_speed": (GameRow, {"speed": 3601}),
    "ck_games_entries": (GameRow, {"entries": -1}),
    "ck_games_finished": (GameRow, {"state": GameState.FINISHED}),
    "ck_game_orders_number": (GameOrderRow, {"number": 0}),
    "ck_game_entries_number": (GameEntryRow, {"number": 0}),
    "ck_game_entries_fee": (GameEntryRow, {"number": 2, "fee": Decimal("-0.01")}),
    "ck_game_rooms_join_code": (GameRoomRow, {"join_code": "abcde"}),
    "ck_game_rooms_window": (GameRoomRow, {"join_code": "abcdeg", "ends_at": NOON}),
    "ck_game_rooms_speed": (GameRoomRow, {"join_code": "abcdeg", "speed": 0}),
    "ck_answered_cases_module": (AnsweredCaseRow, {"case_id": "b", "module": 6}),
    "ck_answered_cases_module_size": (
        AnsweredCaseRow,
        {"case_id": "b", "module_size": 0},
    ),
    "ck_answered_cases_completed": (
        AnsweredCaseRow,
        {"case_id": "b", "completed_at": None},
    ),
    "ck_game_results_total_return": (GameResultRow, {"total_return": -1.5}),
    "ck_game_results_season_seconds": (GameResultRow, {"season_seconds": 0}),
    # By their columns: SQLite does not know these rules by name.
    "user_profiles.user_id": (UserProfileRow, {"display_name_key": "b"}),
    "user_profiles.display_name_key": (UserProfileRow, {"user_id": BERT}),
    "character_stats.character": (CharacterStatsRow, {}),
    "user_progression.key": (XpEntryRow, {}),
    "friendships.friend_id": (FriendshipRow, {}),
    "games.season": (GameRow, {}),
    "game_orders.number": (GameOrderRow, {"client_id": "two"}),
    "game_orders.client_id": (GameOrderRow, {"number": 2}),
    "game_entries.number": (GameEntryRow, {}),
    "game_rooms.join_code": (GameRoomRow, {}),
    "answered_cases.case_id": (AnsweredCaseRow, {}),
    "sign_in_days.day": (SignInDayRow, {}),
    "number_one_days.day": (NumberOneDayRow, {}),
    "shared_cards.game_id": (SharedCardRow, {}),
    "game_results.game_id": (GameResultRow, {}),
}
"""A rule, and how the row of its table breaks it."""


@pytest.fixture
def players(engine: Engine) -> Engine:
    fill_tables(engine)
    return engine


@pytest.fixture
def unit(players: Engine) -> Iterator[PeopleUnit]:
    with PeopleUnit(players, writes=True) as unit:
        yield unit


def refusal(unit: PeopleUnit, table: type[Any], values: Mapping[str, Any]) -> str:
    """What the database says of a row that it refuses; empty where it takes it."""
    try:
        with unit.session.begin_nested():
            unit.session.execute(insert(table).values(**values))
    except IntegrityError as error:
        return str(error.orig)
    return ""


def test_each_rule_refuses_the_row_that_breaks_it(unit: PeopleUnit) -> None:
    for rule, (table, changes) in BROKEN.items():
        values = dict(ROWS[table])
        if "id" in values:
            values["id"] = uuid4()
        if table is UserAchievementRow:
            values["achievement_id"] = unit.session.scalars(
                select(AchievementRow.id).order_by(AchievementRow.code.desc())
            ).first()
        said = refusal(unit, table, values | changes)
        column = rule.partition(".")[2]
        assert (column or rule) in said, (rule, said)


def test_a_word_that_no_vocabulary_has_is_refused(unit: PeopleUnit) -> None:
    word: Any = literal_column("'broker'")
    with pytest.raises(IntegrityError, match="player_character"):
        unit.session.execute(update(UserProfileRow).values(character=word))


def test_what_may_be_there_twice_is_taken(unit: PeopleUnit) -> None:
    again = {**ROWS[GameRow], "id": uuid4(), "is_ranked": False}
    assert refusal(unit, GameRow, again) == ""
    guest = again | {"id": uuid4(), "user_id": None, "guest_digest": "a"}
    assert refusal(unit, GameRow, guest) == ""


def test_the_leaderboard_follows_the_profile(unit: PeopleUnit) -> None:
    cache = LeaderboardCacheRow
    columns = cache.display_name, cache.character, cache.total_xp, cache.total_profit

    def shown() -> list[tuple[Any, ...]]:
        return [tuple(row) for row in unit.session.execute(select(*columns))]

    assert shown() == [("Anna", Character.ANALYST, 0, 0)]
    unit.session.execute(
        update(UserProfileRow).values(total_xp=110, total_profit=Decimal("-2.5"))
    )
    assert shown() == [("Anna", Character.ANALYST, 110, Decimal("-2.5"))]
    at = unit.session.scalars(select(cache.refreshed_at)).one()
    assert at > NOON
    unit.session.execute(delete(UserProfileRow))
    assert shown() == []


@pytest.mark.parametrize("table", [UserProfileRow, FriendshipRow])
def test_the_database_notes_when_a_row_was_changed(
    unit: PeopleUnit, table: Any
) -> None:
    changed = select(table.updated_at)
    assert unit.session.scalars(changed).one() is None
    unit.session.execute(update(table).values(created_at=NOON))
    first = unit.session.scalars(changed).one()
    assert first is not None
    assert first > NOON


@pytest.mark.parametrize("table", [XpEntryRow, GameEntryRow])
def test_an_entry_of_a_ledger_is_never_changed(unit: PeopleUnit, table: Any) -> None:
    with pytest.raises(DBAPIError, match="never changed"):
        unit.session.execute(update(table).values(created_at=NOON))


def test_a_game_stays_where_its_room_goes(unit: PeopleUnit) -> None:
    room = select(GameRow.room_id)
    assert unit.session.scalars(room).one() == ROOM
    unit.session.execute(delete(GameRoomRow))
    assert unit.session.scalars(room).one() is None


def test_all_of_a_player_goes_with_the_account_and_achievements_stay(
    unit: PeopleUnit,
) -> None:
    tables: tuple[Any, ...] = (*ROWS, LeaderboardCacheRow)

    def left() -> dict[str, int | None]:
        return {
            table.__tablename__: unit.session.scalar(
                select(func.count()).select_from(table)
            )
            for table in tables
        }

    assert set(left().values()) == {1}
    unit.session.execute(delete(UserRow).where(UserRow.id == BERT))
    assert {name for name, rows in left().items() if not rows} == {"friendships"}
    unit.session.execute(delete(UserRow))
    assert set(left().values()) == {0}
    assert unit.session.scalar(select(func.count(AchievementRow.id))) == 63


def test_the_achievements_are_those_of_this_version(engine: Engine) -> None:
    with PeopleUnit(engine) as unit:
        query = select(AchievementRow).order_by(AchievementRow.position)
        rows = unit.session.scalars(query).all()
        stored = [
            {
                "id": row.code,
                "name": row.name,
                "category": row.category,
                "rarity": row.rarity,
                "xp": row.xp,
                "text": row.description,
                "criteria": tuple(
                    (each["fact"], Decimal(str(each["at_least"])))
                    for each in row.criteria
                ),
            }
            for row in rows
        ]
    assert stored == [
        {
            **each.model_dump(exclude={"criteria"}),
            "criteria": tuple((rule.fact, rule.at_least) for rule in each.criteria),
        }
        for each in achievements().values()
    ]


@pytest.mark.parametrize("amount", ["12345678.123456789012", "-1E-12", "0.1"])
def test_amounts_keep_every_digit(unit: PeopleUnit, amount: str) -> None:
    values = {**ROWS[GameEntryRow], "number": 2, "cash": Decimal(amount)}
    assert refusal(unit, GameEntryRow, values) == ""
    query = select(GameEntryRow.cash).where(GameEntryRow.number == 2)
    assert unit.session.scalars(query).one() == Decimal(amount)
