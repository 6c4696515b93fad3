"""The 63 achievements: their numbers, and for each a player who just reaches it."""

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from itertools import chain
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from nof1_tracker.game.progress.achievements import (
    AchievementProgress,
    achievements,
    progress_from,
    progress_of,
    read_achievements,
)
from nof1_tracker.game.progress.gather_facts import gather_facts
from nof1_tracker.game.progress.levels import total_to
from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.progress.achievement_kinds import Category, Rarity
from nof1_tracker.records.progress.player_facts import PlayerFacts
from nof1_tracker.records.progress.player_history import (
    Character,
    ChosenCharacter,
    CompletedCase,
    ModuleSize,
    Notion,
    PlannedExit,
    PlayedTrade,
    PlayerHistory,
)
from nof1_tracker.records.progress.xp_entries import XpSource
from tests.unit.game.histories import (
    START,
    completed_case,
    days_in_a_row,
    finished_window,
    numbered,
    played_trade,
    profits,
)

LATER = START + timedelta(days=900)
SIZES = tuple(ModuleSize(Decimal(1), module, 2) for module in range(1, 6))
Script = Callable[[int], PlayerHistory]
"""A number of steps -> what a player did in them."""


def reached_by(history: PlayerHistory) -> frozenset[str]:
    return progress_from(history, LATER).reached


# --- their numbers --------------------------------------------------------------------


def test_there_are_63_with_33_625_xp() -> None:
    assert len(achievements()) == 63
    assert sum(each.xp for each in achievements().values()) == 33_625


def test_each_category_has_as_many_of_each_rarity_as_designed() -> None:
    counted = Counter((each.category, each.rarity) for each in achievements().values())
    assert {
        category: [counted[category, rarity] for rarity in Rarity]
        for category in Category
    } == {
        Category.EDUCATION: [5, 4, 3, 3],
        Category.TRADING: [4, 4, 4, 4],
        Category.SOCIAL: [3, 3, 2, 2],
        Category.MILESTONES: [2, 3, 3, 2],
        Category.SPECIAL: [3, 4, 2, 3],
    }


def test_xp_follows_from_rarity_but_for_the_completionist() -> None:
    by_rarity = {
        (each.rarity, each.xp)
        for each in achievements().values()
        if each.id != "completionist"
    }
    assert by_rarity == {
        (Rarity.COMMON, 100),
        (Rarity.RARE, 300),
        (Rarity.EPIC, 725),
        (Rarity.LEGENDARY, 875),
    }
    assert achievements()["completionist"].xp == 5_000


@pytest.mark.parametrize(
    ("name", "category", "criteria"),
    [
        ("First Steps", "education", {"cases": 1}),
        ("Master Trader", "education", {"cases": 100}),
        ("First Trade", "trading", {"trades": 1}),
        ("Market Wizard", "trading", {"profits_in_a_row": 20}),
        ("Making Friends", "social", {"friends": 1}),
        ("Number One", "social", {"ranked_windows": 10, "days_number_one": 1}),
        ("Level 5", "milestones", {"level": 5}),
        ("Level 100", "milestones", {"level": 100}),
        ("Week Warrior", "special", {"days_in_a_row": 7}),
        ("Year Round Trader", "special", {"days_in_a_row": 365}),
        ("Completionist", "special", {"achievements": 62}),
    ],
)
def test_those_that_the_design_names_are_among_them(
    name: str, category: str, criteria: dict[str, int]
) -> None:
    (found,) = (each for each in achievements().values() if each.name == name)
    assert found.category == category
    assert {each.fact: each.at_least for each in found.criteria} == criteria


# --- each is reached, and not a step before -------------------------------------------


def cases(count: int, **changes: Any) -> PlayerHistory:
    return PlayerHistory(cases=numbered(completed_case, count, **changes))


def trades(count: int, **changes: Any) -> PlayerHistory:
    return PlayerHistory(trades=numbered(played_trade, count, **changes))


def windows(count: int, **changes: Any) -> PlayerHistory:
    return PlayerHistory(windows=numbered(finished_window, count, **changes))


def answers(notion: Notion) -> Script:
    return lambda count: cases(count, asked=(notion, notion), right=(notion,))


