"""XP: every source with its amount, what counts, and the laws of the ledger."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.game.progress.earning import (
    case_entries,
    counted_trades,
    earned_entries,
    is_long_hold,
    sign_in_entries,
    trade_entries,
    xp_of_size,
)
from nof1_tracker.game.progress.levels import level_at
from nof1_tracker.game.progress.streaks import current_run, longest_run
from nof1_tracker.game.progress.xp_ledger import standing_entries, total_xp
from nof1_tracker.records.progress.player_history import ModuleSize, PlayerHistory
from nof1_tracker.records.progress.xp_entries import XpEntry, XpSource
from tests.unit.game.histories import (
    START,
    completed_case,
    days_in_a_row,
    numbered,
    played_trade,
)


def earned(history: PlayerHistory) -> dict[XpSource, int]:
    found: dict[XpSource, int] = {}
    for entry in earned_entries(history):
        found[entry.source] = found.get(entry.source, 0) + entry.base
    return found


# --- cases ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "xp"), [(1, 100), (2, 200), (3, 300), (4, 400), (5, 500)]
)
def test_a_case_earns_100_to_500_and_50_more_if_all_is_right(
    module: int, xp: int
) -> None:
    entries = list(case_entries(completed_case(1, module=module)))
    assert [(each.source, each.base) for each in entries] == [
        (XpSource.CASE, xp),
        (XpSource.CASE_ALL_RIGHT, 50),
    ]
    with_an_error = completed_case(1, module=module, right=())
    assert [each.base for each in case_entries(with_an_error)] == [xp]


def test_a_case_of_an_unknown_module_is_refused() -> None:
    with pytest.raises(ValueError, match="no module 6: case-1"):
        list(case_entries(completed_case(1, module=6)))


def test_a_case_answered_again_earns_nothing_more() -> None:
    wrong = completed_case(1, right=())
    again = completed_case(1, completed_at=START + timedelta(hours=5))
    assert earned(PlayerHistory(cases=(again, wrong))) == {XpSource.CASE: 100}


def test_a_module_earns_500_once_every_case_of_it_is_completed() -> None:
    cases = numbered(completed_case, 3)
    sizes = (ModuleSize(Decimal(1), 1, 3), ModuleSize(Decimal(1), 2, 4))
    before = PlayerHistory(cases=cases[:2], module_sizes=sizes)
    after = PlayerHistory(cases=cases, module_sizes=sizes)
    assert XpSource.MODULE not in earned(before)
    assert earned(after)[XpSource.MODULE] == 500


def test_a_module_is_completed_by_cases_of_its_own_season() -> None:
    first, second = (completed_case(each, season=Decimal(each)) for each in (1, 2))
    sizes = tuple(ModuleSize(Decimal(each), 1, 2) for each in (1, 2))
    both = PlayerHistory(cases=(first, second), module_sizes=sizes)
    assert XpSource.MODULE not in earned(both)


def test_a_season_has_one_key_however_its_number_is_written() -> None:
    keys = {
        entry.key
        for season in (Decimal(1), Decimal("1.0"))
        for entry in earned_entries(
            PlayerHistory(
                cases=(completed_case(1, season=season),),
                module_sizes=(ModuleSize(season, 1, 1),),
            )
        )
        if entry.source is XpSource.MODULE
    }
    assert keys == {"module:1:1"}


# --- trades ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "xp"),
    [("0.05", 10), ("0.07", 10), ("0.525", 30), ("0.99", 49), ("1", 50), ("20", 50)],
)
def test_a_trade_earns_10_to_50_by_its_size(size: str, xp: int) -> None:
    assert xp_of_size(Decimal(size)) == xp


def test_the_first_trade_earns_200_and_a_profit_20() -> None:
    trades = (played_trade(0, net_pnl=Decimal(-3)), played_trade(1))
    assert earned(PlayerHistory(trades=trades)) == {
        XpSource.FIRST_TRADE: 200,
        XpSource.TRADE: 28 + 28,
        XpSource.PROFITABLE_TRADE: 20,
    }


@pytest.mark.parametrize(
    ("season", "held", "is_long"),
    [
        (365, timedelta(days=30), True),
        (365, timedelta(days=30) - timedelta(seconds=1), False),
        (17, timedelta(days=1.7), True),
        (17, timedelta(days=1.6), False),
    ],
)
def test_30_days_of_game_time_or_a_tenth_of_the_season_earn_100(
    season: int, held: timedelta, is_long: bool
) -> None:
    trade = played_trade(0, season=timedelta(days=season), held=held)
    assert is_long_hold(trade) is is_long
    earned_by = {each.source: each.base for each in trade_entries([trade])}
    assert earned_by.get(XpSource.LONG_HOLD) == (100 if is_long else None)


def test_an_open_trade_has_no_profit_and_no_hold_yet() -> None:
    trade = played_trade(0, closed_at=None, held=None, net_pnl=None)
    assert {each.source for each in trade_entries([trade])} == {
        XpSource.FIRST_TRADE,
        XpSource.TRADE,
    }


def test_ten_trades_of_a_day_of_real_time_count() -> None:
    midnight = datetime(2026, 3, 3, tzinfo=UTC)
    late = [midnight - timedelta(minutes=each) for each in range(1, 13)]
    trades = [
        played_trade(number, opened_at=instant)
        for number, instant in enumerate([midnight, *late])
    ]
    counted = counted_trades(trades)
    assert len(counted) == 11
    assert counted[0].opened_at == midnight - timedelta(minutes=12)
    assert counted[-1].opened_at == midnight


def test_small_trades_and_those_of_programs_neither_count_nor_use_up_a_day() -> None:
    small = numbered(played_trade, 5, size=Decimal("0.0499"), opened_at=START)
    programs = [
        played_trade(10 + each, by_token=True, opened_at=START) for each in range(10)
    ]
    of_a_person = played_trade(99, opened_at=START, size=Decimal("0.05"))
    assert counted_trades([*small, *programs, of_a_person]) == [of_a_person]


# --- signing in -----------------------------------------------------------------------


def test_signing_in_earns_10_a_day_and_100_for_seven_in_a_row() -> None:
    assert earned(PlayerHistory(sign_ins=days_in_a_row(6))) == {
        XpSource.DAILY_SIGN_IN: 60
    }
    assert earned(PlayerHistory(sign_ins=days_in_a_row(15))) == {
        XpSource.DAILY_SIGN_IN: 150,
        XpSource.SEVEN_DAYS: 200,
    }
    with_a_gap = days_in_a_row(6) | days_in_a_row(6, date(2026, 3, 9))
    assert XpSource.SEVEN_DAYS not in {
        each.source for each in sign_in_entries(with_a_gap)
    }


def test_a_run_of_days_lasts_until_a_whole_day_is_missed() -> None:
    days = days_in_a_row(3)
    assert longest_run(days | {date(2026, 5, 1)}) == 3
    assert current_run(days, date(2026, 3, 4)) == 3
    assert current_run(days, date(2026, 3, 5)) == 3
    assert current_run(days, date(2026, 3, 6)) == 0


# --- laws of the ledger ---------------------------------------------------------------

ENTRIES = st.lists(
    st.builds(
        XpEntry,
        earned_at=st.integers(0, 50).map(lambda hour: START + timedelta(hours=hour)),
        key=st.integers(0, 9).map("case:{}".format),
        source=st.just(XpSource.CASE),
        base=st.integers(0, 500),
        bonus=st.integers(0, 50),
    ),
    max_size=25,
)


@given(ENTRIES, st.randoms(use_true_random=False))
def test_the_order_of_entries_does_not_matter(
    entries: list[XpEntry], chance: Random
) -> None:
    shuffled = sorted(entries, key=lambda _: chance.random())
    assert standing_entries(shuffled) == standing_entries(entries)


@given(ENTRIES)
def test_a_key_counts_once(entries: list[XpEntry]) -> None:
    standing = standing_entries(entries)
    assert {each.key for each in standing} == {each.key for each in entries}
    assert len({each.key for each in standing}) == len(standing)
    assert total_xp([*entries, *standing]) == total_xp(entries)


@given(ENTRIES, ENTRIES)
def test_xp_is_never_negative_and_later_entries_never_lower_it(
    entries: list[XpEntry], more: list[XpEntry]
) -> None:
    later = [
        XpEntry(
            each.earned_at + timedelta(days=30), f"{each.key}b", each.source, each.base
        )
        for each in more
    ]
    before, after = total_xp(entries), total_xp([*later, *entries])
    assert 0 <= before <= after
    assert level_at(before).level <= level_at(after).level


def test_an_entry_that_takes_xp_away_is_refused() -> None:
    with pytest.raises(ValueError, match="never taken away: case:1"):
        XpEntry(START, "case:1", XpSource.CASE, -1)


def test_a_history_earns_each_key_once() -> None:
    history = PlayerHistory(
        cases=numbered(completed_case, 4),
        module_sizes=(ModuleSize(Decimal(1), 1, 4),),
        trades=numbered(played_trade, 5, held=timedelta(days=9)),
        sign_ins=days_in_a_row(8),
    )
    keys = [each.key for each in earned_entries(history)]
    assert len(keys) == len(set(keys))
