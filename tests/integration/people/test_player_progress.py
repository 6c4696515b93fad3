"""What players become, out of the tables, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from nof1_tracker.database.people.game.deed_tables import NumberOneDayRow
from nof1_tracker.database.people.game.game_tables import (
    GameOrderRow,
    GameRoomRow,
    GameRow,
)
from nof1_tracker.database.people.game.profile_tables import (
    UserAchievementRow,
    XpEntryRow,
)
from nof1_tracker.database.people.people_tables import UserRow
from nof1_tracker.errors import ConfigurationError, NoSuchGameError
from nof1_tracker.game.progress.levels import level_at
from nof1_tracker.records.people.friendships import FriendshipState
from nof1_tracker.records.people.people import User
from nof1_tracker.records.people.player_pages import FriendMove
from nof1_tracker.records.progress.leaderboard_lines import LeaderboardKind
from nof1_tracker.records.progress.player_history import Character
from nof1_tracker.records.progress.xp_entries import XpSource
from nof1_tracker.services.progress.friends import (
    friend_games,
    list_friends,
    move_friend,
    show_games,
)
from nof1_tracker.services.progress.list_achievements import list_achievements
from nof1_tracker.services.progress.note_deeds import note_day, share_card
from nof1_tracker.services.progress.player_profiles import (
    ProfileChange,
    change_profile,
    choose,
    ensure_profile,
    read_profile,
    read_xp,
)
from nof1_tracker.services.progress.player_progress import record_progress
from nof1_tracker.services.progress.player_services import PlayerServices
from nof1_tracker.services.progress.rank_players import WantedBoard, read_leaderboard
from tests.fakes import FakeClock
from tests.integration.people.played_games import MODELS, new_game, play
from tests.integration.people.players import ROOM

DAY = 86_400.0


@pytest.fixture
def players(engine: Engine) -> PlayerServices:
    return PlayerServices(engine, FakeClock())


def account(players: PlayerServices, number: int, name: str) -> User:
    """An account with that name and number."""
    address = f"{name.lower().replace(' ', '')}@example.com"
    with players.writing() as unit:
        unit.session.execute(
            insert(UserRow).values(
                id=UUID(int=number),
                username=name,
                username_key=name.casefold(),
                email=address,
                email_key=address,
                password_hash="x",
            )
        )
        unit.commit()
    now = players.clock.now()
    return User(UUID(int=number), name, address, False, True, now, None)


@pytest.fixture
def anna(players: PlayerServices) -> User:
    return account(players, 1, "Anna")


@pytest.fixture
def bert(players: PlayerServices) -> User:
    return account(players, 2, "Bert")


def pass_time(players: PlayerServices, seconds: float) -> datetime:
    clock = players.clock
    assert isinstance(clock, FakeClock)
    clock.advance(seconds)
    return clock.now()


# --- profiles -------------------------------------------------------------------------


def test_a_profile_is_made_once_with_a_name_that_can_be_used(
    players: PlayerServices, anna: User
) -> None:
    profile = ensure_profile(players, anna)
    assert (profile.display_name, profile.level, profile.xp) == ("Anna", 1, 0)
    assert ensure_profile(players, anna) == profile
    reserved = account(players, 40_002, "Admin")
    assert ensure_profile(players, reserved).display_name == "Trader 40002"
    alike = account(players, 3, "A.n.n.a")
    assert ensure_profile(players, alike).display_name == "Trader 00003"
    page = read_profile(players, anna)
    assert (page.into_level, page.level_step) == (0, 100)
    assert page.may_choose == tuple(Character)


def test_names_that_people_would_confuse_are_taken(
    players: PlayerServices, anna: User, bert: User
) -> None:
    ensure_profile(players, anna)
    with pytest.raises(ConfigurationError, match="almost so"):
        change_profile(players, bert, ProfileChange(display_name="ANN-A"))
    with pytest.raises(ConfigurationError, match="no avatar"):
        change_profile(players, bert, ProfileChange(avatar="dragon"))
    changed = change_profile(players, anna, ProfileChange("Án na", "key"))
    assert (changed.display_name, changed.avatar) == ("Án na", "key")


def test_a_character_is_changed_once_from_level_5_on(
    players: PlayerServices, anna: User
) -> None:
    chosen = choose(players, anna, Character.ANALYST)
    assert chosen.character is Character.ANALYST
    assert read_profile(players, anna).may_choose == ()
    with pytest.raises(ConfigurationError, match="from level 5"):
        choose(players, anna, Character.HODLER)
    with players.writing() as unit:
        for window in range(8):
            play(unit, new_game(anna.id, window), players.clock.now())
        unit.commit()
    record_progress(players, anna.id)
    assert read_profile(players, anna).profile.level >= 5
    pass_time(players, 60)
    assert Character.HODLER in read_profile(players, anna).may_choose
    assert choose(players, anna, Character.HODLER).character is Character.HODLER
    pass_time(players, 60)
    with pytest.raises(ConfigurationError, match="changed already"):
        choose(players, anna, Character.ANALYST)


# --- progress -------------------------------------------------------------------------


def test_a_game_earns_what_its_trades_are_worth(
    players: PlayerServices, anna: User
) -> None:
    """Half of the money: 10 + 40 * 0.45 / 0.95 = 28 XP; 200 for the first, 20 for gain."""
    ensure_profile(players, anna)
    with players.writing() as unit:
        play(unit, new_game(anna.id, 0), players.clock.now(), 0.05)
        unit.commit()
    found = record_progress(players, anna.id)
    assert found is not None
    earned = {each.source: each.xp for each in found.new}
    assert earned[XpSource.FIRST_TRADE] == 200
    assert earned[XpSource.TRADE] == 28
    assert earned[XpSource.PROFITABLE_TRADE] == 20
    assert "first-trade" in found.reached
    facts = found.progress.facts
    assert (facts.trades, facts.volatile_profits, facts.ranked_windows) == (1, 1, 1)
    assert (facts.model_sweeps, facts.best_return) == (1, Decimal("0.05"))
    profile = read_profile(players, anna).profile
    assert profile.xp == sum(each.xp for each in found.new)
    # 50 units gained 10 each, less 4.5 and 4.95 bp... of 5,000 and 5,500.
    assert 490 < profile.profit < 500
    shown = {each.achievement_id: each for each in list_achievements(players, anna)}
    assert shown["first-trade"].reached_at == players.clock.now()
    assert shown["first-trade"].share == 1
    assert len(shown) == 63
    assert read_xp(players, anna, limit=1).lines == len(found.new)


def test_from_nothing_it_comes_to_the_same(
    players: PlayerServices, anna: User, bert: User
) -> None:
    choose(players, anna, Character.DAY_TRADER)
    for window in range(3):
        now = pass_time(players, DAY)
        note_day(players, anna.id)
        with players.writing() as unit:
            game = play(unit, new_game(anna.id, window), now, 0.02 * (window - 1))
            unit.commit()
        record_progress(players, anna.id)
        share_card(players, anna.id, game)
    for move, who, name in (
        (FriendMove.ASK, anna, "Bert"),
        (FriendMove.ACCEPT, bert, "Anna"),
    ):
        ensure_profile(players, bert)
        move_friend(players, who, name, move)
    again = record_progress(players, anna.id)
    assert again is not None
    assert again.new == ()
    before = again.progress
    with players.writing() as unit:
        for table in (XpEntryRow, UserAchievementRow):
            unit.session.execute(delete(table).where(table.user_id == anna.id))
        unit.commit()
    anew = record_progress(players, anna.id)
    assert anew is not None
    assert (anew.progress.xp, anew.progress.facts) == (before.xp, before.facts)
    assert {(e.key, e.base, e.bonus) for e in anew.progress.entries} == {
        (e.key, e.base, e.bonus) for e in before.entries
    }
    assert read_profile(players, anna).profile.level == level_at(before.xp).level


def test_of_two_at_once_nothing_is_earned_twice(
    players: PlayerServices, anna: User
) -> None:
    ensure_profile(players, anna)
    with players.writing() as unit:
        play(unit, new_game(anna.id, 0), players.clock.now())
        unit.commit()
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: record_progress(players, anna.id), range(2)))
    assert sorted(bool(each and each.new) for each in found) == [False, True]
    totals = {each.progress.xp for each in found if each}
    assert totals == {read_profile(players, anna).profile.xp}


def test_programs_earn_nothing_and_only_the_first_play_counts(
    players: PlayerServices, anna: User
) -> None:
    ensure_profile(players, anna)
    now = players.clock.now()
    with players.writing() as unit:
        game = play(unit, new_game(anna.id, 0), now, 0.5)
        unit.session.execute(
            update(GameOrderRow)
            .where(GameOrderRow.game_id == game)
            .values(by_token=True)
        )
        again = new_game(anna.id, 0, is_ranked=False)
        play(unit, again, now + timedelta(hours=1), 0.9)
        unit.commit()
    found = record_progress(players, anna.id)
    assert found is not None
    facts = found.progress.facts
    assert (facts.ranked_windows, facts.trades) == (0, 1)
    assert facts.best_return == 0


def test_a_day_counts_once_and_seven_in_a_row_earn_more(
    players: PlayerServices, anna: User
) -> None:
    assert note_day(players, anna.id) is None  # who has no profile does not play
    ensure_profile(players, anna)
    for _ in range(7):
        assert note_day(players, anna.id) is not None
        assert note_day(players, anna.id) is None
        pass_time(players, DAY)
    assert sum(
        e.xp for e in read_xp(players, anna).entries if e.source in _OF_DAYS
    ) == (7 * 10 + 100)
    assert read_profile(players, anna).days_in_a_row == 7


_OF_DAYS = (XpSource.DAILY_SIGN_IN, XpSource.SEVEN_DAYS)


def test_only_a_card_of_ones_own_game_is_shared(
    players: PlayerServices, anna: User, bert: User
) -> None:
    ensure_profile(players, anna)
    with players.writing() as unit:
        game = play(unit, new_game(bert.id, 0), players.clock.now())
        own = play(unit, new_game(anna.id, 0), players.clock.now())
        unit.commit()
    with pytest.raises(NoSuchGameError, match="no such game"):
        share_card(players, anna.id, game)
    first = share_card(players, anna.id, own)
    assert first is not None
    assert first.progress.facts.cards_shared == 1
    assert share_card(players, anna.id, own) is None


def test_friends_of_the_same_room_are_counted(
    players: PlayerServices, anna: User, bert: User
) -> None:
    befriend(players, anna, bert)
    now = pass_time(players, 60)
    with players.writing() as unit:
        room = {"starts_at": new_game(anna.id, 0).starts_at, "seed": "ab"}
        room |= {"ends_at": new_game(anna.id, 0).ends_at, "season": Decimal(1)}
        room |= {"host_id": anna.id, "join_code": "abcdef", "mode": "turns"}
        unit.session.execute(insert(GameRoomRow).values(id=ROOM, **room))
        for who, total in ((anna, 0.03), (bert, 0.01)):
            game = play(unit, new_game(who.id, 0), now, total)
            statement = update(GameRow).where(GameRow.id == game)
            unit.session.execute(statement.values(room_id=ROOM))
        unit.commit()
    for who, wins, hosted in ((anna, 1, 1), (bert, 0, 0)):
        found = record_progress(players, who.id)
        assert found is not None
        facts = found.progress.facts
        assert (facts.friend_games, facts.friend_wins) == (1, wins)
        assert facts.hosted_games == hosted


# --- friends --------------------------------------------------------------------------


def befriend(players: PlayerServices, one: User, other: User) -> None:
    names = {who.id: ensure_profile(players, who).display_name for who in (one, other)}
    move_friend(players, one, names[other.id], FriendMove.ASK)
    move_friend(players, other, names[one.id], FriendMove.ASK)


def test_two_who_ask_each_other_are_friends_and_show_what_they_like(
    players: PlayerServices, anna: User, bert: User
) -> None:
    befriend(players, anna, bert)
    (line,) = list_friends(players, anna)
    assert (line.name, line.state) == ("Bert", FriendshipState.ACCEPTED)
    with players.writing() as unit:
        play(unit, new_game(bert.id, 0), players.clock.now(), 0.04)
        unit.commit()
    with pytest.raises(ConfigurationError, match="does not show"):
        friend_games(players, anna, "bert")
    show_games(players, bert, "Anna", shown=True)
    (game,) = friend_games(players, anna, "bert")
    assert (game.total_return, game.models, game.models_beaten) == (0.04, 2, 2)
    move_friend(players, anna, "Bert", FriendMove.END)
    with pytest.raises(ConfigurationError, match="no friend"):
        friend_games(players, anna, "bert")


@pytest.mark.parametrize("answer", [FriendMove.REFUSE, FriendMove.BLOCK, None])
def test_nobody_learns_to_be_refused_or_blocked(
    players: PlayerServices, anna: User, bert: User, answer: FriendMove | None
) -> None:
    ensure_profile(players, bert)
    move_friend(players, anna, "Bert", FriendMove.ASK)
    (asked,) = list_friends(players, bert)
    assert (asked.name, asked.state) == ("Anna", FriendshipState.ASKED)
    if answer is not None:
        move_friend(players, bert, "Anna", answer)
    move_friend(players, anna, "Bert", FriendMove.ASK)
    move_friend(players, anna, "Nobody", FriendMove.ASK)
    assert list_friends(players, anna) == []
    seen = [each.state for each in list_friends(players, bert)]
    assert (
        seen
        == {
            FriendMove.REFUSE: [],
            FriendMove.BLOCK: [FriendshipState.BLOCKED],
            None: [FriendshipState.ASKED],
        }[answer]
    )
    with pytest.raises(ConfigurationError, match="your own"):
        move_friend(players, anna, "anna", FriendMove.ASK)


# --- leaderboards ---------------------------------------------------------------------


def fill_board(
    players: PlayerServices, *users: User, windows: int, begin: int = 0
) -> None:
    """The first of them wins each window, and so on."""
    with players.writing() as unit:
        for window in range(begin, begin + windows):
            for place, user in enumerate(users):
                total = 0.1 - 0.03 * place + 0.001 * (window % 3)
                play(unit, new_game(user.id, window), players.clock.now(), total)
        unit.commit()


def test_players_and_models_are_in_one_table_with_intervals(
    players: PlayerServices, anna: User, bert: User
) -> None:
    for user in (anna, bert):
        ensure_profile(players, user)
    fill_board(players, anna, bert, windows=12)
    board = read_leaderboard(players, bert, WantedBoard())
    assert [each.name for each in board.lines[:2]] == ["Anna", "Bert"]
    assert {each.account_id for each in board.lines[2:]} == set(MODELS)
    first, second = board.lines[:2]
    assert (first.is_number_one, first.windows) == (True, 12)
    assert first.place.best <= first.place.rank <= first.place.worst
    assert (first.is_own, second.is_own) == (False, True)
    for wanted, names in (
        (WantedBoard(season=Decimal(2)), []),
        (WantedBoard(LeaderboardKind.PROGRAMS), []),
        (WantedBoard(character=Character.ANALYST), []),
        (WantedBoard(LeaderboardKind.FRIENDS), ["Bert"]),
        (WantedBoard(LeaderboardKind.XP), ["Anna", "Bert"]),
    ):
        lines = read_leaderboard(players, bert, wanted).lines
        assert [each.name for each in lines if not each.is_model] == names, wanted


def test_ranks_are_never_older_than_an_hour(
    players: PlayerServices, anna: User, bert: User
) -> None:
    ensure_profile(players, anna)
    fill_board(players, anna, windows=1)
    first = read_leaderboard(players, None, WantedBoard())
    pass_time(players, 1_800)
    assert read_leaderboard(players, None, WantedBoard()) == first
    pass_time(players, 1_800)
    anew = read_leaderboard(players, None, WantedBoard())
    assert anew == replace(first, computed_at=players.clock.now())
    ensure_profile(players, bert)
    fill_board(players, bert, windows=1)
    pass_time(players, 61)
    names = {e.name for e in read_leaderboard(players, None, WantedBoard()).lines}
    assert "Bert" in names


@pytest.mark.parametrize(("windows", "days"), [(9, 0), (10, 1)])
def test_who_ends_a_day_first_with_ten_windows_has_that_day(
    players: PlayerServices, anna: User, windows: int, days: int
) -> None:
    ensure_profile(players, anna)
    fill_board(players, anna, windows=windows)
    read_leaderboard(players, None, WantedBoard())
    pass_time(players, DAY)
    for _ in range(2):
        read_leaderboard(players, None, WantedBoard())
    with players.reading() as unit:
        assert unit.deeds.days_number_one(anna.id) == days
        noted = unit.session.scalars(select(NumberOneDayRow.day)).all()
    assert len(noted) == days
    reached = {
        e.achievement_id for e in list_achievements(players, anna) if e.reached_at
    }
    assert ("number-one" in reached) is bool(days)


def test_days_count_on_which_nobody_reads_a_board(
    players: PlayerServices, anna: User, bert: User
) -> None:
    """Three days pass; on the second, Bert ends more and better windows than Anna."""
    for user in (anna, bert):
        ensure_profile(players, user)
    fill_board(players, anna, windows=10)
    pass_time(players, DAY)
    fill_board(players, bert, anna, windows=12, begin=10)
    pass_time(players, 2 * DAY)
    note_day(players, anna.id)
    with players.reading() as unit:
        led = [unit.deeds.days_number_one(each.id) for each in (anna, bert)]
    assert led == [1, 2]
    reached = {
        e.achievement_id for e in list_achievements(players, anna) if e.reached_at
    }
    assert "number-one" in reached
    again = record_progress(players, bert.id)
    assert again is not None
    assert again.progress.facts.days_number_one == 2
