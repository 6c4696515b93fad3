"""What a tear sheet says of equity curves, worked out by hand."""

import numpy as np
import pytest

from nof1_tracker.analyzer.equity.aggregate_curve import aggregate_curve
from nof1_tracker.analyzer.equity.equity_curve import equity_curve
from tests.unit.analyzer.columns import grid, hourly, snapshots


def test_an_aggregate_is_the_mean_where_each_account_is_known() -> None:
    whole = hourly([11_000, 12_000, 13_000, 14_000, 15_000, 16_000, 17_000, 18_000])
    gappy = equity_curve(
        snapshots([9_000, 8_000], hours=[1, 7]), grid(8), initial_equity=10_000
    )
    found = aggregate_curve([whole, gappy])
    assert found is not None
    assert found.equity[[0, 1, 7, 8]].tolist() == [10_000, 10_000, 12_500, 13_000]
    assert np.isnan(found.equity[2:7]).all()
    assert found.observed.values[-1] == 13_000
    assert found.gaps == 1


def test_accounts_that_are_never_known_at_one_time_have_no_aggregate() -> None:
    late = equity_curve(snapshots([9_000], hours=[8]), grid(8), initial_equity=10_000)
    early = equity_curve(snapshots([9_000], hours=[3]), grid(8), initial_equity=10_000)
    assert early.equity[0] == late.equity[0] == pytest.approx(10_000)
    found = aggregate_curve([late, early])
    assert found is not None
    assert found.observations == 0
