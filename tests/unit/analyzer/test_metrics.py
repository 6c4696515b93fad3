"""Outcomes and returns by hand-worked arithmetic, and their laws."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.analyzer.metrics import split_outcomes, total_return

NETS = st.lists(st.decimals(min_value=-(10**6), max_value=10**6, places=6))


def test_a_win_is_net_above_zero_and_a_breakeven_is_neither() -> None:
    outcomes = split_outcomes([Decimal("0.01"), Decimal(0), Decimal(-5), Decimal(7)])

    assert (outcomes.wins, outcomes.losses, outcomes.breakevens) == (2, 1, 1)
    assert outcomes.win_rate == Decimal("0.5")


def test_without_outcomes_the_win_rate_is_undefined() -> None:
    assert split_outcomes([]).win_rate is None
    assert split_outcomes([None]).win_rate is None


@given(NETS)
def test_every_leg_with_a_net_has_exactly_one_outcome(nets: list[Decimal]) -> None:
    outcomes = split_outcomes(nets)

    assert outcomes.wins + outcomes.losses + outcomes.breakevens == len(nets)


def test_total_return_is_a_fraction_of_the_initial_equity() -> None:
    assert total_return(Decimal("21510.45"), Decimal(10000)) == Decimal("1.151045")
    assert total_return(Decimal(10000), Decimal(0)) is None
