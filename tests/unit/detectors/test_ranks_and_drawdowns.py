"""Ranks with a margin, drawdowns once per peak."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.detectors.ranks_and_drawdowns import (
    detect_drawdowns,
    detect_ranks,
    next_order,
)
from nof1_tracker.detectors.rules import Rules
from nof1_tracker.records.changes import Memory, Peak
from nof1_tracker.records.events import EventKind
from nof1_tracker.records.findings import AccountEquity, EquityFall, Finding, RankRise
from tests.unit.detectors.table_changes import (
    ACCOUNTS,
    ADA,
    NOW,
    SEASON,
    changes,
    equity,
    memory,
)

RULES = Rules(drawdown=Decimal("0.25"), places=3, rank_margin=Decimal("0.01"))
OTHER_SEASON = replace(SEASON, id=9, number=Decimal(2))


def ranked(told: tuple[int, ...], *usd: object, rules: Rules = RULES) -> list[Finding]:
    """Of accounts 1, 2, ... with these equities, after that order was told."""
    standing = tuple(equity(i, each) for i, each in enumerate(usd, 1))
    return detect_ranks(changes(standing=standing), memory(order=told), rules)[0]


def fallen(before: Memory, *usd: object) -> tuple[list[Finding], Memory]:
    """Account 1 after these equities, one a minute up to now."""
    rows = tuple(equity(1, each, len(usd) - i) for i, each in enumerate(usd))
    events, peaks = detect_drawdowns(changes(snapshots=rows), before, RULES)
    return events, replace(before, peaks=peaks)


# --- ranks ----------------------------------------------------------------------


def test_who_passes_the_leader_is_told_with_whom_it_passed() -> None:
    (event,) = ranked((1, 2, 3), 10_000, 10_200, 9_000)
    assert event.facts == RankRise(
        riser=AccountEquity(ACCOUNTS[2], Decimal(10_200)),
        rank=1,
        passed=(AccountEquity(ADA, Decimal(10_000)),),
    )
    assert event.numbers == {"rank": 1, "equity_usd": 10_200}


def test_a_lead_within_the_margin_is_no_change() -> None:
    assert ranked((1, 2), 10_000, 10_100) == []
    assert len(ranked((1, 2), 10_000, "10_100.01")) == 1


def test_who_falls_behind_again_within_the_margin_keeps_the_place() -> None:
    standing = (equity(1, 10_100), equity(2, 10_050))
    events, order = detect_ranks(
        changes(standing=standing), memory(order=(2, 1)), RULES
    )
    assert events == []
    assert order == (2, 1)


def test_changes_below_the_first_places_are_not_told() -> None:
    assert ranked((1, 2, 3, 4, 5), 50, 40, 30, 10, 20) == []
    (event,) = ranked((1, 2, 3, 4, 5), 50, 40, 10, 30, 20)
    assert event.account_id == "model-4"
    assert event.numbers["rank"] == 3


def test_all_that_were_passed_are_told_the_former_leader_first() -> None:
    (event,) = ranked((2, 1, 3, 4, 5), 10, 10, 10, 10, 20)
    assert isinstance(event.facts, RankRise)
    passed = [other.account.model_id for other in event.facts.passed]
    assert passed == [2, 1, 3, 4]


def test_the_first_order_of_a_season_is_no_news() -> None:
    assert ranked((), 1, 2, 3) == []
    standing = (equity(1, 1), equity(2, 2))
    seen = changes(standing=standing, season=OTHER_SEASON)
    assert detect_ranks(seen, memory(order=(1, 2)), RULES) == ([], (2, 1))


def test_who_joins_or_leaves_passes_nobody() -> None:
    assert ranked((2, 3), 100, 50, 40) == []
    standing = (equity(2, 50), equity(3, 40))
    events, order = detect_ranks(
        changes(standing=standing), memory(order=(1, 2, 3)), RULES
    )
    assert (events, order) == ([], (2, 3))


def test_ranks_are_followed_while_nobody_wants_to_be_told() -> None:
    rules = Rules(frozenset(), places=3)
    standing = (equity(1, 1), equity(2, 2))
    assert detect_ranks(changes(standing=standing), memory(order=(1, 2)), rules) == (
        [],
        (2, 1),
    )


@given(
    st.dictionaries(st.integers(1, 12), st.integers(1, 10**6).map(Decimal), min_size=1),
    st.permutations(range(1, 13)),
    st.decimals(0, 1, places=2),
)
def test_no_account_stays_ahead_of_one_that_leads_it_by_the_margin(
    equities: dict[int, Decimal], told: list[int], margin: Decimal
) -> None:
    order = next_order(told, equities, margin)
    assert sorted(order) == sorted(equities)
    for upper, lower in pairwise(order):
        assert equities[lower] <= equities[upper] * (1 + margin)
    assert next_order(order, equities, margin) == order


# --- drawdowns ------------------------------------------------------------------


def test_a_fall_to_the_limit_is_told_with_its_peak() -> None:
    events, _ = fallen(memory(), 10_000, 12_000, 9_000.01, 9_000)
    (event,) = events
    assert event.kind is EventKind.DRAWDOWN
    assert event.facts == EquityFall(
        account=ADA,
        equity=Decimal(9_000),
        peak=Peak(Decimal(12_000), NOW - timedelta(minutes=3)),
        drawdown=Decimal("-0.25"),
    )
    assert event.numbers["drawdown_ratio"] == Decimal("-0.25")


def test_it_is_told_once_until_there_is_a_new_high() -> None:
    first, before = fallen(memory(), 12_000, 8_000, 7_000)
    again, before = fallen(before, 11_000, 7_000)
    after_high, _ = fallen(before, 13_000, 9_000)
    assert (len(first), len(again), len(after_high)) == (1, 0, 1)
    assert first[0].key != after_high[0].key


def test_a_fall_that_was_over_before_anybody_looked_is_told() -> None:
    events, _ = fallen(memory(), 12_000, 8_000, 11_900)
    assert len(events) == 1


def test_an_older_equity_that_arrives_late_is_no_fall() -> None:
    peak = Peak(Decimal(12_000), NOW)
    events, _ = fallen(memory(peaks={1: peak}), 8_000)
    assert events == []


def test_a_new_season_has_new_peaks() -> None:
    before = memory(peaks={1: Peak(Decimal(20_000), NOW)})
    seen = changes(snapshots=(equity(1, 10_000),), season=OTHER_SEASON)
    events, peaks = detect_drawdowns(seen, before, RULES)
    assert events == []
    assert peaks[1].equity == 10_000


def test_without_a_limit_nothing_is_a_fall() -> None:
    rows = (equity(1, 10_000, 2), equity(1, 1, 1))
    assert detect_drawdowns(changes(snapshots=rows), memory(), Rules())[0] == []