def modules(count: int) -> PlayerHistory:
    """Modules of two cases; a step completes one more module, but for its last case."""
    done = tuple(
        completed_case(10 * module + each, module=module)
        for module in range(1, 6)
        for each in range(2)
    )
    return PlayerHistory(cases=done[: 2 * count + 1], module_sizes=SIZES)


def sides(count: int) -> PlayerHistory:
    both = (played_trade(0), played_trade(1, side=TradeSide.SHORT))
    return PlayerHistory(trades=both[:count])


def sign_ins(count: int) -> PlayerHistory:
    return PlayerHistory(sign_ins=days_in_a_row(count))


def characters(count: int) -> PlayerHistory:
    chosen = (Character.ANALYST, Character.HODLER)[:count]
    return PlayerHistory(
        characters=tuple(ChosenCharacter(each, START) for each in chosen)
    )


def returns(hundredths: int) -> PlayerHistory:
    return windows(1, total_return=Decimal(hundredths) / 100)


def losses_between(count: int) -> PlayerHistory:
    """Four profits, a loss, and then so many profits."""
    return PlayerHistory(trades=profits([1] * 4 + [-1] + [1] * count))


def liquidation_between(count: int) -> PlayerHistory:
    lost = played_trade(0, was_liquidated=True, net_pnl=Decimal(-9))
    return PlayerHistory(trades=(lost, *trades(count + 1).trades[1:]))


def error_between(count: int) -> PlayerHistory:
    """Three cases all right, one that is not, and then so many all right."""
    done = [completed_case(each) for each in range(4 + count)]
    done[3] = completed_case(3, right=())
    return PlayerHistory(cases=tuple(done))


def number_one(count: int) -> PlayerHistory:
    return replace(windows(count, is_ranked=True), days_number_one=1)


def seasons(count: int) -> PlayerHistory:
    played = (finished_window(each, season=Decimal(each)) for each in range(count))
    return PlayerHistory(windows=tuple(played))


def wrong(count: int) -> PlayerHistory:
    return cases(count, right=())


SCRIPTS: dict[str, tuple[Script, int]] = {
    "first-steps": (wrong, 1),
    "warming-up": (wrong, 5),
    "full-marks": (cases, 1),
    "fee-reader": (answers(Notion.FEE), 10),
    "stop-watcher": (answers(Notion.STOP_DISTANCE), 10),
    "bookworm": (wrong, 25),
    "right-size": (answers(Notion.POSITION_SIZE), 10),
    "margin-minder": (answers(Notion.LIQUIDATION_PRICE), 10),
    "first-module": (modules, 1),
    "half-a-hundred": (wrong, 50),
    "sharp-pencil": (error_between, 10),
    "three-modules": (modules, 3),
    "master-trader": (wrong, 100),
    "flawless": (cases, 50),
    "five-modules": (modules, 5),
    "first-trade": (trades, 1),
    "both-ways": (sides, 2),
    "in-the-black": (lambda n: PlayerHistory(trades=profits([0, -1, 1][: 2 + n])), 1),
    "patient-order": (lambda n: trades(n, by_limit=True), 1),
    "busy-desk": (trades, 50),
    "hot-hand": (losses_between, 5),
    "spread-out": (lambda n: trades(n, is_diversified=True), 10),
    "staying-power": (lambda n: trades(n, held=timedelta(days=2)), 5),
    "ten-straight": (losses_between, 10),
    "storm-rider": (lambda n: trades(n, is_volatile=True), 25),
    "plan-keeper": (lambda n: trades(n, planned_exit=PlannedExit.STOP), 50),
    "quarter-up": (returns, 25),
    "market-wizard": (losses_between, 20),
    "five-hundred": (trades, 500),
    "above-water": (liquidation_between, 200),
    "double-up": (returns, 100),
    "making-friends": (lambda n: PlayerHistory(friends=n), 1),
    "open-table": (lambda n: windows(n, friends=2), 1),
    "show-your-hand": (lambda n: PlayerHistory(cards_shared=n), 1),
    "inner-circle": (lambda n: PlayerHistory(friends=n), 10),
    "regular-table": (lambda n: windows(n, friends=1), 10),
    "friendly-rival": (lambda n: windows(n, friends=2, friends_beaten=1), 5),
    "good-host": (lambda n: windows(n, hosted=True), 25),
    "well-connected": (lambda n: PlayerHistory(friends=n), 25),
    "clean-sweep": (lambda n: windows(n, models=6, models_beaten=6), 5),
    "number-one": (number_one, 10),
    "week-warrior": (sign_ins, 7),
    "in-character": (characters, 1),
    "daily-bread": (lambda n: windows(n, is_daily=True), 1),
    "month-minder": (sign_ins, 30),
    "second-nature": (characters, 2),
    "blindfold": (lambda n: windows(n, is_ranked=True), 10),
    "time-traveller": (seasons, 2),
    "hundred-days": (sign_ins, 100),
    "creature-of-habit": (lambda n: windows(n, is_daily=True), 50),
    "year-round-trader": (sign_ins, 365),
    "hundred-windows": (lambda n: windows(n, is_ranked=True), 100),
}
LEVELS = (5, 10, 15, 20, 25, 35, 50, 65, 80, 100)


