"""Equities of about zero: which are suspected to be faults of the source."""

from collections.abc import Sequence

import numpy as np
import pytest

from nof1_tracker.analyzer.equity.equity_curve import without_glitches
from nof1_tracker.analyzer.equity.glitches import suspected_glitches
from tests.unit.analyzer.columns import at, snapshots, times, trades
from tests.unit.analyzer.reports import history, report_of


def glitches(
    equities: Sequence[float],
    hours: Sequence[float] = (),
    closed: Sequence[float] = (),
) -> list[int]:
    when = [at(hour) for hour in hours or range(1, len(equities) + 1)]
    return suspected_glitches(
        when, equities, [at(hour) for hour in closed], initial_equity=10_000
    )


def test_an_hour_of_zero_between_healthy_ones_is_a_glitch() -> None:
    assert glitches([9000, 0, 9100]) == [1]
    assert glitches([9000, 100, 9100, 9000, -5, 9000]) == [1, 4]


def test_several_zeros_within_an_hour_are_one_glitch() -> None:
    assert glitches([9000, 0, 0, 9100], hours=[1, 1.1, 2.0, 2.2]) == [1, 2]
    assert glitches([9000, 0, 0, 9100]) == []


@pytest.mark.parametrize(
    "equities",
    [
        [9000, 0],
        [9000, 0, 0, 0, 0],
        [0, 9000],
        [9000, 0, 500, 9000],
        [500, 0, 9000],
        [9000, 5000, 9000],
        [],
    ],
)
def test_what_may_be_true_stands(equities: list[float]) -> None:
    assert glitches(equities) == []


@pytest.mark.parametrize(
    ("closed", "found"), [(1, [1]), (1.5, []), (2, []), (3, []), (3.1, [1])]
)
def test_a_leg_that_closes_in_it_makes_it_a_liquidation(
    closed: float, found: list[int]
) -> None:
    assert glitches([9000, 0, 9100], closed=[closed]) == found


def test_columns_in_any_order_keep_their_other_columns() -> None:
    columns = snapshots([9100, np.nan, 0, 9000], hours=[3, 4, 2, 1])

    kept, left_out = without_glitches(
        columns,
        np.append(times([0.5]), np.datetime64("NaT", "us")),
        initial_equity=10_000,
    )

    assert kept.observed_at.tolist() == times([3, 4, 1]).tolist()
    assert left_out.equity.tolist() == [0]


def test_a_report_leaves_it_out_of_curve_and_ratios_and_names_it() -> None:
    healthy = [10_000.0 + 20 * hour + 300 * (hour % 3) for hour in range(1, 121)]
    zero = [*healthy[:50], 0.0, *healthy[51:]]
    clean, odd = report_of(history("clean", equity=healthy)), report_of(
        history("odd", equity=zero)
    )

    (before,), (after,) = clean.models, odd.models
    assert before.equity is not None
    assert after.equity is not None
    assert before.equity.sharpe_ratio == pytest.approx(
        after.equity.sharpe_ratio, rel=0.02
    )
    assert after.equity.ruined_at is None
    assert (before.equity.glitches, after.equity.glitches) == (0, 1)
    (found,) = after.glitches
    assert (found.observed_at, found.equity) == (at(51), 0.0)


def test_a_liquidation_stands_in_a_report() -> None:
    equity = [9000.0] * 10 + [0.0] + [9000.0] * 10
    legs = trades([-9000.0], opened_at=times([1]), closed_at=times([10.5]))

    (model,) = report_of(history("a", equity=equity, legs=legs)).models

    assert model.equity is not None
    assert model.equity.ruined_at == at(11)
    assert model.glitches == ()
