"""Players as they are stored: profile, XP and friends, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from nof1_tracker.database.people.game.profile_tables import (
    CharacterStatsRow,
    LeaderboardCacheRow,
)
from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.game.progress.levels import level_at
from nof1_tracker.records.people.friendships import Friendship, FriendshipState
from nof1_tracker.records.people.profiles import StoredProgress
from nof1_tracker.records.play.ledger import EntryKind, LedgerEntry
from nof1_tracker.records.play.stored_games import GameMode, NewGame
from nof1_tracker.records.progress.player_history import Character, ChosenCharacter
from nof1_tracker.records.progress.xp_entries import XpEntry, XpSource
from tests.integration.people.players import ANNA, BERT, NOON, add_users

HOUR = timedelta(hours=1)


@pytest.fixture
def unit(engine: Engine) -> Iterator[PeopleUnit]:
    add_users(engine)
    with PeopleUnit(engine, writes=True) as unit:
        unit.profiles.add(ANNA, ("Anna", "anna"), "wave", NOON)
        yield unit


def case(number: int, hours: int, xp: int, bonus: int = 0) -> XpEntry:
    return XpEntry(NOON + hours * HOUR, f"case:{number}", XpSource.CASE, xp, bonus)


def recompute(unit: PeopleUnit) -> None:
    unit.profiles.recompute(ANNA, lambda xp: level_at(xp).level)


def test_xp_and_level_follow_from_the_ledger(unit: PeopleUnit) -> None:
    """100 + 60 + 90 = 250 XP, which is level 3."""
    unit.profiles.earn(ANNA, [case(2, 1, 50, 10), case(1, 0, 100)], NOON)
    unit.profiles.earn(ANNA, [case(1, 5, 500), case(3, 2, 90)], NOON)
    recompute(unit)
    recompute(unit)
    profile = unit.profiles.get(ANNA)
    assert profile is not None
    assert (profile.xp, profile.level) == (250, 3)
    ledger = (case(1, 0, 100), case(2, 1, 50, 10), case(3, 2, 90))
    assert unit.profiles.ledger(ANNA) == ledger
    cached = select(LeaderboardCacheRow.total_xp)
    assert unit.session.scalars(cached).all() == [250]


def test_each_character_has_the_xp_of_its_time(unit: PeopleUnit) -> None:
    choices = (
        ChosenCharacter(Character.ANALYST, NOON + HOUR),
        ChosenCharacter(Character.HODLER, NOON + 3 * HOUR),
    )
    for choice in choices:
        unit.profiles.choose(ANNA, choice)
    earned = [case(0, 0, 7), case(1, 1, 100, 10), case(2, 2, 30), case(3, 3, 40, 4)]
    unit.profiles.earn(ANNA, earned, NOON)
    recompute(unit)
    assert unit.profiles.choices(ANNA) == choices
    row = CharacterStatsRow
    figures = select(row.character, row.xp, row.bonus).order_by(row.chosen_at)
    assert [tuple(each) for each in unit.session.execute(figures)] == [
        (Character.ANALYST, 140, 10),
        (Character.HODLER, 44, 4),
    ]
    profile = unit.profiles.get(ANNA)
    assert profile is not None
    assert (profile.character, profile.xp) == (Character.HODLER, 191)


def test_profit_is_that_of_finished_games(unit: PeopleUnit) -> None:
    """12.5 - 0.25 - 3 = 9.25 USD; a game that is still played does not count."""
    new = NewGame(
        user_id=ANNA,
        season=Decimal(1),
        starts_at=NOON,
        ends_at=NOON + HOUR,
        seed="ab",
        mode=GameMode.TURNS,
    )
    paid = LedgerEntry(number=1, at=NOON, kind=EntryKind.FUNDING, pnl=Decimal("12.5"))
    lost = LedgerEntry(number=2, at=NOON, kind=EntryKind.FUNDING, pnl=Decimal(-3))
    entries = [replace(paid, fee=Decimal("0.25")), lost]
    for is_over in (True, False):
        game = unit.games.open(new, NOON).id
        assert unit.games.append(game, entries, after=0, clock=NOON, now=NOON)
        if is_over:
            assert unit.games.finish(game, NOON)
    recompute(unit)
    profile = unit.profiles.get(ANNA)
    assert profile is not None
    assert profile.profit == Decimal("9.25")


def test_a_name_is_known_by_its_key(unit: PeopleUnit) -> None:
    assert unit.profiles.has_name("anna")
    assert not unit.profiles.has_name("bert")
    assert unit.profiles.get(BERT) is None


@pytest.mark.parametrize(("one", "other"), [(ANNA, BERT), (BERT, ANNA)])
def test_who_is_asked_accepts_and_either_ends_it(
    unit: PeopleUnit, one: UUID, other: UUID
) -> None:
    friends = unit.friends
    assert friends.ask(one, other, NOON)
    assert not friends.ask(one, other, NOON)
    assert not friends.ask(other, one, NOON)
    assert not friends.accept(one, other, NOON)
    assert not friends.show_games(one, other, shown=True)
    assert friends.accept(other, one, NOON)
    assert friends.show_games(one, other, shown=True)
    both = frozenset((one, other))
    accepted = Friendship(both, FriendshipState.ACCEPTED, other, NOON, frozenset({one}))
    assert friends.of_user(one) == friends.of_user(other) == [accepted]
    assert friends.end(one, other)
    ended = Friendship(both, FriendshipState.ENDED, one, NOON, frozenset())
    assert friends.between(other, one) == ended
    assert friends.ask(other, one, NOON)
    assert friends.accept(one, other, NOON + HOUR)
    assert friends.ever_accepted(one) == 1
    assert friends.between(one, other) == replace(
        accepted, actor_id=one, shown_by=frozenset()
    )


def test_who_was_refused_does_not_ask_again(unit: PeopleUnit) -> None:
    friends = unit.friends
    assert friends.ask(ANNA, BERT, NOON)
    assert friends.refuse(BERT, ANNA)
    assert not friends.ask(ANNA, BERT, NOON)
    assert not friends.end(ANNA, BERT)
    assert friends.ask(BERT, ANNA, NOON)


def test_only_who_blocked_takes_it_back(unit: PeopleUnit) -> None:
    friends = unit.friends
    assert friends.between(ANNA, BERT) is None
    assert friends.block(BERT, ANNA, NOON)
    assert not friends.ask(ANNA, BERT, NOON)
    assert not friends.block(ANNA, BERT, NOON)
    assert not friends.end(ANNA, BERT)
    assert friends.end(BERT, ANNA)
    assert friends.ask(ANNA, BERT, NOON)
    assert friends.block(BERT, ANNA, NOON)
    assert friends.ever_accepted(ANNA) == 0


def test_what_was_reached_stays_and_its_share_is_of_all_players(
    unit: PeopleUnit,
) -> None:
    """One of two players has First Steps: a half; nobody has Warming Up."""
    unit.profiles.add(BERT, ("Bert", "bert"), "wave", NOON)
    on_the_way = StoredProgress(Decimal(3))
    reached = StoredProgress(Decimal(1), NOON)
    stored = unit.achievements
    stored.put(ANNA, {"warming-up": on_the_way, "first-steps": reached}, NOON)
    later = StoredProgress(Decimal(1), NOON + HOUR)
    stored.put(ANNA, {"first-steps": later}, NOON)
    stored.put(ANNA, {"first-steps": StoredProgress(Decimal(0))}, NOON)
    assert stored.of_user(ANNA) == {
        "first-steps": StoredProgress(Decimal(0), NOON),
        "warming-up": on_the_way,
    }
    shares = stored.shares()
    assert shares["first-steps"] == Decimal("0.5")
    assert shares["warming-up"] == 0
    assert len(shares) == 63