def hard_cases(count: int) -> PlayerHistory:
    """Cases of 500 XP each, none without an error."""
    return cases(count, module=5, right=())


def everything() -> PlayerHistory:
    """One player who did what all scripts do, but signed in on 364 days."""
    done = [script(steps) for script, steps in SCRIPTS.values()]
    every_case = chain.from_iterable(each.cases for each in done)
    every_trade = chain.from_iterable(each.trades for each in done)
    every_window = chain.from_iterable(each.windows for each in done)
    return PlayerHistory(
        characters=characters(2).characters,
        cases=(*_cases_apart(every_case), *_cases_apart(hard_cases(430).cases, 5_000)),
        module_sizes=SIZES,
        trades=_trades_apart(every_trade),
        windows=tuple(
            replace(each, window_id=f"w{number}")
            for number, each in enumerate(every_window)
        ),
        sign_ins=days_in_a_row(364),
        friends=25,
        cards_shared=1,
        days_number_one=1,
    )


def _cases_apart(done: Any, first: int = 0) -> tuple[CompletedCase, ...]:
    return tuple(
        replace(
            each, case_id=f"c{number}", completed_at=START + timedelta(hours=number)
        )
        for number, each in enumerate(done, first)
    )


def _trades_apart(done: Any) -> tuple[PlayedTrade, ...]:
    return tuple(
        replace(
            each,
            trade_id=f"t{number:05}",
            opened_at=START + timedelta(days=number),
            closed_at=START + timedelta(days=number, hours=2),
        )
        for number, each in enumerate(done)
    )


def test_every_achievement_has_its_player() -> None:
    players = {*SCRIPTS, *(f"level-{level}" for level in LEVELS), "completionist"}
    assert players == set(achievements())


@pytest.mark.parametrize("name", SCRIPTS)
def test_an_achievement_is_reached_by_its_last_step_and_not_before(name: str) -> None:
    script, steps = SCRIPTS[name]
    assert name in reached_by(script(steps))
    assert name not in reached_by(script(steps - 1))


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_is_reached_by_the_case_that_completes_its_xp(level: int) -> None:
    name = f"level-{level}"
    counts = range(1, 600)
    place = bisect_left(counts, True, key=lambda n: name in reached_by(hard_cases(n)))
    steps = counts[place]
    before, after = (progress_from(hard_cases(n), LATER) for n in (steps - 1, steps))
    assert name not in before.reached
    assert before.xp < total_to(level) <= after.xp


def test_the_completionist_lacks_one_day_of_the_year_until_the_end() -> None:
    before = everything()
    lacking = set(achievements()) - reached_by(before)
    assert lacking == {"year-round-trader", "completionist"}
    progress = progress_from(replace(before, sign_ins=days_in_a_row(365)), LATER)
    assert progress.reached == set(achievements())
    earned = (each for each in progress.entries if each.source is XpSource.ACHIEVEMENT)
    assert sum(each.xp for each in earned) == 33_625
    assert progress.facts.achievements == 63


# --- progress -------------------------------------------------------------------------


