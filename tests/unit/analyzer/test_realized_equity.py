"""Realized equity in gaps, worked out by hand: anchors, legs since, and what is missing.

The account begins flat with 10,000 USD at hour 0. It is observed at hour 10 with 10,500,
of which 200 are unrealized, and at hour 20 with 10,900, of which 100 are. The gaps are
[0, 10], [10, 20] and, up to the end, [20, 30].
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nof1_tracker.analyzer.equity.equity_curve import equity_curve
from nof1_tracker.analyzer.equity.realized_equity import (
    RealizedGap,
    realized_gaps,
    unrealized_at,
)
from nof1_tracker.records.account_columns import CountColumns
from tests.unit.analyzer.columns import at, grid, snapshots, times, trades
from tests.unit.analyzer.reports import history, report_of

NAN = float("nan")
LEGS = {2.0: 150.0, 8.0: 130.0, 12.0: 600.0, 15.5: -90.0, 22.0: 40.0}
"""Net PnL by the hour in which each leg closed."""


def counts(stated: Mapping[float, int]) -> CountColumns:
    return CountColumns(
        observed_at=times(stated), total=np.array([*stated.values()], np.int64)
    )


def gaps(
    stated: Mapping[float, int],
    legs: Mapping[float, float] = LEGS,
    unrealized: Sequence[float] = (0, 200, 100),
) -> tuple[RealizedGap, ...]:
    curve = equity_curve(
        snapshots([10_500, 10_900], hours=[10, 20]), grid(30), initial_equity=10_000
    )
    closed = trades([*legs.values()], closed_at=times(legs))
    return realized_gaps(curve, np.array(unrealized), closed, counts(stated))


def hour(time: Any) -> float:
    return float((time - times([0])[0]) / np.timedelta64(1, "h"))


def steps(gap: RealizedGap) -> dict[float, float]:
    return dict(zip(map(hour, gap.times), gap.equity.tolist(), strict=True))


def test_each_observation_is_an_anchor_and_each_leg_since_a_step() -> None:
    first, second, last = gaps({30: 5})
    assert steps(first) == {0: 10_000, 2: 10_150, 8: 10_280}
    assert steps(second) == {10: 10_300, 12: 10_900, 15.5: 10_810}
    assert steps(last) == {20: 10_800, 22: 10_840}


def test_the_jump_is_what_legs_do_not_tell() -> None:
    first, second, last = gaps({30: 5})
    assert first.jump == 10_300 - 10_280
    assert second.jump == 10_800 - 10_810
    assert last.jump is None


def test_a_line_reaches_the_next_anchor_or_else_only_the_last_leg() -> None:
    first, second, last = gaps({30: 5})
    assert [hour(each.known_until) for each in (first, second, last)] == [10, 20, 22]
    *_, quiet = gaps({30: 4}, {at: net for at, net in LEGS.items() if at < 20})
    assert hour(quiet.known_until) == 20
    assert not quiet.is_known


def test_a_level_holds_from_its_leg_on_and_nowhere_beyond_what_is_known() -> None:
    last = gaps({30: 5})[-1]
    found = last.at(times([19, 20, 21.9, 22, 22.1]))
    expected = [NAN, 10_800, 10_800, 10_840, NAN]
    assert np.array_equal(found, expected, equal_nan=True)


def test_a_missing_leg_leaves_its_stretch_unknown_and_no_other() -> None:
    # By hour 9 the site had counted 3 legs, and 2 of them are stored.
    first, second, last = gaps({9: 3, 30: 6})
    assert not first.is_known
    assert (second.reaches_end, last.is_known) == (True, True)


def test_a_stretch_that_ends_within_a_gap_carries_the_line_to_its_last_leg() -> None:
    # Complete up to hour 13; of the two legs counted after it one is stored.
    second = gaps({13: 3, 19: 5, 30: 6})[1]
    assert steps(second) == {10: 10_300, 12: 10_900}
    assert hour(second.known_until) == 12
    assert second.jump is None


@pytest.mark.parametrize("stated", [{}, {9.0: 2}])
def test_without_a_later_count_nothing_is_known(stated: dict[float, int]) -> None:
    assert not any(each.is_known for each in gaps(stated)[1:])


def test_a_count_that_is_behind_does_not_hide_what_a_later_one_confirms() -> None:
    # At hour 9 a leg that had closed was not counted yet; at hour 30 all are.
    assert all(each.is_known for each in gaps({9: 1, 30: 5}))


def test_a_leg_at_the_observation_is_in_it() -> None:
    second = gaps({30: 2}, {10.0: 70.0, 20.0: 30.0})[1]
    assert steps(second) == {10: 10_300, 20: 10_330}


@pytest.mark.parametrize("unknown", ["net_pnl", "closed_at"])
def test_a_leg_without_its_outcome_or_time_is_missing(unknown: str) -> None:
    known = {12.0: 600.0, 15.5: -90.0}
    whole = trades([*known.values()], closed_at=times(known))
    column = getattr(whole, unknown).copy()
    column[0] = np.nan if unknown == "net_pnl" else np.datetime64("NaT")
    curve = equity_curve(
        snapshots([10_500, 10_900], hours=[10, 20]), grid(20), initial_equity=10_000
    )
    legs: Any = replace(whole, **{unknown: column})
    found = realized_gaps(curve, np.array([0, 200, 100.0]), legs, counts({20: 2}))
    assert not any(each.is_known for each in found)


def test_an_unknown_unrealized_pnl_is_no_anchor() -> None:
    first, second, _ = gaps({30: 5}, unrealized=(0, NAN, 100))
    assert (first.reaches_end, first.jump) == (True, None)
    assert not second.is_known
    assert np.isnan(second.at(times([15]))).all()


def test_an_observed_curve_has_no_gap() -> None:
    curve = equity_curve(snapshots([10_100] * 9), grid(9), initial_equity=10_000)
    assert realized_gaps(curve, np.zeros(10), trades([]), counts({9: 0})) == ()


def test_the_unrealized_pnl_is_that_of_the_very_observation() -> None:
    observed = replace(
        snapshots([1, 2, 3], hours=[5, 1, 3]),
        unrealized_pnl=np.array([50.0, 10.0, NAN]),
    )
    found = unrealized_at(times([0, 1, 2, 3, 5, 6]), observed)
    assert np.array_equal(found, [NAN, 10, NAN, NAN, 50, NAN], equal_nan=True)
    assert np.isnan(unrealized_at(times([1]), snapshots([1.0]))).all()


def test_a_report_begins_flat_with_the_initial_equity() -> None:
    seen = replace(
        history("alpha", equity=[10_500, 10_900], hours=[10, 20], nets=[100, 50]),
        counts=counts({20: 2}),
    )
    (model,) = report_of(seen).models
    first, second = model.realized
    assert steps(first) == {0: 10_000, 1: 10_100, 2: 10_150}
    assert (hour(first.known_until), first.jump) == (10, None)
    assert not second.is_known


def test_a_window_is_not_known_to_begin_flat() -> None:
    seen = replace(
        history("alpha", equity=[10_500, 10_900], hours=[4, 20], nets=[100] * 9),
        counts=counts({20: 9}),
    )
    (model,) = report_of(seen, since=at(5)).models
    assert not model.realized[0].is_known
