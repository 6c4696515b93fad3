"""Exits against the plan, and flips, by tiny stories."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.analyzer.decisions.plan_discipline import (
    EXITS,
    Exit,
    classify_exits,
    count_flips,
    plan_discipline,
)
from nof1_tracker.analyzer.trades.entries import match_decisions
from nof1_tracker.records.enums import TradeSide
from tests.unit.analyzer.legs_and_decisions import (
    LONG,
    SHORT,
    decision,
    entries_of,
    leg,
)

HOUR = timedelta(hours=1)


def classified(
    side: TradeSide, exit_price: float, stop: float | None, target: float | None
) -> Exit:
    places = classify_exits(
        np.array([side is LONG]),
        np.array([exit_price]),
        stop_loss=np.array([stop], dtype=np.float64),
        profit_target=np.array([target], dtype=np.float64),
        tolerance=0.002,
    )
    return EXITS[int(places[0])]


@pytest.mark.parametrize(
    ("exit_price", "expected"),
    [
        (99.79, Exit.BEYOND_STOP),  # 0.21 % past the stop of 100
        (99.81, Exit.STOPPED),
        (100.0, Exit.STOPPED),
        (100.19, Exit.STOPPED),
        (100.3, Exit.WITHIN_PLAN),
        (119.7, Exit.WITHIN_PLAN),
        (119.77, Exit.TOOK_PROFIT),  # 0.19 % short of the target of 120
        (120.0, Exit.TOOK_PROFIT),
        (140.0, Exit.TOOK_PROFIT),
    ],
)
def test_where_a_long_ends(exit_price: float, expected: Exit) -> None:
    assert classified(LONG, exit_price, stop=100.0, target=120.0) is expected


@pytest.mark.parametrize(
    ("exit_price", "expected"),
    [
        (120.3, Exit.BEYOND_STOP),
        (120.1, Exit.STOPPED),
        (119.8, Exit.STOPPED),
        (110.0, Exit.WITHIN_PLAN),
        (100.1, Exit.TOOK_PROFIT),
        (80.0, Exit.TOOK_PROFIT),
    ],
)
def test_where_a_short_ends(exit_price: float, expected: Exit) -> None:
    assert classified(SHORT, exit_price, stop=120.0, target=100.0) is expected


@pytest.mark.parametrize(
    ("side", "exit_price", "stop", "target", "expected"),
    [
        (LONG, 90.0, 100.0, None, Exit.BEYOND_STOP),
        (LONG, 100.0, 100.0, None, Exit.STOPPED),
        (LONG, 105.0, 100.0, None, Exit.UNKNOWN),
        (LONG, 125.0, None, 120.0, Exit.TOOK_PROFIT),
        (LONG, 105.0, None, 120.0, Exit.UNKNOWN),
        (SHORT, 105.0, None, None, Exit.UNKNOWN),
        (SHORT, 105.0, 0.0, 0.0, Exit.UNKNOWN),
    ],
)
def test_half_a_plan_decides_on_its_own_side_only(
    side: TradeSide,
    exit_price: float,
    stop: float | None,
    target: float | None,
    expected: Exit,
) -> None:
    assert classified(side, exit_price, stop, target) is expected


def test_a_plan_that_contradicts_itself_says_nothing() -> None:
    assert classified(LONG, 90.0, stop=120.0, target=100.0) is Exit.UNKNOWN
    assert classified(SHORT, 90.0, stop=100.0, target=120.0) is Exit.UNKNOWN
    assert classified(LONG, 100.0, stop=100.0, target=100.0) is Exit.UNKNOWN


def test_of_two_levels_within_the_tolerance_the_nearer_counts() -> None:
    assert classified(LONG, 100.02, stop=100.0, target=100.1) is Exit.STOPPED
    assert classified(LONG, 100.08, stop=100.0, target=100.1) is Exit.TOOK_PROFIT


@pytest.mark.parametrize(
    ("side", "exit_price", "target", "stop", "expected"),
    [
        (LONG, 104_370.0, 104_373.58, 98_112.4, Exit.TOOK_PROFIT),
        (LONG, 0.21507, 0.21493, 0.19884, Exit.TOOK_PROFIT),
        (SHORT, 4_102.6, 3_870.115, 4_102.563, Exit.STOPPED),
        (SHORT, 2.6128, 2.5019, 2.6101, Exit.STOPPED),
        (SHORT, 171.42, 152.904, 177.361, Exit.WITHIN_PLAN),
    ],
)
def test_exits_as_the_arena_fills_them(
    side: TradeSide, exit_price: float, target: float, stop: float, expected: Exit
) -> None:
    # Prices have five digits there, and a stop slips.
    assert classified(side, exit_price, stop, target) is expected


@given(
    st.floats(50, 200), st.floats(50, 200), st.floats(50, 200), st.floats(0.01, 1_000)
)
def test_the_size_of_prices_does_not_matter(
    exit_price: float, stop: float, target: float, scale: float
) -> None:
    margin = min(
        abs(abs(exit_price / level - 1) - bound)
        for level in (stop, target)
        for bound in (0, 0.002)
    )
    if margin < 1e-6 or abs(stop / target - 1) < 0.01:
        return

    assert classified(LONG, exit_price * scale, stop * scale, target * scale) is (
        classified(LONG, exit_price, stop, target)
    )


def test_discipline_counts_closed_entries_once_each() -> None:
    legs = [
        leg(0, 30, 9.0, oid=1, exit_price=115.0, stop=90.0, target=120.0),
        leg(0, 60, -9.0, oid=1, exit_price=90.0, stop=90.0, target=120.0),
        leg(100, 130, -20.0, oid=2, exit_price=80.0),
        leg(200, 230, 20.0, oid=3, exit_price=121.0, stop=90.0, target=120.0),
        leg(300, 330, 2.0, oid=4, exit_price=101.0),
        leg(400, None, None, oid=5, stop=90.0, target=120.0),
    ]
    matches = match_decisions(
        entries_of(*legs),
        [decision(99.9, stop=90.0, target=120.0)],
        before=timedelta(0),
        within=timedelta(minutes=1),
    )
    found = plan_discipline(matches, tolerance=0.002)

    # Entry 2 has its plan from the decision, 4 has none, 5 is open.
    assert (found.stopped, found.beyond_stop, found.took_profit) == (1, 1, 1)
    assert (found.within_plan, found.unknown, found.known) == (0, 1, 3)
    assert found.respected_share == pytest.approx(2 / 3)


def test_without_plans_no_share_respected_them() -> None:
    nothing = match_decisions(entries_of(), [], before=HOUR, within=HOUR)
    assert plan_discipline(nothing, tolerance=0.002).respected_share is None


# --- flips --------------------------------------------------------------------------


def test_a_flip_is_an_exit_and_soon_the_opposite_entry() -> None:
    entries = entries_of(
        leg(0, 30, -5.0, oid=1, side=LONG),
        leg(32, 200, 4.0, oid=2, side=SHORT),  # flips
        leg(210, None, None, oid=3, side=SHORT),  # the same side again
    )
    found = count_flips(entries, within=HOUR)

    assert (found.flips, found.entries) == (1, 3)
    assert found.share == pytest.approx(1 / 3)


@pytest.mark.parametrize("opened", [30.0, 90.0])
def test_up_to_the_limit_it_is_a_flip(opened: float) -> None:
    entries = entries_of(
        leg(0, 30, -5.0, oid=1), leg(opened, None, None, oid=2, side=SHORT)
    )

    assert count_flips(entries, within=HOUR).flips == 1


@pytest.mark.parametrize("opened", [29.0, 91.0])
def test_neither_before_the_exit_nor_long_after_it_is_it_a_flip(opened: float) -> None:
    entries = entries_of(
        leg(0, 30, -5.0, oid=1), leg(opened, None, None, oid=2, side=SHORT)
    )

    assert count_flips(entries, within=HOUR).flips == 0


def test_another_symbol_is_no_flip() -> None:
    entries = entries_of(
        leg(0, 30, -5.0, oid=1),
        leg(31, None, None, oid=2, side=SHORT, symbol="ETH"),
    )

    assert count_flips(entries, within=HOUR).flips == 0


def test_an_entry_that_reverses_two_is_one_flip() -> None:
    entries = entries_of(
        leg(0, 30, -5.0, oid=1),
        leg(10, 30, -5.0, oid=2),
        leg(30, None, None, oid=3, side=SHORT),
    )

    assert count_flips(entries, within=HOUR).flips == 1


def test_a_part_that_is_closed_reverses_nothing() -> None:
    entries = entries_of(
        leg(0, 30, -5.0, oid=1),
        leg(0, None, None, oid=1),
        leg(31, None, None, oid=2, side=SHORT),
    )

    assert count_flips(entries, within=HOUR).flips == 0


def test_without_entries_there_is_no_share_of_flips() -> None:
    assert count_flips(entries_of(), within=HOUR).share is None


def test_a_level_next_to_zero_is_far_away_and_no_error() -> None:
    assert classified(LONG, 100.0, 1e-310, 120.0) is Exit.UNKNOWN
    assert classified(SHORT, 100.0, 120.0, 1e-310) is Exit.UNKNOWN
    assert classified(SHORT, 120.0, 120.0, 1e-310) is Exit.STOPPED