def test_progress_is_so_many_of_so_many_and_stops_at_the_end() -> None:
    bookworm = achievements()["bookworm"]
    assert progress_of(bookworm, PlayerFacts(cases=7)) == AchievementProgress(
        Decimal(7), Decimal(25)
    )
    assert progress_of(bookworm, PlayerFacts(cases=99)).done == 25


def test_of_several_criteria_the_one_that_lacks_most_is_shown() -> None:
    one = achievements()["number-one"]
    facts = PlayerFacts(ranked_windows=4, days_number_one=1)
    assert progress_of(one, facts) == AchievementProgress(Decimal(4), Decimal(10))


def test_what_was_reached_stays_and_earns_once() -> None:
    before = progress_from(PlayerHistory(friends=1), START)
    after = progress_from(PlayerHistory(), LATER, before.entries)
    assert after.reached == {"making-friends"}
    assert after.entries == before.entries
    assert after.xp == 100


def test_trades_that_do_not_count_reach_nothing() -> None:
    by_a_program = trades(60, by_token=True)
    assert reached_by(by_a_program) == frozenset()
    too_small = trades(60, size=Decimal("0.01"))
    assert reached_by(too_small) == frozenset()


def test_a_window_played_again_counts_once() -> None:
    again = finished_window(0, finished_at=LATER, total_return=Decimal(2))
    first = finished_window(0, total_return=Decimal("-0.1"))
    facts = gather_facts(PlayerHistory(windows=(again, first)))
    assert facts.best_return == 0
    assert facts.seasons_played == 1


@given(st.data())
def test_no_fact_falls_while_a_player_plays_on(data: st.DataObject) -> None:
    script, steps = data.draw(st.sampled_from(list(SCRIPTS.values())))
    whole = script(steps)
    kept = data.draw(st.integers(0, 20))
    part = replace(
        whole,
        cases=whole.cases[:kept],
        trades=whole.trades[:kept],
        windows=whole.windows[:kept],
    )
    before, after = gather_facts(part), gather_facts(whole)
    for each in fields(PlayerFacts):
        assert getattr(before, each.name) <= getattr(after, each.name)


@given(st.randoms(use_true_random=False), st.integers(0, 12))
def test_progress_does_not_depend_on_order_and_grows_with_what_was_done(
    chance: Random, kept: int
) -> None:
    whole = PlayerHistory(
        cases=error_between(4).cases,
        trades=profits([1, -1, 1, 1, 1, 1, 1, -1, 1]),
        windows=windows(6, is_ranked=True, friends=1).windows,
        sign_ins=days_in_a_row(9),
        friends=2,
    )
    shuffled = replace(
        whole,
        cases=tuple(sorted(whole.cases, key=lambda _: chance.random())),
        trades=tuple(sorted(whole.trades, key=lambda _: chance.random())),
        windows=tuple(sorted(whole.windows, key=lambda _: chance.random())),
    )
    assert progress_from(shuffled, LATER) == progress_from(whole, LATER)
    part = replace(whole, cases=whole.cases[:kept], trades=whole.trades[:kept])
    before, after = progress_from(part, LATER), progress_from(whole, LATER)
    assert before.reached <= after.reached
    assert before.xp <= after.xp
    assert before.level.level <= after.level.level


# --- data that is not valid -----------------------------------------------------------


def _first(**changes: Any) -> str:
    found = json.loads(achievements()["first-steps"].model_dump_json())
    return json.dumps([{**found, **changes}])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"criteria": [{"fact": "wealth", "at_least": 1}]}, "not a fact of a player"),
        ({"criteria": [{"fact": "cases", "at_least": 0}]}, "greater than 0"),
        ({"criteria": []}, "at least 1 item"),
        ({"rarity": "mythic"}, "'legendary'"),
        ({"xp": -5}, "greater than 0"),
        ({"id": "First Steps"}, "match pattern"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_an_achievement_that_is_not_valid_is_refused(
    changes: dict[str, Any], said: str
) -> None:
    assert len(read_achievements(_first())) == 1
    with pytest.raises(ValidationError, match=said):
        read_achievements(_first(**changes))


def test_two_of_one_id_are_refused() -> None:
    twice = json.loads(_first()) * 2
    with pytest.raises(ValueError, match="1 achievements have the id"):
        read_achievements(json.dumps(twice))
