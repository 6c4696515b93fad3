"""Legs become entries, and entries find the decision that opened them."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.analyzer.trades.entries import match_decisions
from nof1_tracker.records.season_history import EntryDecision
from tests.unit.analyzer.legs_and_decisions import (
    LONG,
    SHORT,
    PlannedLeg,
    at,
    decision,
    entries_of,
    entry_rows,
    leg,
    match_rows,
)


def matched(
    legs: list[PlannedLeg], decisions: list[EntryDecision]
) -> list[SimpleNamespace]:
    found = match_decisions(
        entries_of(*legs),
        decisions,
        before=timedelta(seconds=60),
        within=timedelta(minutes=5),
    )
    return match_rows(found, decisions)


def grouped(legs: list[PlannedLeg]) -> list[SimpleNamespace]:
    return entry_rows(entries_of(*legs))


# --- entries ----------------------------------------------------------------------


def test_legs_of_one_entry_order_are_one_entry() -> None:
    (entry,) = grouped(
        [
            leg(0, 30, 5.0, oid=1, exit_price=110.0),
            leg(0, 90, -8.0, oid=1, exit_price=95.0, confidence=70.0),
            leg(0, 60, 2.0, oid=1, exit_price=104.0),
        ]
    )

    assert entry.legs == 3
    assert entry.net_pnl == pytest.approx(-1.0)
    assert (entry.opened_at, entry.closed_at) == (at(0), at(90))
    assert entry.exit_price == 95.0
    assert entry.confidence == 70.0


def test_fills_at_the_same_instant_have_their_mean_price() -> None:
    (entry,) = grouped(
        [
            leg(0, 9, 1.0, oid=1, exit_price=100.0),
            leg(0, 9, 1.0, oid=1, exit_price=102.0),
        ]
    )

    assert entry.exit_price == 101.0


def test_an_entry_is_not_over_while_a_part_of_it_is_open() -> None:
    (entry,) = grouped([leg(0, 30, 5.0, oid=1), leg(0, None, None, oid=1)])

    assert (entry.closed_at, entry.net_pnl, entry.exit_price) == (None, None, None)


def test_order_numbers_may_be_larger_than_a_double_tells_apart() -> None:
    assert len(grouped([leg(0, 9, 1.0, oid=2**60), leg(0, 9, 1.0, oid=2**60 + 1)])) == 2


def test_entries_come_oldest_first_then_by_symbol() -> None:
    entries = entries_of(
        leg(5, 9, 1.0, oid=3),
        leg(1, 9, 2.0, oid=9, symbol="xyz:NVDA"),
        leg(1, 8, 3.0, oid=1, symbol="ETH"),
    )

    assert entries.net_pnl.tolist() == [3.0, 2.0, 1.0]
    names = [entries.markets[place] for place in entries.market]
    assert names == ["ETH", "NVDA", "BTC"]


def test_of_a_leg_without_a_net_no_entry_has_one() -> None:
    (entry,) = grouped([leg(0, 9, 1.0, oid=1), leg(0, 9, None, oid=1)])

    assert entry.net_pnl is None
    assert entry.closed_at == at(9)


def test_no_legs_are_no_entries() -> None:
    assert grouped([]) == []
    assert matched([], [decision(1)]) == []


def test_a_leg_without_an_order_number_is_an_entry_of_its_own() -> None:
    assert len(grouped([leg(0, 9, 1.0), leg(0, 9, 1.0)])) == 2


# --- their decisions ----------------------------------------------------------------


def test_an_entry_belongs_to_the_decision_shortly_before_it() -> None:
    (match,) = matched([leg(10.1, 60, 5.0)], [decision(2, 40.0), decision(10, 80.0)])

    assert match.decision is not None
    assert match.decision.decided_at == at(10)
    assert match.confidence == 80.0
    assert match.seconds_to_fill == pytest.approx(6.0)


def test_of_several_decisions_the_nearest_counts_on_either_side() -> None:
    near = [decision(7, 40.0), decision(9.9, 80.0), decision(10.5, 50.0)]

    assert matched([leg(10, 60, 5.0)], near)[0].confidence == 80.0


def test_a_conversation_may_be_dated_shortly_after_its_own_order() -> None:
    (match,) = matched([leg(10, 60, 5.0)], [decision(10.15, 80.0)])

    assert match.seconds_to_fill == pytest.approx(-9.0)


@pytest.mark.parametrize("decided", [4.9, 11.1])
def test_a_decision_too_long_before_or_after_did_not_open_it(decided: float) -> None:
    (match,) = matched([leg(10, 60, 5.0, confidence=55.0)], [decision(decided, 80.0)])

    assert match.decision is None
    assert match.seconds_to_fill is None
    assert match.confidence == 55.0


def test_symbol_and_side_must_agree() -> None:
    others = [
        decision(10, symbol="ETH"),
        decision(10, side=SHORT),
    ]

    assert matched([leg(10.1, 60, 5.0)], others)[0].decision is None


def test_the_venue_of_a_symbol_does_not_matter() -> None:
    (match,) = matched(
        [leg(10.1, 60, 5.0, symbol="xyz:NVDA")], [decision(10, symbol="nvda")]
    )

    assert match.decision is not None


def test_a_decision_opens_one_entry_at_most() -> None:
    first, second = matched(
        [leg(10.1, 60, 5.0, oid=1), leg(10.2, 60, 5.0, oid=2, confidence=60.0)],
        [decision(10, 80.0)],
    )

    assert first.confidence == 80.0
    assert second.decision is None
    assert second.confidence == 60.0


def test_the_plan_is_the_one_last_observed_else_the_one_decided() -> None:
    moved, kept = matched(
        [leg(10.1, 60, 5.0, oid=1, stop=99.0), leg(20.1, 60, 5.0, oid=2)],
        [decision(10, stop=95.0, target=120.0), decision(20, stop=94.0)],
    )

    assert (moved.stop_loss, moved.profit_target) == (99.0, 120.0)
    assert (kept.stop_loss, kept.profit_target) == (94.0, None)


MINUTES = st.lists(st.integers(0, 300), max_size=12)


@given(MINUTES, MINUTES, st.booleans())
def test_no_decision_is_used_twice_nor_from_too_far_away(
    opened: list[int], decided: list[int], is_long: bool
) -> None:
    side = LONG if is_long else SHORT
    matches = matched(
        [
            leg(minute, minute + 5, 1.0, oid=index)
            for index, minute in enumerate(opened)
        ],
        [decision(minute, float(minute), side=side) for minute in sorted(set(decided))],
    )
    used = [match.decision for match in matches if match.decision]

    assert len(matches) == len(opened)
    assert len(used) == len(set(used))
    assert not used or is_long
    waits = [match.seconds_to_fill for match in matches if match.decision]
    assert all(wait is not None and -60 <= wait <= 300 for wait in waits)
